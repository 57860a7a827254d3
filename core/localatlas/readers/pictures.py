"""A folder of images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from localatlas.readers.formats import Survey
from localatlas.readers.rows import Rows

__all__ = ["IMAGE_ENDINGS", "Pictures", "pictures_in"]

IMAGE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"}
SCHEMA = pa.schema([("file", pa.string()), ("folder", pa.string())])
BATCH_ROWS = 1_000


@dataclass(frozen=True)
class Pictures:
    """Image files under one folder.

    Attributes:
        path: the folder.
        files: the images, in the order of their names.
    """

    path: Path
    files: tuple[Path, ...]

    def survey(self, *, keep: bool) -> Survey:
        """Count the images; none is opened."""
        del keep
        return Survey(SCHEMA, len(self.files), has_images=True)

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield file names with the folders they lie in, relative to the whole, and the images' paths."""
        del survey
        for start in range(0, len(self.files), BATCH_ROWS):
            files = self.files[start : start + BATCH_ROWS]
            folders = [file.parent.relative_to(self.path).as_posix() for file in files]
            columns = [[file.name for file in files], ["" if folder == "." else folder for folder in folders]]
            yield Rows(pa.table(columns, schema=SCHEMA), blobs=[str(file) for file in files])


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Return the images under a folder at any depth, sorted; hidden files and folders are passed over."""
    return tuple(
        sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in IMAGE_ENDINGS
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.is_file()
        )
    )
