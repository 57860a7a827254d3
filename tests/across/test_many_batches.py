"""Many small batches, from one process and from two at once, and a map of them all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, projectors, registries
from localatlas.protocols import ComponentOptions, Context, Index, Layout

pytestmark = [pytest.mark.slow, pytest.mark.plugins]

BATCHES = 1000
ROWS = 100
WORDS = [f"word{number}" for number in range(50)]
TWO = """
import sys
import numpy as np
from localatlas import AtlasDataset

mine, batches, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
dataset = AtlasDataset("shared", unique_id_field="id")
print("ready", flush=True)
sys.stdin.readline()
for batch in range(batches):
    dataset.add_data(
        [{"id": f"{mine}-{batch}-{row}", "n": batch * rows + row} for row in range(rows)],
        embeddings=np.full((rows, 2), batch, np.float32),
    )
"""


class Flat:
    """Lays rows out by their first two numbers, so that the map costs nothing."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def project(self, index: Index, context: Context) -> Layout:
        context.progress(1.0)
        return Layout(np.ascontiguousarray(index.vectors[:, :2], np.float32))


def vector(number: int) -> tuple[float, float]:
    return float(number % 317), float(number // 317)


@pytest.mark.parametrize("id_field", ["id", None])
def test_a_thousand_batches_then_one_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_field: str | None) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path))
    monkeypatch.setattr(registries.projectors, "_registered", {})
    projectors.register("flat", Flat)
    dataset = AtlasDataset("many", unique_id_field=id_field)
    for batch in range(BATCHES):
        numbers = range(batch * ROWS, (batch + 1) * ROWS)
        dataset.add_data(
            [{"id": f"row-{number}", "text": WORDS[number % 50], "n": number} for number in numbers],
            embeddings=np.array([vector(number) for number in numbers], np.float32),
        )
    assert dataset.total_datums == BATCHES * ROWS
    scanned = pa.Table.from_batches(list(dataset.scan(["n"])))["n"].to_numpy()
    assert np.array_equal(scanned, np.arange(BATCHES * ROWS))
    made = dataset.create_index(projection="flat", topic_model=False, duplicate_detection=False, progress=False)
    view = made.data.tb
    assert np.array_equal(view["n"].to_numpy(), np.arange(BATCHES * ROWS))
    assert view["id"].to_pylist() == [f"row-{number}" for number in range(BATCHES * ROWS)]
    assert view["text"].to_pylist() == [WORDS[number % 50] for number in range(BATCHES * ROWS)]
    expected = np.array([vector(number) for number in range(BATCHES * ROWS)], np.float32)
    assert np.array_equal(made.embeddings.latent, expected)
    asked = [99_999, 0, 50_000, 12_345]
    ids = asked if id_field is None else [f"row-{number}" for number in asked]
    assert [row["n"] for row in dataset.get_data(ids)] == asked
    if id_field is not None:
        with pytest.raises(ValueError, match="'row-77777', 'row-3'; nothing was added"):
            dataset.add_data([{"id": "row-77777"}, {"id": "row-3"}], embeddings=np.eye(2))


def test_two_processes_add_to_one_dataset_at_once(tmp_path: Path) -> None:
    batches, rows = 100, 20
    environment = os.environ | {"LOCALATLAS_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", TWO]
    running = [
        subprocess.Popen(
            [*command, name, str(batches), str(rows)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=300)
        assert process.returncode == 0
    dataset = AtlasDataset("shared", home=str(tmp_path))
    assert dataset.total_datums == 2 * batches * rows
    store = dataset._store
    table = pa.Table.from_batches(list(store.scan(["id", "n", "_position_index", "_embeddings"])))
    assert np.array_equal(table["_position_index"].to_numpy(), np.arange(2 * batches * rows))
    for name in ("one", "two"):
        mine = [row for row in table.to_pylist() if row["id"].startswith(f"{name}-")]
        # Each process's rows in its own order, none lost, none twice, with their own vectors.
        assert [row["n"] for row in mine] == list(range(batches * rows))
        assert [row["id"] for row in mine] == [f"{name}-{n // rows}-{n % rows}" for n in range(batches * rows)]
        assert all(row["_embeddings"] == [row["n"] // rows] * 2 for row in mine)
    # They took turns: neither waited for the other's last batch.
    first = [row["id"].partition("-")[0] for row in table.to_pylist()]
    assert first != sorted(first)
    assert first != sorted(first, reverse=True)
