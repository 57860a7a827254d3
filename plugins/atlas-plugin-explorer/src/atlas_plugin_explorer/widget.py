"""The map in a notebook: the page in a frame, whose selection Python reads and sets. Needs anywidget."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from localatlas.errors import AtlasTypeError, AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.selections import Node, has_ids, parse

from atlas_plugin_explorer.app import STATIC, create_app
from atlas_plugin_explorer.copy_files import whole_page
from atlas_plugin_explorer.in_process import Answered, ask

__all__ = ["MapWidget", "show"]

SMALLEST, LARGEST = 200, 4_000
# The page asks for several things at once, and a selection may take a while.
PARALLEL = 4


def show(projection: AtlasProjection, height: int, static: Path = STATIC) -> MapWidget:
    """Return a map as a widget.

    Raises:
        AtlasValueError: the height is not between 200 and 4,000 pixels.
        NotReadyError: the front end is not bundled.
    """
    if isinstance(height, bool) or not isinstance(height, int) or not SMALLEST <= height <= LARGEST:
        raise AtlasValueError(f"height={height!r}: a number of pixels from {SMALLEST} to {LARGEST:,} is taken")
    if not (static / "widget.js").is_file():
        raise NotReadyError("the front end is not bundled here: install atlas-plugin-explorer again")
    return MapWidget(projection, height=height, static=static)


class MapWidget(anywidget.AnyWidget):
    """Shows a map in a notebook.

    Attributes:
        selection: what is selected, in the selection language as a dict; None is everything. Set it to a dict, to a
            node of `localatlas.selections` or to None, and the page follows.
        count: how many points that are; None while it is being found out.
        row: the number of the row that is open; None if none is.
        height: in pixels.
    """

    selection = traitlets.Any(None, allow_none=True).tag(sync=True)
    count = traitlets.Int(None, allow_none=True).tag(sync=True)
    row = traitlets.Int(None, allow_none=True).tag(sync=True)
    height = traitlets.Int(600, min=SMALLEST, max=LARGEST).tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)

    def __init__(self, projection: AtlasProjection, *, height: int = 600, static: Path = STATIC) -> None:
        """Show a map, finished or still building."""
        self._projection = projection
        self._app = create_app(projection)
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="atlas-widget")
        script = (static / "widget.js").read_text("utf-8")
        page = "".join(whole_page(static, projection.name, "bridge.js", panels=True))
        super().__init__(_esm=script, _page=page, height=height)
        self.on_msg(self._heard)

    @property
    def ids(self) -> list[Any]:
        """The ids of the selected rows, in upload order; set it, and the page selects these."""
        return self._projection.select(self.selection or {"type": "all", "of": []})

    @ids.setter
    def ids(self, ids: Iterable[Any]) -> None:
        self.selection = has_ids(ids)

    @traitlets.validate("selection")
    def _checked(self, proposal: Any) -> Any:
        value = proposal["value"]
        if value is None:
            return None
        if not isinstance(value, (dict, Node)):
            raise AtlasTypeError(f"selection={value!r}: a node of localatlas.selections, its dict or None is taken")
        parsed = parse(value)
        # What the page says is kept as it is: another form of it would go back to the page as news.
        return value if isinstance(value, dict) else parsed.to_dict()

    def _heard(self, _: Any, content: Any, buffers: list[Any]) -> None:
        if isinstance(content, dict) and content.get("kind") == "ask":
            self._threads.submit(self._answer, content, bytes(buffers[0]) if buffers else b"")

    def _answer(self, asked: dict[str, Any], body: bytes) -> None:
        try:
            found = ask(self._app, asked["path"], asked["method"], asked.get("type"), body)
        except Exception:  # noqa: BLE001  whatever it is: the page must not wait for ever
            found = Answered(500, {}, b"")
        self.send({"id": asked["id"], "status": found.status, "headers": found.headers}, [found.body])

    def close(self) -> None:
        """Take the map out of the notebook."""
        self._threads.shutdown(wait=False)
        super().close()
