"""CSV and TSV."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from localatlas.errors import InvalidDataError, listing, suggestion
from localatlas.readers.bytestreams import open_bytes
from localatlas.readers.formats import Survey, readable
from localatlas.readers.inference import NOT_AVAILABLE, ColumnGuess, readable_type, typed
from localatlas.readers.joining import check_twice
from localatlas.readers.rows import Rows

__all__ = ["Delimited"]

# Arrow reads some blocks ahead; a row must fit into one.
BLOCK_BYTES = 8 << 20
LARGEST_BLOCK = 1 << 30
OTHER_DELIMITERS = {",": ";\t|", ";": ",\t|", "\t": ",;|"}


@dataclass
class Delimited:
    """A file whose first line names the columns; types as `inference` says.

    Attributes:
        path: the file.
        delimiter: one character.
        types: of columns whose type the caller knows; they are not guessed.
        like: types of columns of these names, if there are any.
        block: bytes read at a time; a survey that meets a longer row makes it larger.
    """

    path: Path
    delimiter: str = ","
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    like: pa.Schema = field(default_factory=lambda: pa.schema([]))
    block: int = BLOCK_BYTES

    def survey(self, *, keep: bool) -> Survey:
        """Read the file once and find the columns' types."""
        while True:
            try:
                return self._survey(keep=keep)
            except InvalidDataError as error:
                if "straddl" not in str(error) or self.block >= LARGEST_BLOCK:
                    raise
                self.block *= 8

    def _survey(self, *, keep: bool) -> Survey:
        with readable(self.path, self.kind):
            self._check_types()
            known = self._known_types()
            guesses = {name: ColumnGuess() for name in self.names if name not in known}
            rows, kept = 0, []
            for table in self._strings():
                rows += table.num_rows
                for name, guess in guesses.items():
                    guess.see(table[name])
                if keep:
                    kept.append(table)
            schema = pa.schema([(name, known[name] if name in known else guesses[name].type) for name in self.names])
            return Survey(schema, rows, guesses=guesses, kept=kept if keep else None)

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield a block of the file at a time."""
        with readable(self.path, self.kind):
            for table in self._strings() if survey.kept is None else survey.kept:
                yield Rows(_typed(table, survey.schema))

    @property
    def kind(self) -> str:
        """How messages call the format."""
        return "TSV" if self.delimiter == "\t" else "CSV"

    @cached_property
    def names(self) -> list[str]:
        """The columns, from the first line."""
        with self._open({}) as reader:
            names = list(reader.schema.names)
        check_twice(names)
        if len(names) == 1 and (
            other := [each for each in OTHER_DELIMITERS.get(self.delimiter, "") if each in names[0]]
        ):
            warnings.warn(
                f"{self.path.name} has one column, {names[0]!r}; if {other[0]!r} separates its values, "
                f"give delimiter={other[0]!r}",
                UserWarning,
                stacklevel=2,
            )
        return names

    def _known_types(self) -> dict[str, pa.DataType]:
        alike = {each.name: readable_type(each.type) for each in self.like if each.name in self.names}
        return {**{name: kind for name, kind in alike.items() if kind is not None}, **self.types}

    def _check_types(self) -> None:
        if unknown := [name for name in self.types if name not in self.names]:
            raise InvalidDataError(
                f"types names the column {unknown[0]!r}, which is not there{suggestion(unknown[0], self.names)} "
                f"The columns are {listing(self.names, shown=20)}"
            )

    def _strings(self) -> Iterator[pa.Table]:
        with self._open(dict.fromkeys(self.names, pa.string())) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def _open(self, types: Mapping[str, pa.DataType]) -> pa.RecordBatchReader:
        from pyarrow import csv

        # Quoted fields of real data hold line breaks; an empty field of text is an empty string, not a null. Of one
        # column, an empty line is no row: there a word stands for the null, as `export` writes it.
        nulls = {"null_values": [NOT_AVAILABLE], "quoted_strings_can_be_null": False} if len(types) == 1 else {}
        return csv.open_csv(
            open_bytes(self.path),
            read_options=csv.ReadOptions(block_size=self.block),
            parse_options=csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=dict(types), strings_can_be_null=bool(nulls), **nulls),
        )


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = []
    for each in schema:
        try:
            columns.append(typed(table[each.name], each.type))
        except pa.ArrowException as error:
            raise InvalidDataError(f"column {each.name!r} is not all {each.type}: {error}") from error
    return pa.Table.from_arrays(columns, schema=schema)
