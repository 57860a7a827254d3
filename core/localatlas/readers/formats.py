"""What every format of files gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from localatlas.errors import InvalidDataError
from localatlas.readers.inference import ColumnGuess
from localatlas.readers.rows import Rows

__all__ = ["FileReader", "Survey", "readable"]


@dataclass(frozen=True)
class Survey:
    """What is known of a file before its rows are read.

    Attributes:
        schema: its columns; none for a file of nothing but vectors.
        rows: how many rows.
        has_vectors: whether vectors come with them.
        has_images: whether images come with them.
        guesses: what the values of columns of text allow, by column; other files of the same call may narrow it.
        kept: the file as it was parsed, where the survey had to parse it all and it is small.
    """

    schema: pa.Schema
    rows: int
    has_vectors: bool = False
    has_images: bool = False
    guesses: Mapping[str, ColumnGuess] = field(default_factory=dict)
    kept: list[Any] | None = field(default=None, repr=False)


class FileReader(Protocol):
    """Reads one file, part by part."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    def survey(self, *, keep: bool) -> Survey:
        """Look at the whole file as far as its columns and their types need it.

        Args:
            keep: whether rows that had to be read may stay in memory.
        """
        ...

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield the rows in order, of the surveyed columns and types."""
        ...


FAULTS = (
    pa.ArrowException,
    json.JSONDecodeError,
    UnicodeDecodeError,
    RecursionError,
    EOFError,
    OSError,
)


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Name the file in every error that reading it raises. Raises InvalidDataError."""
    try:
        yield
    except InvalidDataError as error:
        raise InvalidDataError(f"{path.name}: {error}") from error
    except FAULTS as error:
        raise InvalidDataError(f"{path.name} cannot be read as {kind}: {error}") from error
