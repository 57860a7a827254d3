"""The names and the plain format of page files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_explorer.order import Page

__all__ = ["FOLDER", "FORMAT", "INDEX", "VERSION", "PageWriter", "as_float", "dump", "named_files"]

FORMAT = "localatlas-pages"
VERSION = 1
FOLDER = "explorer"
INDEX = "index.json"


class PageWriter:
    """Writes files under a folder and keeps a fingerprint of all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digest = hashlib.sha256()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the names and contents so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, name: str, content: bytes) -> None:
        """Write one file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._digest.update(f"{name}\0{len(content)}\0".encode())
        self._digest.update(content)

    def array(self, name: str, values: NDArray[Any]) -> None:
        """Write an array as little-endian numbers without a header."""
        self.write(name, np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())

    def paged(self, files: str, values: NDArray[Any], pages: Iterable[Page]) -> None:
        """Write an array in page order, one file a page, by the template of their names."""
        for page in pages:
            self.array(files.format(page=page.number), values[page.points])

    def json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write JSON; the same content gives the same bytes."""
        self.write(name, dump(content))


def dump(content: object) -> bytes:
    """Return short JSON; the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def as_float(value: np.floating | float) -> float:
    """Return a float32 as the double with the fewest digits that is the same float32: short JSON, nothing lost."""
    return float(str(np.float32(value)))


def named_files(index: Mapping[str, Any], columns: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return every file that an `index.json` and the entries of its `columns.json` name."""
    names = {INDEX, index["columns"]["file"]}
    templates = [index["geometry"]["files"], index["row_numbers"]["files"]]
    if index["topics"]:
        names.add(index["topics"]["file"])
        templates += [depth["files"] for depth in index["topics"]["depths"]]
    if index["duplicates"]:
        templates.append(index["duplicates"]["files"])
    templates += [column["files"] for column in columns if "files" in column]
    images = index.get("images")
    if images:
        templates.append(images["sizes"]["files"])
        sheets = images["sheets"]
        names |= {sheets["files"].format(sheet=sheet) for sheet in range(sheets["count"])}
    pages = [page["page"] for page in index["pages"]]
    return frozenset(names | {template.format(page=page) for template in templates for page in pages})
