from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.assemble import expand_duplicates, map_table, spread_copies
from localatlas.pipeline.contracts import check_duplicates
from localatlas.pipeline.index import LentIndex
from localatlas.protocols import Duplicates, DuplicateVerdict, NeighborGraph
from localatlas.registry import Entry

ENTRY = Entry("duplicate detector", "x", "", "1", "x:X")


def lent(vector_of_row: list[int], count: int) -> LentIndex:
    vectors = np.eye(count, 8, dtype=np.float32)
    graph = NeighborGraph(
        np.array([[(i + 1) % count] for i in range(count)], np.int32).reshape(count, 1),
        np.ones((count, 1), np.float32),
    )
    return LentIndex(
        metric="cosine",
        vectors=vectors,
        vector_of_row=np.array(vector_of_row, np.int32),
        read_ids=pa.array,
        read_text=lambda rows: [f"text {row}" for row in rows],
        graph=graph,
    )


def test_weights_and_first_rows_count_the_copies() -> None:
    index = lent([0, 1, 0, -1, 0], 2)
    assert index.weights.tolist() == [3, 1]
    assert index.first_rows.tolist() == [0, 1]
    assert index.ids.to_pylist() == [0, 1]
    assert index.text() == ["text 0", "text 1"]
    assert index.text(np.array([1])) == ["text 1"]


def test_the_first_copy_keeps_its_place_and_others_lie_close() -> None:
    index = lent([0, 1, 0, -1, 0], 2)
    layout = np.array([[0, 0], [10, 0]], np.float32)
    places = spread_copies(layout, index, seed=1)
    assert places[0].tolist() == [0, 0]
    assert places[1].tolist() == [10, 0]
    assert np.isnan(places[3]).all()
    for row in (2, 4):
        assert 0 < np.linalg.norm(places[row]) < 0.0025 * 1.001
    assert np.array_equal(places, spread_copies(layout, index, seed=1), equal_nan=True)


def test_rows_without_a_vector_have_nulls() -> None:
    table = map_table(np.arange(3), lent([0, -1, 1], 2), np.zeros((2, 2), np.float32), None, None, 0)
    assert table["x"].null_count == table["vector"].null_count == 1
    assert table.column_names == ["_position_index", "vector", "x", "y"]


@given(st.data())
def test_expanded_duplicates_keep_their_promises(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    groups = [data.draw(st.integers(0, 3)) for _ in range(count)]
    heads = {group: groups.index(group) for group in groups}
    verdict = [
        DuplicateVerdict.SINGLETON
        if groups.count(group) == 1
        else (DuplicateVerdict.RETENTION if heads[group] == row else DuplicateVerdict.DELETION)
        for row, group in enumerate(groups)
    ]
    rows = [*range(count), *data.draw(st.lists(st.integers(-1, count - 1), max_size=8))]
    order = data.draw(st.permutations(rows))
    vector = np.array(order, np.int32)
    found = expand_duplicates(Duplicates(np.array(groups, np.int64), np.array(verdict, np.uint8)), vector)
    check_duplicates(ENTRY, found, len(vector))
    for row, code in enumerate(order):
        if code < 0:
            assert found.verdict[row] == DuplicateVerdict.SINGLETON
        else:
            same = [i for i, other in enumerate(order) if other >= 0 and groups[other] == groups[code]]
            assert {int(found.cluster[i]) for i in same} == {int(found.cluster[row])}
    # Numbered by first row.
    firsts = [int(found.cluster[i]) for i in range(len(vector)) if found.cluster[i] not in found.cluster[:i]]
    assert firsts == sorted(firsts) == list(range(len(firsts)))
