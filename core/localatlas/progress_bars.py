"""A build's progress in a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from localatlas.pipeline.progress import Listener

__all__ = ["tqdm_listener"]

STEPS = 1000


@contextmanager
def tqdm_listener() -> Generator[Listener, None, None]:
    """Yield a listener that drives one tqdm bar over the whole build."""
    from tqdm.auto import tqdm

    form = "{desc:<24}{percentage:3.0f}% |{bar}| {elapsed} left {remaining}"
    with tqdm(total=STEPS, bar_format=form, leave=False) as bar:

        def listen(stage: str, fraction: float, overall: float, message: str) -> None:
            del fraction
            bar.set_description_str(f"{stage} {message}".strip()[:24], refresh=False)
            bar.update(int(overall * STEPS) - bar.n)

        yield listen
