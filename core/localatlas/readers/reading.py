"""A source that has been looked at, and is read part by part or whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pyarrow as pa

from localatlas.errors import InvalidDataError, InvalidOptionError
from localatlas.ingest import conform, merge_schema
from localatlas.protocols.components import Modality
from localatlas.readers.formats import FileReader, Survey
from localatlas.readers.inference import ColumnGuess
from localatlas.readers.parts import first, joined, sized
from localatlas.readers.rows import Rows
from localatlas.readers.shaping import Shape

__all__ = ["Reading", "of_files", "of_parts"]

# Files of text that are smaller than this together are parsed once and kept; larger ones are parsed twice.
KEPT_BYTES = 256 << 20


@dataclass(frozen=True)
class Reading:
    """Rows that are there to be read.

    Attributes:
        schema: the columns; None if only reading will tell.
        rows: how many; None if only reading will tell.
        has_vectors: whether vectors come with them; None if only reading will tell.
        has_images: likewise.
    """

    schema: pa.Schema | None
    rows: int | None
    has_vectors: bool | None
    has_images: bool | None
    source: Callable[[], Iterator[Rows]]

    @property
    def modality(self) -> Modality:
        """What a dataset of these rows is for: vectors win over images, and images over text."""
        return "embedding" if self.has_vectors else "image" if self.has_images else "text"

    def known(self) -> Reading:
        """Return the same rows with nothing left unknown; read into memory where nothing else will tell."""
        if self.schema is not None:
            return self
        rows = self.whole()
        schema = pa.schema([]) if rows.table is None else rows.table.schema
        return Reading(schema, len(rows), rows.embeddings is not None, rows.blobs is not None, lambda: iter([rows]))

    def parts(self) -> Iterator[Rows]:
        """Yield the rows in parts of some ten megabytes, each ready for `add_data(**part)`."""
        return sized(self.source())

    def whole(self) -> Rows:
        """Return all rows."""
        parts = list(self.source())
        if parts:
            return joined(parts, self.schema if parts[0].table is not None else None)
        return Rows(None if self.schema is None else self.schema.empty_table())

    def limited(self, limit: int | None) -> Reading:
        """Return the first `limit` rows. Raises InvalidOptionError when it is no number of rows."""
        if limit is None:
            return self
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise InvalidOptionError(f"limit={limit!r}: it must be a whole number, at least 1")
        rows = None if self.rows is None else min(self.rows, limit)
        return replace(self, rows=rows, source=lambda: first(self.source(), limit))


def of_files(files: list[FileReader], shape: Shape) -> Reading:
    """Return a reading of files whose columns go together as batches of `add_data` do.

    Raises:
        InvalidDataError: a file cannot be read, or its columns do not fit those before it; the message names it.
    """
    few = sum(file.path.stat().st_size for file in files if file.path.is_file()) <= KEPT_BYTES
    surveys = _agreed([file.survey(keep=few) for file in files])
    schema = _merged(files, surveys)
    rows = sum(survey.rows for survey in surveys)
    shape.check(schema, rows)

    def source() -> Iterator[Rows]:
        start = 0
        for file, survey in zip(files, surveys, strict=True):
            for part in file.parts(survey):
                with _named(file.path):
                    yield shape.rows(_conformed(part, schema), start, file.path.parent)
                start += len(part)

    return Reading(
        schema=shape.schema(schema),
        rows=rows,
        has_vectors=surveys[0].has_vectors or shape.brings_vectors,
        has_images=surveys[0].has_images or shape.images is not None,
        source=source,
    )


def of_parts(parts: Callable[[], Iterator[Rows]], shape: Shape) -> Reading:
    """Return a reading of something that has no survey; `parts` may be called once only."""

    def source() -> Iterator[Rows]:
        start, empty = 0, None
        for part in parts():
            if not len(part):
                empty = part
                continue
            if part.table is not None:
                shape.check(part.table.schema, None)
            yield shape.rows(part, start, None)
            start += len(part)
        if start:
            Shape(array=shape.array).check(pa.schema([]), start)
        elif empty is not None:
            yield empty

    return Reading(None, None, None, None, source)


def _agreed(surveys: list[Survey]) -> list[Survey]:
    """Let the files of text agree on the types of their columns: those that fit the values of all of them."""
    together: dict[str, ColumnGuess] = {}
    for name, guess in chain.from_iterable(survey.guesses.items() for survey in surveys):
        together[name] = together[name].both(guess) if name in together else guess
    return [
        replace(
            survey,
            schema=pa.schema(
                [
                    each.with_type(together[each.name].type) if each.name in survey.guesses else each
                    for each in survey.schema
                ]
            ),
        )
        for survey in surveys
    ]


def _merged(files: list[FileReader], surveys: list[Survey]) -> pa.Schema:
    schema: pa.Schema | None = None
    for file, survey in zip(files, surveys, strict=True):
        if (survey.has_vectors, survey.has_images) != (surveys[0].has_vectors, surveys[0].has_images):
            raise InvalidDataError(
                f"{file.path.name} brings other things than {files[0].path.name}: vectors, images and plain columns "
                "cannot be mixed in one call"
            )
        with _named(file.path):
            schema = merge_schema(schema, survey.schema)
    return pa.schema([]) if schema is None else schema


def _conformed(part: Rows, schema: pa.Schema) -> Rows:
    if part.table is None or part.table.schema.equals(schema):
        return part
    return Rows(conform(part.table, schema), part.embeddings, part.blobs)


class _named:  # noqa: N801  used as a function is
    """Names the file in an error about its rows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise what is wrong with the file under its name."""
        if isinstance(error, InvalidDataError) and not str(error).startswith(self.path.name):
            raise InvalidDataError(f"{self.path.name}: {error}") from error
