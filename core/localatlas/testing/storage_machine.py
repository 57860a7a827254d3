"""Any sequence of changes, found by Hypothesis: a storage and its model must agree after each of them.

MacIver, Hatfield-Dodds et al., "Hypothesis: A new approach to property-based testing", JOSS 4(43), 2019.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.testing.check import Make
from localatlas.testing.kit import require
from localatlas.testing.storage_example import KEY, RECORD, home
from localatlas.testing.storage_model import NAMES, PREFIXES, Model, Operation, perform

__all__ = ["StorageMachine", "run_machine"]

OTHER = DatasetKey("checks", "other")
EXAMPLES, STEPS = 30, 25
# Enough that a dataset which is made anew has something to leave behind.
MANY = 6
FULL = 20
SMALL = st.integers(0, FULL - 1)
FEW = st.lists(SMALL, max_size=4).map(tuple)
VALUES = st.sampled_from([("", None), ("number", 1), ("number", None), ("word", ""), ("word", "zwölf")])


class StorageMachine(RuleBasedStateMachine):
    """One dataset, changed through a store that was opened at any time before, and seen through another."""

    make: ClassVar[Make]

    @initialize()
    def begin(self) -> None:
        """Make a home with one dataset that has objects and no rows."""
        self.backend = home(self.make)
        self.store: DatasetStore = self.backend.create(KEY, RECORD)
        self.reader = self._again()
        self.model, self.pinned = Model(), dict[int, Model]()
        for name in NAMES:
            self._do(Operation("put", name=name))

    @precondition(lambda self: len(self.model.rows) < FULL)
    @rule(count=st.integers(1, 4), filled=VALUES)
    def append(self, count: int, filled: tuple[str, Any]) -> None:
        """Append rows, some with a column that the dataset may not have yet."""
        self._do(Operation("append", count=count, column=filled[0], value=filled[1]))

    @rule(positions=FEW)
    def delete(self, positions: tuple[int, ...]) -> None:
        """Delete rows by id, absent ones among them."""
        self._do(Operation("delete", positions))

    @rule(filled=VALUES.filter(lambda pair: bool(pair[0])))
    def delete_where(self, filled: tuple[str, Any]) -> None:
        """Delete rows by what stands in another column."""
        self._do(Operation("delete where", column=filled[0], value=filled[1]))

    @rule(positions=FEW, filled=VALUES)
    def rewrite(self, positions: tuple[int, ...], filled: tuple[str, Any]) -> None:
        """Write rows anew in their places, as an update does."""
        self._do(Operation("rewrite", positions, column=filled[0], value=filled[1]))

    @precondition(lambda self: len(self.model.rows) < FULL)
    @rule(positions=FEW, count=st.integers(1, 3), filled=VALUES)
    def replace(self, positions: tuple[int, ...], count: int, filled: tuple[str, Any]) -> None:
        """Take rows away and add others in one commit."""
        self._do(Operation("replace", positions, count, column=filled[0], value=filled[1]))

    @rule(name=st.sampled_from(NAMES), value=SMALL)
    def put(self, name: str, value: int) -> None:
        """Write the record of an index, a tag or a job."""
        self._do(Operation("put", name=name, value=value))

    @rule(prefix=st.sampled_from(PREFIXES))
    def remove(self, prefix: str) -> None:
        """Remove objects by prefix."""
        self._do(Operation("remove", name=prefix))

    @rule()
    def pin(self) -> None:
        """Let a map hold on to the newest version."""
        if version := self.store.version():
            self.pinned[version] = self.model

    @rule()
    def compact(self) -> None:
        """Merge pieces and drop all versions that are not held on to."""
        self._do(Operation("compact"))

    @rule()
    def reopen(self) -> None:
        """Go on with what was opened at another time, by another instance."""
        self.store, self.reader = self._again(), self.store

    @precondition(lambda self: len(self.model.rows) >= MANY)
    @rule()
    def make_anew(self) -> None:
        """Delete the dataset and create one of its name: nothing of the old one is left."""
        self.backend.delete(KEY)
        self.store = self.backend.create(KEY, RECORD)
        self.reader, self.model, self.pinned = self._again(), Model(), {}

    @rule()
    def use_a_neighbour(self) -> None:
        """Fill and delete another dataset of the home: this one does not notice."""
        other = self.backend.create(OTHER, b"{}")
        perform(other, Model(), Operation("append", count=2))
        perform(other, Model(), Operation("put", name=NAMES[0]))
        self.backend.delete(OTHER)

    @rule(positions=FEW)
    def look_up(self, positions: tuple[int, ...]) -> None:
        """Take rows by position, in the order asked."""
        import pyarrow as pa

        asked = pa.array(positions, pa.int64())
        wanted = [position for position in positions if position in self.model.rows]
        for store in (self.store, self.reader):
            if self.model.columns:
                taken = store.take(POSITION_COLUMN, asked)[POSITION_COLUMN].to_pylist()
                require(taken == wanted, f"`take` of {positions} must return {wanted}, not {taken}.")
            found = store.find(POSITION_COLUMN, asked).to_pylist()
            require(found == wanted, f"`find` of {positions} must return {wanted}, not {found}.")

    @invariant()
    def both_agree(self) -> None:
        """Writer and reader hold what the model holds, now and at every version that is held on to."""
        for store in (self.store, self.reader):
            difference = self.model.difference(store)
            require(not difference, f"After these changes {difference}.")
        for version, model in self.pinned.items():
            difference = model.difference(self.reader, version)
            require(not difference, f"At version {version}, which `compact` was told to keep, {difference}.")

    def _do(self, operation: Operation) -> None:
        self.model = perform(self.store, self.model, operation, keep=tuple(self.pinned))

    def _again(self) -> DatasetStore:
        store: DatasetStore = self.make(address=self.backend.options.address).open(KEY)
        return store


def run_machine(make: Make) -> None:
    """Drive a storage by random changes; AssertionError has the shortest changes that part it from its model."""
    machine = type("StorageMachine", (StorageMachine,), {"make": staticmethod(make)})
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)
