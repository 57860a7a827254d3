from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.snapshot import Snapshot, content_column, given_vectors, items, take, take_snapshot
from localatlas.protocols import DatasetKey
from localatlas.protocols.components import Modality
from localatlas.testing.memory import MemoryDatasetStore


def store(*batches: dict[str, pa.Array]) -> MemoryDatasetStore:
    """Return a store of batches, numbered on."""
    made, start = MemoryDatasetStore(DatasetKey("local", "x")), 0
    for batch in batches:
        rows = len(next(iter(batch.values())))
        made.append(pa.table({"_position_index": pa.array(range(start, start + rows), pa.int64()), **batch}))
        start += rows
    return made


def snapshot(
    of: MemoryDatasetStore, folder: Path, modality: Modality = "text", field: str | None = "text", version: int = 1
) -> Snapshot:
    take_snapshot(of, version, modality, field, folder)
    return Snapshot.load(folder)


@pytest.mark.parametrize(("modality", "column"), [("text", "body"), ("embedding", "_embeddings"), ("image", "_blob")])
def test_the_modality_says_what_is_mapped(modality: Modality, column: str) -> None:
    assert content_column(modality, "body") == column


@given(texts=st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "", " ", "\n\t", "\u3000", "ä", "a "]))))
def test_equal_texts_are_one_content_and_blank_ones_none(
    texts: list[str | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = store({"text": pa.array(texts, pa.string())}) if texts else store({"text": pa.array([], pa.string())})
    found = snapshot(made, tmp_path_factory.mktemp("snapshot"))
    present = [text for text in texts if text and text.strip()]
    distinct = list(dict.fromkeys(present))
    assert found.contents.shape == (len(distinct), 16)
    assert found.content_of.tolist() == [distinct.index(text) if text and text.strip() else -1 for text in texts]
    assert found.first_row.tolist() == [texts.index(text) for text in distinct]
    assert found.positions.tolist() == list(range(len(texts)))
    assert items(made, 1, "text", "text", found) == distinct


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
    ],
)
def test_every_type_of_text_is_read_alike(tmp_path: Path, kind: pa.DataType) -> None:
    texts = ["x", None, "y", "x", ""]
    values = pa.array(texts).dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else pa.array(texts, kind)
    made = store({"text": values})
    found = snapshot(made, tmp_path)
    assert found.content_of.tolist() == [0, -1, 1, 0, -1]
    assert items(made, 1, "text", "text", found) == ["x", "y"]


def test_a_content_has_the_same_hash_in_every_dataset(tmp_path: Path) -> None:
    for name, texts in (("a", ["x", "y"]), ("b", ["z", "y", "x"])):
        (tmp_path / name).mkdir()
        snapshot(store({"text": pa.array(texts)}), tmp_path / name)
    one, other = Snapshot.load(tmp_path / "a"), Snapshot.load(tmp_path / "b")
    assert one.contents[0].tolist() == other.contents[2].tolist()
    assert one.digest() != other.digest()


def test_the_digest_follows_the_contents_alone(tmp_path: Path) -> None:
    digests = set()
    for name, texts in (("a", ["x", "y"]), ("b", ["x", "", "y", "x"])):
        (tmp_path / name).mkdir()
        digests.add(snapshot(store({"text": pa.array(texts)}), tmp_path / name).digest())
    assert len(digests) == 1


def test_one_version_is_read_whatever_comes_after(tmp_path: Path) -> None:
    made = store({"text": pa.array(["x", "y"])})
    made.append(pa.table({"_position_index": pa.array([2], pa.int64()), "text": ["z"]}))
    made.delete("_position_index", pa.array([0], pa.int64()))
    assert snapshot(made, tmp_path, version=1).positions.tolist() == [0, 1]
    assert snapshot(made, tmp_path, version=3).positions.tolist() == [1, 2]


def vectors(*rows: list[float] | None) -> dict[str, pa.Array]:
    return {"_embeddings": pa.array(rows, pa.list_(pa.float32(), 2))}


def test_equal_vectors_are_one_content_whatever_the_sign_of_zero(tmp_path: Path) -> None:
    made = store(vectors([0.0, 1.0], [-0.0, 1.0], [1.0, 0.0]), vectors([0.0, 1.0], None))
    found = snapshot(made, tmp_path, "embedding", None, version=2)
    assert found.content_of.tolist() == [0, 0, 1, 0, -1]
    blocks = list(given_vectors(made, 2, found))
    assert np.concatenate(blocks).tolist() == [[0, 1], [1, 0]]


def test_vectors_are_read_past_the_end_of_a_batch(tmp_path: Path) -> None:
    rows = [[float(row), 1.0] for row in range(20_000)]
    made = store(vectors(*rows))
    found = snapshot(made, tmp_path, "embedding", None)
    blocks = list(given_vectors(made, 1, found))
    assert len(blocks) > 1
    assert np.concatenate(blocks).tolist() == rows


def test_images_are_known_by_their_bytes(tmp_path: Path) -> None:
    blobs: list[Any] = [b"one", None, b"two", b"one", b""]
    made = store({"_blob": pa.array(blobs, pa.large_binary())})
    found = snapshot(made, tmp_path, "image", None)
    assert found.content_of.tolist() == [0, -1, 1, 0, -1]
    assert list(items(made, 1, "image", None, found)) == [b"one", b"two"]


def test_images_stay_in_the_store_until_a_batch_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = [f"image {i % 200}".encode() for i in range(300)]
    made = store({"_blob": pa.array(blobs, pa.large_binary())})
    found = snapshot(made, tmp_path, "image", None)
    asked: list[list[int]] = []
    read = made.read_blobs

    def counted(positions: Sequence[int], version: int | None = None) -> list[bytes | None]:
        asked.append(list(positions))
        return read(positions, version)

    monkeypatch.setattr(made, "read_blobs", counted)
    contents = items(made, 1, "image", None, found)
    assert (len(contents), asked) == (200, [])
    assert take(contents, np.array([3, 150, 7])) == [blobs[3], blobs[150], blobs[7]]
    assert asked == [[3, 150, 7]]
    assert contents[-1] == blobs[199]
    assert contents[198:] == blobs[198:200]
    assert take(["a", "b", "c"], np.array([2, 0])) == ["c", "a"]


def test_hashing_holds_few_images_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = store({"_blob": pa.array([f"{i}".encode() for i in range(300)], pa.large_binary())})
    most: list[int] = []
    read = made.read_blobs
    monkeypatch.setattr(made, "read_blobs", lambda rows, version=None: most.append(len(rows)) or read(rows, version))
    snapshot(made, tmp_path, "image", None)
    assert sum(most) == 300
    assert max(most) <= 64
