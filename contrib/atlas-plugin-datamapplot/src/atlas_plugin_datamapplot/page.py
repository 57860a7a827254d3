"""A map as datamapplot's interactive page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map
from numpy.typing import NDArray

from atlas_plugin_datamapplot.labelled import UNLABELLED, Labelled, labelled, map_of

__all__ = ["write_page"]

FONT = "sans-serif"
LONGEST_HOVER = 300


def write_page(
    source: AtlasProjection | Map,
    file: str | Path,
    *,
    title: str | None = None,
    sub_title: str | None = None,
    dark: bool = False,
    hover: bool = True,
    **options: Any,
) -> Path:
    """Write a page of a map that can be zoomed, with the topics of all depths, and return the file.

    The page **loads its scripts from a network when it is opened** (deck.gl and others, as datamapplot writes it).
    For a page that needs none use `projection.export` or `localatlas open`.

    Args:
        source: a map, as `dataset.maps[0]` or as a hook is given it.
        file: where to; it ends in .html.
        title: what stands above.
        sub_title: what stands below the title, smaller.
        dark: light points on black.
        hover: whether a point shows the first 300 letters of its text; they are then in the page.
        options: further arguments of `datamapplot.create_interactive_plot`.

    Raises:
        InvalidOptionError: the ending or an option is not acceptable, or rows are too few.
    """
    path = Path(file)
    if path.suffix.lower() not in {".html", ".htm"}:
        raise InvalidOptionError(f"{path.name!r}: a page ends in .html")
    import datamapplot

    found = map_of(source)
    topics = found.topic_model
    # The library wants the finest names first.
    shown = labelled(found, range(topics.depths if topics is not None else 0, 0, -1))
    given: dict[str, Any] = {"darkmode": dark, "title": title, "sub_title": sub_title, "font_family": FONT}
    if hover and found.text_field is not None:
        given["hover_text"] = _texts(found, shown, found.text_field)
    try:
        with _no_fonts_from_the_network():
            page = datamapplot.create_interactive_plot(
                shown.positions, *shown.layers, noise_label=UNLABELLED, inline_data=True, **{**given, **options}
            )
    except TypeError as error:
        raise InvalidOptionError(f"datamapplot.create_interactive_plot does not take this: {error}") from error
    path.write_text(str(page), encoding="utf-8")
    return path


def _texts(source: Map, shown: Labelled, field: str) -> NDArray[np.object_]:
    texts = source.take(shown.rows, [field]).column(0).to_pylist()
    return np.array(["" if text is None else str(text)[:LONGEST_HOVER] for text in texts], dtype=object)


@contextmanager
def _no_fonts_from_the_network() -> Iterator[None]:
    """Keep the library from asking a font service for ten seconds: the reader's own sans-serif will do."""
    from datamapplot import interactive_helpers

    before = interactive_helpers.can_reach_google_fonts
    interactive_helpers.can_reach_google_fonts = _nowhere
    try:
        yield
    finally:
        interactive_helpers.can_reach_google_fonts = before


def _nowhere(timeout: float = 0.0) -> bool:
    """Say that no font service can be reached."""
    del timeout
    return False
