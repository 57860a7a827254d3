"""The validation table of the SDK's `add_data`: what is refused, each row before anything changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from begun import empty, images, named, pictures, png, seen, vectors
from localatlas import AtlasDataset
from localatlas.errors import AtlasTypeError, InvalidDataError, InvalidOptionError

ROW = {"id": "new", "text": "x"}

REFUSED: dict[str, tuple[Callable[[], AtlasDataset], dict[str, Any], type[Exception], str]] = {
    "nothing at all": (empty, {}, InvalidDataError, "needs data.*embeddings or blobs"),
    "data of another type": (empty, {"data": 5}, AtlasTypeError, "int is not taken; give a pandas"),
    "data that is a dict": (empty, {"data": {"text": ["a"]}}, AtlasTypeError, r"pandas\.DataFrame\(data\)"),
    "no rows": (empty, {"data": pd.DataFrame({"text": []})}, InvalidDataError, "at least one row"),
    "no columns": (empty, {"data": [{}]}, InvalidDataError, "at least one row and one column"),
    "no list": (empty, {"data": []}, InvalidDataError, "at least one row"),
    "reserved column of a frame": (empty, {"data": pd.DataFrame({"_x": [1]})}, InvalidDataError, "reserved.*'_x'"),
    "reserved column of dicts": (empty, {"data": [{"_x": 1}]}, InvalidDataError, "reserved.*'_x'"),
    "vectors as a column": (
        empty,
        {"data": pa.table({"t": ["a"], "_embeddings": [[1.0, 2.0]]})},
        InvalidDataError,
        "pass the vectors as embeddings=",
    ),
    "the original's hashes": (empty, {"data": [{"_blob_hash": "x"}]}, InvalidDataError, "reserved.*'_blob_hash'"),
    "names that differ by case": (empty, {"data": [{"Text": 1, "text": 2}]}, InvalidDataError, "'Text' and 'text'"),
    "a name that differs by case later": (
        named,
        {"data": [{**ROW, "TEXT": "x"}]},
        InvalidDataError,
        "'text' and 'TEXT'",
    ),
    "a name twice": (
        empty,
        {"data": pd.DataFrame([[1, 2]], columns=["a", "a"])},
        InvalidDataError,
        "'a' occur more than once",
    ),
    "an empty name": (empty, {"data": [{"": 1}]}, InvalidDataError, "empty name"),
    "a name that is no string": (empty, {"data": pd.DataFrame({1: ["a"]})}, InvalidDataError, "must be strings.*1"),
    "several types in a column": (
        empty,
        {"data": [{"x": 1}, {"x": "a"}]},
        InvalidDataError,
        "'x' mixes the types int, str",
    ),
    "the id field is missing": (named, {"data": [{"text": "x"}]}, InvalidDataError, "id field 'id' is not among"),
    "an id is null": (
        named,
        {"data": [ROW, {"id": None, "text": "x"}]},
        InvalidDataError,
        "'id' is null in 1 of 2 rows .rows 1",
    ),
    "an id is empty": (named, {"data": [{**ROW, "id": ""}]}, InvalidDataError, "'id' is an empty string"),
    "an id is too long": (named, {"data": [{**ROW, "id": "x" * 37}]}, InvalidDataError, "longer than 36 characters"),
    "a large_string id is too long": (
        named,
        {"data": pa.table({"id": pa.array(["y" * 37], pa.large_string())})},
        InvalidDataError,
        "longer than 36 characters: 'yyy",
    ),
    "an id is a float": (named, {"data": [{**ROW, "id": 1.5}]}, InvalidDataError, "of type double; ids are strings"),
    "an id of another type": (named, {"data": [{**ROW, "id": 7}]}, InvalidDataError, "'id' is string .* int64"),
    "an id twice": (named, {"data": [ROW, ROW]}, InvalidDataError, "1 ids occur more than once in 'id': 'new'"),
    "an id that is there": (
        named,
        {"data": [ROW, {"id": "b", "text": "x"}]},
        InvalidDataError,
        r"already \(1\): 'b'; nothing was added",
    ),
    "an id twice, to replace": (
        named,
        {"data": [ROW, ROW], "on_conflict": "replace"},
        InvalidDataError,
        "more than once in 'id': 'new'",
    ),
    "no such rule": (
        named,
        {"data": [ROW], "on_conflict": "replce"},
        InvalidOptionError,
        "'replce': it is 'error', 'ignore' or 'replace', did you mean 'replace'",
    ),
    "a rule that is no string": (named, {"data": [ROW], "on_conflict": None}, InvalidOptionError, "on_conflict=None"),
    "a rule without ids": (
        empty,
        {"data": [ROW], "on_conflict": "ignore"},
        InvalidOptionError,
        "'ignore': this dataset has no id field",
    ),
    "bare vectors without ids": (
        named,
        {"embeddings": np.eye(2)},
        InvalidDataError,
        "data is missing.*column 'id'",
    ),
    "embeddings that are text": (empty, {"data": [ROW], "embeddings": "abc"}, AtlasTypeError, "str are not taken"),
    "embeddings that are one number": (empty, {"data": [ROW], "embeddings": 5}, AtlasTypeError, "int are not taken"),
    "embeddings of text": (empty, {"data": [ROW], "embeddings": [["a", "b"]]}, AtlasTypeError, "real numbers"),
    "embeddings in one dimension": (
        empty,
        {"data": [ROW] * 2, "embeddings": np.ones(2)},
        InvalidDataError,
        r"shape \[2\].*two-dimensional",
    ),
    "embeddings in three dimensions": (
        empty,
        {"data": [ROW], "embeddings": np.ones((1, 2, 2))},
        InvalidDataError,
        "two-dimensional",
    ),
    "ragged embeddings": (empty, {"data": [ROW] * 2, "embeddings": [[1.0], [1.0, 2.0]]}, InvalidDataError, "differ"),
    "too many embeddings": (
        empty,
        {"data": [ROW], "embeddings": np.eye(2)},
        InvalidDataError,
        "2 embeddings for 1 rows",
    ),
    "no embeddings": (empty, {"embeddings": np.empty((0, 2))}, InvalidDataError, "at least one row"),
    "embeddings without width": (empty, {"embeddings": np.empty((2, 0))}, InvalidDataError, "no columns"),
    "NaN in embeddings": (
        empty,
        {"data": [ROW] * 2, "embeddings": [[1.0, 0.0], [np.nan, 1.0]]},
        InvalidDataError,
        "NaN or infinity in 1 rows .1, counted from 0",
    ),
    "infinity in embeddings": (empty, {"embeddings": [[np.inf, 1.0]]}, InvalidDataError, "NaN or infinity"),
    "numbers beyond float32": (empty, {"embeddings": [[1e39, 1.0]]}, InvalidDataError, "float32 cannot hold"),
    "embeddings of another width": (
        vectors,
        {"data": [{"text": "x"}], "embeddings": np.ones((1, 3))},
        InvalidDataError,
        "3 wide, those of the dataset 2",
    ),
    "vectors are missing": (
        vectors,
        {"data": [{"text": "x"}]},
        InvalidDataError,
        "holds embeddings.*give embeddings=",
    ),
    "vectors for rows of text": (
        named,
        {"data": [ROW], "embeddings": np.eye(1)},
        InvalidDataError,
        "begun without embeddings; leave embeddings= out",
    ),
    "images are missing": (images, {"data": [{"text": "x"}]}, InvalidDataError, "holds images.*give blobs="),
    "images for rows of text": (
        named,
        {"data": [ROW], "blobs": pictures(1)},
        InvalidDataError,
        "begun without images; leave blobs= out",
    ),
    "vectors for rows of images": (
        images,
        {"data": [{"text": "x"}], "blobs": pictures(1), "embeddings": np.eye(1)},
        InvalidDataError,
        "begun without embeddings",
    ),
    "too few images": (
        images,
        {"data": [{"text": "x"}] * 3, "blobs": pictures(2)},
        InvalidDataError,
        "2 blobs for 3 rows",
    ),
    "more images than vectors": (
        empty,
        {"embeddings": np.eye(2), "blobs": pictures(3)},
        InvalidDataError,
        "3 blobs for 2 rows",
    ),
    "no images": (images, {"blobs": []}, InvalidDataError, "at least one row"),
    "bytes that are no image": (images, {"blobs": [png(3), b"no image"]}, InvalidDataError, "row 1"),
    "a file that is not there": (images, {"blobs": ["/nowhere/a.png"]}, InvalidDataError, "row 0.*nowhere"),
    "one image without a list": (images, {"blobs": png(3)}, AtlasTypeError, "list"),
    "text among numbers": (named, {"data": [{**ROW, "n": "one"}]}, InvalidDataError, "'n' is int64 .* string"),
    "a fraction among integers": (named, {"data": [{**ROW, "n": 1.5}]}, InvalidDataError, "'n' is int64 .*double"),
    "NaN among integers": (named, {"data": [{**ROW, "n": float("nan")}]}, InvalidDataError, "'n' is int64 .*double"),
    "a list among text": (named, {"data": [{**ROW, "text": ["x"]}]}, InvalidDataError, "'text' is string .* list"),
    "a bar that does not move": (named, {"data": [ROW], "pbar": 5}, AtlasTypeError, r"pbar.*int.*update\(rows\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_before_anything_changes(home: Path, case: str) -> None:
    begun, arguments, error, words = REFUSED[case]
    dataset = begun()
    before = seen(dataset, home)
    with pytest.raises(error, match=words):
        dataset.add_data(**arguments)
    assert seen(dataset, home) == before
    assert dataset.is_accepting_data


class Bar:
    def __init__(self) -> None:
        self.steps: list[int] = []

    def update(self, rows: int) -> None:
        self.steps.append(rows)


@pytest.mark.parametrize("rows", [1, 2, 1001])
def test_a_bar_moves_by_rows_while_the_work_goes_on(home: Path, rows: int) -> None:
    bar = Bar()
    AtlasDataset("bar").add_data([{"n": row} for row in range(rows)], pbar=bar)
    assert sum(bar.steps) == rows
    assert len(bar.steps) == min(rows, 2)
    assert all(step > 0 for step in bar.steps)


@pytest.mark.parametrize("rule", ["error", "replace"])
@pytest.mark.parametrize("stopped_by", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_write_leaves_nothing(
    home: Path, stopped_by: type[BaseException], rule: Literal["error", "replace"], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = named()
    before = seen(dataset, home)

    def stop(*_: object) -> None:
        raise stopped_by

    with monkeypatch.context() as patch:
        patch.setattr(type(dataset._store), "append" if rule == "error" else "replace", stop)
        with pytest.raises(stopped_by):
            dataset.add_data([ROW], on_conflict=rule)
    assert seen(dataset, home) == before
    dataset.add_data([ROW], on_conflict=rule)
    assert dataset.total_datums == 3
