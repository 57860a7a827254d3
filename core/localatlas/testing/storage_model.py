"""A storage as it should be: what a dataset holds after any sequence of changes, in plain Python.

The state machine and the kills drive a real storage and this model by the same operations and compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa

from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.testing.kit import require

__all__ = ["COLUMNS", "NAMES", "PREFIXES", "Change", "Model", "Operation", "Row", "operations", "perform"]

Row = dict[str, Any]
Change = Literal["append", "delete", "delete where", "rewrite", "replace", "put", "remove", "compact"]

COLUMNS: Mapping[str, pa.DataType] = MappingProxyType({"number": pa.int64(), "word": pa.string()})
# As the core names what it keeps: records of indices, of tags, of jobs; each a prefix of none or of several others.
NAMES = ("indices/a/record.json", "indices/a/vectors.npy", "indices/ab.json", "tags/a.json", "jobs/1.json")
PREFIXES = ("indices/a/", "indices/a", "jobs/1.json", "absent/")
KEPT = "dataset.json"


@dataclass(frozen=True)
class Operation:
    """One change of a dataset.

    Attributes:
        change: what is done.
        positions: the rows it is done to, by `_position_index`; absent ones are no mistake.
        count: how many rows are appended.
        column: a column of `COLUMNS` that the new rows have, or that `delete where` looks at; "" for none.
        value: what stands in that column.
        name: an object's name, or a prefix.
    """

    change: Change
    positions: tuple[int, ...] = ()
    count: int = 0
    column: str = ""
    value: Any = None
    name: str = ""


@dataclass
class Model:
    """What a dataset holds.

    Attributes:
        rows: by position.
        columns: those that any row ever had, without the position.
        next_position: above every position ever used.
        objects: by name.
    """

    rows: dict[int, Row] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    next_position: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)

    def new_rows(self, operation: Operation) -> list[Row]:
        """Return the rows that an operation writes."""
        if operation.change == "rewrite":
            positions = [position for position in sorted(set(operation.positions)) if position in self.rows]
        elif operation.change in ("append", "replace"):
            positions = list(range(self.next_position, self.next_position + operation.count))
        else:
            positions = []
        more = {operation.column: operation.value} if operation.column else {}
        return [{POSITION_COLUMN: position, "id": f"row {position}", **more} for position in positions]

    def writes(self, operation: Operation) -> bool:
        """Whether an operation is done with a table of rows: columns of it stay, even if it has no row."""
        started = bool(self.columns or self.new_rows(operation))
        return operation.change == "append" or (operation.change in ("replace", "rewrite") and started)

    def matching(self, operation: Operation) -> list[int]:
        """Return the positions of the rows that an operation takes away."""
        if operation.change == "delete where":
            wanted = operation.value
            return [at for at, row in self.rows.items() if wanted is not None and row.get(operation.column) == wanted]
        if operation.change in ("delete", "replace", "rewrite"):
            return [position for position in self.rows if position in operation.positions]
        return []

    def after(self, operation: Operation) -> Model:
        """Return what the dataset holds after an operation."""
        then = deepcopy(self)
        written = self.new_rows(operation)
        for position in self.matching(operation):
            del then.rows[position]
        for row in written:
            then.rows[row[POSITION_COLUMN]] = row
        if self.writes(operation):
            then.columns |= {"id", operation.column} - {""}
        then.next_position = max([then.next_position, *(row[POSITION_COLUMN] + 1 for row in written)])
        if operation.change == "put":
            then.objects[operation.name] = _bytes(operation)
        elif operation.change == "remove":
            then.objects = {name: data for name, data in then.objects.items() if not name.startswith(operation.name)}
        return then

    def content(self) -> list[Row]:
        """Return the rows as a scan yields them, by position, with a null where a row lacks a column."""
        return [
            {POSITION_COLUMN: at, **{name: self.rows[at].get(name) for name in sorted(self.columns)}}
            for at in sorted(self.rows)
        ]

    def difference(self, store: DatasetStore, version: int | None = None) -> str:
        """Return how what a store holds differs from this, or nothing."""
        found = [row for batch in store.scan(None, version) for row in batch.to_pylist()]
        found = [{POSITION_COLUMN: row.pop(POSITION_COLUMN), **dict(sorted(row.items()))} for row in found]
        if found != self.content():
            return f"a scan yields {found}, but there must be {self.content()}"
        if (count := store.count(version)) != len(self.rows):
            return f"`count` says {count}, but there are {len(self.rows)} rows"
        schema = store.schema(version)
        columns = set() if schema is None else set(schema.names) - {POSITION_COLUMN}
        if columns != self.columns:
            return f"`schema` has the columns {sorted(columns)}, but there must be {sorted(self.columns)}"
        return "" if version is not None else self._rest(store)

    def _rest(self, store: DatasetStore) -> str:
        if (free := store.next_position()) != self.next_position:
            return f"`next_position` is {free}, but {self.next_position} is the next that was never used"
        objects = {name: store.get(name) for name in store.objects() if name != KEPT}
        return "" if objects == self.objects else f"the objects are {objects}, but there must be {self.objects}"


def perform(store: DatasetStore, model: Model, operation: Operation, keep: tuple[int, ...] = ()) -> Model:
    """Do an operation to a store, hold what it returns against the model, and return the model after it."""
    before, then = store.version(), model.after(operation)
    written = _table(model.new_rows(operation), operation)
    ids = pa.array([f"row {position}" for position in operation.positions], pa.string())
    if operation.change == "append":
        require(store.append(written) > before, "`append` must return a version above the one before.")
    elif operation.change == "delete":
        _require_gone(store.delete("id", ids), model, operation)
    elif operation.change == "delete where" and operation.column in model.columns:
        values = pa.array([operation.value], COLUMNS[operation.column])
        _require_gone(store.delete(operation.column, values), model, operation)
    elif operation.change in ("replace", "rewrite") and model.writes(operation):
        store.replace("id", ids, written)
    elif operation.change == "put":
        store.put(operation.name, _bytes(operation))
    elif operation.change == "remove":
        store.remove(operation.name)
    elif operation.change == "compact":
        store.compact(keep)
        require(store.version() == before, "`compact` must not make a version.")
    return then


def operations(seed: int) -> Iterator[Operation]:
    """Yield changes for ever, the same for the same seed; the first one appends."""
    random = Random(seed)  # noqa: S311 - no secret
    yield Operation("append", count=3)
    while True:
        change: Change = random.choice(("append", "append", "delete", "rewrite", "replace", "put", "remove", "compact"))
        column = random.choice(("", *COLUMNS))
        yield Operation(
            change,
            positions=tuple(random.randrange(30) for _ in range(random.randrange(4))),
            count=random.randrange(1, 5),
            column=column,
            value=random.randrange(9) if column == "number" else random.choice("abc") if column else None,
            name=random.choice(PREFIXES if change == "remove" else NAMES),
        )


def _require_gone(said: int, model: Model, operation: Operation) -> None:
    there = len(model.matching(operation))
    require(said == there, f"`delete` must return how many rows went, {there}, not {said}.")


def _table(rows: list[Row], operation: Operation) -> pa.Table:
    kinds = {POSITION_COLUMN: pa.int64(), "id": pa.string()}
    if operation.column:
        kinds[operation.column] = COLUMNS[operation.column]
    return pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))


def _bytes(operation: Operation) -> bytes:
    return f"{operation.name} {operation.value} {operation.count}".encode()
