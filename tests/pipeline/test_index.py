from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.errors import NotReadyError, PluginFailedError
from localatlas.pipeline.index import LentIndex, row_vectors
from localatlas.pipeline.resident import MOST_MAPPED
from localatlas.pipeline.snapshot import Snapshot
from localatlas.pipeline.vectors import Vectors
from localatlas.protocols import ComponentOptions, Context, Index, Layout, NeighborGraph
from localatlas.testing.example import brute_force, clusters
from reference import Exhaustive, Principal

VECTORS = clusters(6)
GRAPH = brute_force(VECTORS, None, 3, "cosine")


def lent(
    vector_of_row: list[int] | None = None, *, graph: NeighborGraph | None = GRAPH, finder: object = None
) -> LentIndex:
    return LentIndex(
        metric="cosine",
        vectors=VECTORS,
        vector_of_row=np.array(range(6) if vector_of_row is None else vector_of_row, np.int32),
        read_ids=lambda rows: pa.array([f"id{row}" for row in rows]),
        read_text=lambda rows: [f"text {row}" for row in rows],
        finder=finder,
        graph=graph,
    )


def snapshot(content_of: list[int]) -> Snapshot:
    count = max(content_of, default=-1) + 1
    return Snapshot(
        np.arange(len(content_of)),
        np.array(content_of, np.int32),
        np.zeros((count, 16), np.uint8),
        np.array([content_of.index(content) for content in range(count)], np.int64),
    )


@pytest.mark.parametrize(
    ("content_of", "of_content", "expected"),
    [([0, 1, 0, -1], [0, 1], [0, 1, 0, -1]), ([0, 1, 2], [0, 1, 0], [0, 1, 0]), ([-1, -1], [], [-1, -1])],
)
def test_rows_have_the_vector_of_their_content(
    content_of: list[int], of_content: list[int], expected: list[int]
) -> None:
    vectors = Vectors(np.zeros((2, 3), np.float32), np.array(of_content, np.int32))
    assert row_vectors(snapshot(content_of), vectors).tolist() == expected


class Overwriting(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        assert isinstance(index, Index)
        assert not index.weights.flags.writeable
        index.vectors[0] = 0
        return super().project(index, context)


def test_a_component_cannot_write_to_what_it_is_lent(dataset: AtlasDataset) -> None:
    projection = Overwriting(Overwriting.Options())
    with pytest.raises(PluginFailedError, match="read-only"):
        dataset.create_index(indexed_field="text", projection=projection, progress=False)


def test_a_row_of_the_index_stands_for_its_first_row() -> None:
    index = lent([2, 0, 2, -1, 1, 3, 5, 4])
    assert index.weights.tolist() == [1, 1, 2, 1, 1, 1]
    assert index.ids.to_pylist() == ["id1", "id4", "id0", "id5", "id7", "id6"]
    assert index.text(np.array([2, 0])) == ["text 0", "text 1"]
    assert len(index.text()) == 6


def test_no_more_neighbours_are_lent_than_were_found() -> None:
    assert lent().neighbors(2).indices.tolist() == GRAPH.indices[:, :2].tolist()
    assert lent().neighbors(0).indices.shape == (6, 0)
    with pytest.raises(NotReadyError, match="4 neighbours were asked for, but `neighbors_needed` asked for 3"):
        lent().neighbors(4)


def test_more_than_there_are_rows_gives_all() -> None:
    assert lent(graph=brute_force(VECTORS, None, 5, "cosine")).neighbors(100).indices.shape == (6, 5)


def test_neighbours_that_nobody_needed_are_not_there() -> None:
    with pytest.raises(NotReadyError, match="`neighbors_needed` returned 0"):
        lent(graph=None).neighbors(1)


def test_search_is_the_finders() -> None:
    found = lent(finder=Exhaustive(ComponentOptions())).search(VECTORS[:2].astype(np.float64), 3)  # type: ignore[arg-type]
    assert found.indices[:, 0].tolist() == [0, 1]
    assert found.indices.shape == (2, 3)
    with pytest.raises(NotReadyError, match="does not search"):
        lent().search(VECTORS, 1)


def test_the_digest_follows_who_shares_a_vector() -> None:
    assert lent([0, 1, 2, 3, 4, 5]).digest() == lent().digest()
    assert lent([0, 1, 2, 3, 4, 5, 5]).digest() != lent().digest()


def test_mapped_files_are_given_back_once_much_is_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[object] = []
    monkeypatch.setattr("localatlas.pipeline.index.release", lambda *arrays: given_back.extend(arrays))
    monkeypatch.setattr("localatlas.pipeline.index.mapped_bytes", lambda: MOST_MAPPED)
    index = lent()
    index.rest_when_large()
    assert not given_back
    monkeypatch.setattr("localatlas.pipeline.index.mapped_bytes", lambda: MOST_MAPPED + 1)
    index.rest_when_large()
    assert len(given_back) == 3


def test_a_build_gives_mapped_files_back_while_a_stage_works(
    dataset: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[str] = []
    monkeypatch.setattr(LentIndex, "rest_when_large", lambda _self: rested.append("yes"))
    dataset.add_data([{"id": f"r{row}", "text": f"row {row}"} for row in range(8, 16)])
    dataset.create_index(indexed_field="text", topic_model=False, progress=False)
    assert rested
