"""A map as a still picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map

from atlas_plugin_datamapplot.labelled import UNLABELLED, labelled, map_of, readable_depth

__all__ = ["FORMATS", "draw_picture"]

FORMATS = (".png", ".svg", ".pdf")
LARGEST_INCHES = 100.0
LARGEST_DPI = 2400
# Comes with matplotlib, so that no font is looked for on the network.
FONT = "DejaVu Sans"


def draw_picture(
    source: AtlasProjection | Map,
    file: str | Path,
    *,
    depth: int | None = None,
    title: str | None = None,
    sub_title: str | None = None,
    dark: bool = False,
    width: float = 12.0,
    height: float = 12.0,
    dpi: int = 150,
    **options: Any,
) -> Path:
    """Draw a map with the names of its topics, and return the file.

    Args:
        source: a map, as `dataset.maps[0]` or as a hook is given it.
        file: where to; its ending is the format: .png, .svg or .pdf.
        depth: which topics to name, 1 the broadest; None takes the deepest with 64 names at most.
        title: what stands above.
        sub_title: what stands below the title, smaller.
        dark: light points on black.
        width: in inches, up to 100.
        height: in inches, up to 100.
        dpi: pixels an inch, 10 to 2,400; in .svg and .pdf points alone are pixels where there are many.
        options: further arguments of `datamapplot.create_plot`, such as `palette_hue_shift` or `highlight_labels`.

    Raises:
        InvalidOptionError: the format, a size, the depth or an option is not acceptable, or rows are too few.
        NotReadyError: the map has no topics, and a depth was asked for.

    Source: datamapplot (L. McInnes), https://datamapplot.readthedocs.io.
    """
    path = Path(file)
    _check(path, width, height, dpi)
    found = map_of(source)
    chosen = depth if depth is not None else readable_depth(found)
    shown = labelled(found, [] if chosen is None else [chosen])
    given = {"font_family": FONT, "use_system_fonts": True, "darkmode": dark, "title": title, "sub_title": sub_title}
    names = shown.layers[0] if shown.layers else None
    _draw(path, (shown.positions, names), (width, height), dpi, {**given, **options})
    return path


def _draw(path: Path, points: tuple[Any, Any], size: tuple[float, float], dpi: int, options: dict[str, Any]) -> None:
    import datamapplot
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # A figure of its own, whatever pyplot shows at the moment.
    figure = Figure(figsize=size, dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    positions, names = points
    try:
        datamapplot.create_plot(
            positions, names, ax=figure.add_subplot(), figsize=size, dpi=dpi, noise_label=UNLABELLED, **options
        )
    except TypeError as error:
        raise InvalidOptionError(f"datamapplot.create_plot does not take this: {error}") from error
    figure.savefig(path, dpi=dpi, facecolor=figure.get_facecolor())


def _check(path: Path, width: float, height: float, dpi: int) -> None:
    if path.suffix.lower() not in FORMATS:
        raise InvalidOptionError(f"{path.name!r}: the ending is the format, one of {', '.join(FORMATS)}")
    for name, value in (("width", width), ("height", height)):
        if not 1.0 <= value <= LARGEST_INCHES:
            raise InvalidOptionError(f"{name}={value!r}: it is 1 to {LARGEST_INCHES:g} inches")
    if not 10 <= dpi <= LARGEST_DPI:  # noqa: PLR2004 - as the docstring says
        raise InvalidOptionError(f"dpi={dpi!r}: it is 10 to {LARGEST_DPI:,}")
