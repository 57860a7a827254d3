from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.known import KnownVectors, covers
from localatlas.pipeline.stages import save_array

DIM = 4


def hashes(names: list[int]) -> np.ndarray:
    # Keys that end in zero bytes and keys that differ in their last byte alone are both ordinary.
    return np.array([list(name.to_bytes(8, "big")) + [0] * 8 for name in names], np.uint8).reshape(len(names), 16)


def vector(name: int) -> np.ndarray:
    return np.random.default_rng(name).normal(size=DIM).astype(np.float32)


def result(folder: Path, names: list[int], fingerprint: str = "model") -> Path:
    """Write a finished result of the embed stage."""
    folder.mkdir(parents=True)
    save_array(folder / "contents.npy", hashes(names))
    save_array(folder / "vectors.npy", np.array([vector(name) for name in names], np.float32).reshape(-1, DIM))
    save_array(folder / "vector_of.npy", np.arange(len(names), dtype=np.int32))
    (folder / "fingerprint").write_text(fingerprint)
    return folder


names = st.lists(st.integers(0, 300), unique=True, max_size=12)


@given(one=names, other=names, wanted=names)
def test_what_is_known_is_filled_in_and_the_rest_named(
    one: list[int], other: list[int], wanted: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("known")
    known = KnownVectors([result(root / "one", one), result(root / "other", other)], "model")
    out = np.zeros((len(wanted), DIM), np.float32)
    missing = known.fill(hashes(wanted), out)
    have = {*one, *other}
    assert [wanted[row] for row in missing] == [name for name in wanted if name not in have]
    for row, name in enumerate(wanted):
        assert np.array_equal(out[row], vector(name) if name in have else np.zeros(DIM)), name


def test_another_model_and_another_width_know_nothing(tmp_path: Path) -> None:
    made = result(tmp_path / "a", [1, 2])
    assert KnownVectors([made], "other").fill(hashes([1]), np.zeros((1, DIM), np.float32)).tolist() == [0]
    assert KnownVectors([made], "model").fill(hashes([1]), np.zeros((1, DIM + 1), np.float32)).tolist() == [0]


def test_a_folder_that_has_only_begun_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "begun").mkdir()
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "fingerprint").write_text("model")
    save_array(tmp_path / "named" / "contents.npy", hashes([1]))
    known = KnownVectors([tmp_path / "begun", tmp_path / "named"], "model")
    assert known.fill(hashes([1]), np.zeros((1, DIM), np.float32)).tolist() == [0]


@pytest.mark.parametrize(
    ("newer", "older", "expected"),
    [([1, 2, 3], [3, 1], True), ([1, 2], [1, 2], True), ([1, 2], [1, 3], False), ([1], [], True)],
)
def test_a_result_covers_what_it_holds_whole(
    tmp_path: Path, newer: list[int], older: list[int], expected: bool
) -> None:
    made = result(tmp_path / "newer", newer)
    assert covers(made, result(tmp_path / "older", older)) == expected
    assert not covers(made, result(tmp_path / "foreign", older, "other"))
