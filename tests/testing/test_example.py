"""The example data and the example index are what they say."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from localatlas.errors import BuildCancelled, InvalidDataError
from localatlas.protocols import Index
from localatlas.testing.example import ArrayIndex, ProgressLog, brute_force, cancelling, clusters, pictures


def test_the_index_is_an_index() -> None:
    index = ArrayIndex(np.arange(12.0).reshape(4, 3) + 1, texts=["a", None, "c", "d"], weights=np.array([1, 2, 1, 1]))
    assert isinstance(index, Index)
    assert index.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(index.vectors, axis=1), 1.0, rtol=1e-6)
    assert not index.vectors.flags.writeable
    assert not index.weights.flags.writeable
    assert index.text(np.array([2, 1])) == ["c", None]
    assert index.text() == ["a", None, "c", "d"]
    assert index.ids.to_pylist() == [0, 1, 2, 3]


def test_euclidean_vectors_are_as_given() -> None:
    index = ArrayIndex(np.array([[0.0, 0], [3, 4], [0, 1]]), metric="euclidean")
    assert index.neighbors(5).indices.tolist() == [[2, 1], [2, 0], [0, 1]]
    np.testing.assert_allclose(index.neighbors(1).distances[:, 0], [1, np.sqrt(18), 1])
    assert index.search(np.array([[3.0, 5]], dtype=np.float32), 1).indices.tolist() == [[1]]


def test_no_more_is_lent_than_was_promised() -> None:
    index = ArrayIndex(clusters(10), lent=3)
    assert index.neighbors(3).indices.shape == (10, 3)
    with pytest.raises(InvalidDataError, match=r"neighbors\(4\) asks for more"):
        index.neighbors(4)


def test_a_mapped_index_is_the_same_in_a_file(tmp_path: Path) -> None:
    index = ArrayIndex(clusters(10), texts=["t"] * 10, lent=2)
    mapped = index.mapped(tmp_path)
    assert isinstance(mapped.vectors, np.memmap)
    assert not mapped.vectors.flags.writeable
    assert np.array_equal(mapped.vectors, index.vectors)
    assert mapped.text() == index.text()
    assert mapped.lent == 2


def test_clusters_are_apart() -> None:
    vectors = clusters(90)
    nearest = brute_force(vectors, None, 5, "cosine").indices
    assert (nearest % 3 == np.arange(90)[:, None] % 3).all()


def test_pictures_are_different_images() -> None:
    image = pytest.importorskip("PIL.Image")
    opened = [image.open(io.BytesIO(data)) for data in pictures(5)]
    assert {(picture.size, picture.mode) for picture in opened} == {((32, 32), "RGB")}
    assert len({picture.tobytes() for picture in opened}) == 5


def test_contexts_watch_and_cancel() -> None:
    log = ProgressLog()
    log(0.5, "half")
    assert log.fractions == [0.5]
    with pytest.raises(BuildCancelled):
        cancelling().progress(0.1)
