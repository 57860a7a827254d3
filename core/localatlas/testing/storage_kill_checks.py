"""Real processes that change a dataset in every way, are killed, and lose nothing that they said was done."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

from localatlas.protocols import DatasetStore
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require
from localatlas.testing.storage_example import KEY, made, reopened
from localatlas.testing.storage_model import Model, Operation, operations, perform

__all__ = ["KILL_CHECKS", "main"]

SEED = 7
# After how many acknowledged changes each process is killed.
ROUNDS = (5, 9, 4)
DEAD_HOLDER_SECONDS = 90.0
PROGRAM = "import sys; from localatlas.testing.storage_kill_checks import main; main(*sys.argv[1:])"


@check("storage")
def check_kill_loses_no_acknowledged_change(make: Make) -> None:
    """A process killed between any changes leaves all that it acknowledged, and of the next all or nothing."""
    if not getattr(make.component, "durable", False):
        return
    backend, store = made(make)
    model, done = Model(), 0
    for after in ROUNDS:
        acknowledged = _killed(backend, done, after)
        for seen in (store, reopened(make, backend)):
            model_now, done_now = _held(seen, model, done, acknowledged)
        model, done = model_now, done_now
        with store.lock(timeout=DEAD_HOLDER_SECONDS):
            operation = _change(done)
            model, done = perform(store, model, operation), done + 1
            difference = model.difference(store)
            require(not difference, f"A kill must not spoil the next change, but after {operation} {difference}.")


def main(module: str, name: str, options: str, first: str) -> None:
    """Change the dataset for ever, from a change on, and print the number of each when it is done."""
    import importlib

    component: Any = importlib.import_module(module)
    for part in name.split("."):
        component = getattr(component, part)
    store = component(component.Options.model_validate_json(options)).open(KEY)
    model = Model()
    for number, operation in enumerate(operations(SEED)):
        if number < int(first):
            model = model.after(operation)
            continue
        with store.lock():
            model = perform(store, model, operation)
        sys.stdout.write(f"{number + 1}\n")
        sys.stdout.flush()


def _killed(backend: Any, done: int, after: int) -> int:
    """Let another process go on from change `done`, kill it, and return how many changes are acknowledged."""
    kind = type(backend)
    arguments = [kind.__module__, kind.__qualname__, backend.options.model_dump_json(), str(done)]
    with subprocess.Popen(  # noqa: S603 - this interpreter and a program of ours
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        said: list[str] = []
        if process.stdout is not None:
            said = [process.stdout.readline() for _ in range(after)]
            process.kill()
            # Not `communicate`: with a time limit it passes over what was read ahead.
            said += process.stdout.read().splitlines()
    numbers = [int(line) for line in said if line.strip()]
    require(len(numbers) >= after, f"A process must be able to change the dataset, but ended after {len(numbers)}.")
    return numbers[-1]


def _held(store: DatasetStore, model: Model, done: int, acknowledged: int) -> tuple[Model, int]:
    """Return the model of what a store holds, and how many changes that is; fail if it is neither of the two."""
    for number in range(done, acknowledged):
        model = model.after(_change(number))
    difference = model.difference(store)
    if not difference:
        return model, acknowledged
    further = model.after(_change(acknowledged))
    require(
        not further.difference(store),
        f"After a kill, {acknowledged} changes were acknowledged, the last one {_change(acknowledged - 1)}; "
        f"but {difference}.",
    )
    return further, acknowledged + 1


def _change(number: int) -> Operation:
    return next(itertools.islice(operations(SEED), number, None))


KILL_CHECKS: tuple[Check, ...] = (check_kill_loses_no_acknowledged_change,)
