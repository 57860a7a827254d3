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

    form = "{desc:<12}{percentage:3.0f}% |{bar}| {elapsed} + {remaining}{postfix}"
    with tqdm(total=STEPS, bar_format=form, leave=False) as bar:
        shown = ""

        def listen(stage: str, fraction: float, overall: float, message: str) -> None:
            nonlocal shown
            del fraction
            bar.set_postfix_str(message, refresh=False)
            bar.update(int(overall * STEPS) - bar.n)
            # A new stage is shown at once, however short it is; the rest as often as tqdm likes.
            if stage != shown:
                shown = stage
                bar.set_description_str(stage)

        yield listen
