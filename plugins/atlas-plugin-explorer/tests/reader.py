"""Reads pages as docs/reference/pages.md says, without the code that wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


class Pages:
    """Reads pages as docs/reference/pages.md says, without the code that wrote them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = self.json("index.json")
        self.columns = {c["name"]: c for c in self.json(self.index["columns"]["file"])["columns"]}

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text("utf-8"))

    def array(self, files: str, encoding: str) -> np.ndarray:
        parts = []
        for page in self.index["pages"]:
            part = np.frombuffer(
                (self.folder / files.replace("{page}", str(page["page"]))).read_bytes(),
                f"<{np.dtype(encoding).str[1:]}",
            )
            assert len(part) == page["count"]
            parts.append(part)
        return np.concatenate(parts) if parts else np.empty(0, encoding)

    @property
    def rows(self) -> np.ndarray:
        return self.array(self.index["row_numbers"]["files"], self.index["row_numbers"]["encoding"])

    @property
    def positions(self) -> np.ndarray:
        assert self.index["geometry"]["encoding"] == "float32-planar"
        parts = []
        for page in self.index["pages"]:
            file = self.folder / self.index["geometry"]["files"].replace("{page}", str(page["page"]))
            parts.append(np.frombuffer(file.read_bytes(), "<f4").reshape(2, page["count"]).T)
        return np.concatenate(parts)
