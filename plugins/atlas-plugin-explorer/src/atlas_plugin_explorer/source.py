"""Where the pages of a map come from: the build, or a cache folder."""

from __future__ import annotations

import functools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from localatlas.protocols import Context, Map
from numpy.typing import NDArray

from atlas_plugin_explorer.files import FOLDER, FORMAT, INDEX, VERSION, named_files
from atlas_plugin_explorer.pages import write_pages

__all__ = ["PageSource", "cache_folder", "find_pages"]


@dataclass(frozen=True)
class PageSource:
    """Reads page files by the names that the index gives them.

    Attributes:
        locate: returns the local file of a name, or raises KeyError.
        made: whether the pages were made just now, because the map had none that can be read.
    """

    locate: Callable[[str], Path]
    made: bool = False

    @functools.cached_property
    def index(self) -> dict[str, Any]:
        """What `index.json` says."""
        content: dict[str, Any] = json.loads(self.read(INDEX))
        return content

    @functools.cached_property
    def columns(self) -> list[dict[str, Any]]:
        """What `columns.json` says."""
        content: list[dict[str, Any]] = json.loads(self.read(self.index["columns"]["file"]))["columns"]
        return content

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Every file there is."""
        return named_files(self.index, self.columns)

    @functools.cached_property
    def rows(self) -> NDArray[np.uint32]:
        """uint32 [N], the dataset's row of each point."""
        return self.values(self.index["row_numbers"])

    def values(self, entry: Mapping[str, Any]) -> NDArray[Any]:
        """Return a column in page order, [N], given its entry in `columns.json`."""
        kind = np.dtype(entry["encoding"]).newbyteorder("<")
        parts = [
            np.frombuffer(self.read(entry["files"].format(page=page["page"])), kind) for page in self.index["pages"]
        ]
        return np.concatenate([np.empty(0, kind), *parts])

    def read(self, name: str) -> bytes:
        """Return the content of a file that the index names."""
        return self.locate(name).read_bytes()


def find_pages(map: Map, cache: Path) -> PageSource:  # noqa: A002
    """Return the pages that were built with the map, else those in `cache`, else make them there."""
    built = PageSource(lambda name: map.page(f"{FOLDER}/{name}"))
    if readable(built):
        return built
    folder = cache / f"{map.id}-{VERSION}"
    kept = PageSource(folder_reader(folder))
    if readable(kept):
        return kept
    make(map, folder)
    return PageSource(folder_reader(folder), made=True)


def readable(pages: PageSource) -> bool:
    """Say whether there are pages of the format that this version serves."""
    try:
        index = json.loads(pages.read(INDEX))
    except (KeyError, OSError, ValueError):
        return False
    return (index.get("format"), index.get("version")) == (FORMAT, VERSION)


def folder_reader(folder: Path) -> Callable[[str], Path]:
    """Return a `locate` for a folder."""

    def locate(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            raise KeyError(name)
        return path

    return locate


def make(map: Map, folder: Path) -> None:  # noqa: A002
    """Write pages beside `folder` and move them there, so that no half of them is ever read."""
    # Other users of the machine have no business with the rows.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unfinished-") as unfinished:
        fresh = Path(unfinished, "pages")
        write_pages(map, fresh, Context(seed=map.seed))
        shutil.rmtree(folder, ignore_errors=True)
        try:
            fresh.rename(folder)
        except OSError:
            # Another process was faster; the same map gives the same pages.
            if not readable(PageSource(folder_reader(folder))):
                raise


def cache_folder() -> Path:
    """Return the folder for pages of maps that were built without this plugin."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root, "localatlas", FOLDER)
