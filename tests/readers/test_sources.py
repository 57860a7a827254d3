"""Paths, patterns and folders; vectors and images; parts; and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import AtlasDataset, read, readers
from localatlas.errors import AtlasError, AtlasTypeError, AtlasValueError, InvalidDataError, InvalidOptionError
from localatlas.readers import Rows, parts
from localatlas.readers.rows import Rows as RowsClass
from pyarrow import feather, parquet

VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3)
TABLE = pa.table({"text": ["a", "b", "c", "d"], "n": [1, 2, 3, 4]})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("ending", "compression"), [(".gz", "gzip"), (".zst", "zstd"), (".bz2", "bz2"), (".lz4", "lz4")]
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "n,x\n1,ü\n"),
        ("a.tsv", "n\tx\n1\tü\n"),
        ("a.json", '[{"n": 1, "x": "ü"}]'),
        ("a.jsonl", '{"n": 1, "x": "ü"}\n'),
    ],
)
def test_compressed_text_is_read(folder: Path, name: str, text: str, ending: str, compression: str) -> None:
    with pa.output_stream(name + ending, compression=compression) as stream:
        stream.write(text.encode())
    assert read(name + ending).table.to_pylist() == [{"n": 1, "x": "ü"}]


def test_a_compressed_file_that_is_cut_is_named(folder: Path) -> None:
    Path("a.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1000)[:-20])
    with pytest.raises(InvalidDataError, match=r"a\.csv\.gz cannot be read as CSV"):
        read("a.csv.gz")


@pytest.mark.parametrize(
    "source", ["parts/*.parquet", "parts", Path("parts"), ["parts/1.parquet", Path("parts/2.parquet")]]
)
def test_several_files_are_one_table(folder: Path, source: Any) -> None:
    Path("parts").mkdir()
    parquet.write_table(TABLE.slice(0, 3), "parts/1.parquet")
    parquet.write_table(TABLE.slice(3).append_column("new", [["x"]]), "parts/2.parquet")
    Path("parts/readme.txt").touch()
    assert read(source).table.to_pylist() == [
        {"text": text, "n": n, "new": "x" if n == 4 else None} for text, n in zip("abcd", range(1, 5), strict=True)
    ]


def test_a_tilde_is_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    parquet.write_table(TABLE, "a.parquet")
    assert len(read("~/a.parquet")) == len(read(f"file://{folder}/a.parquet")) == 4


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (pa.table({"text": [1]}), r"2\.parquet: column 'text' is string in the dataset and int64 in this batch"),
        (pa.table({"n": [0.5]}), r"2\.parquet: column 'n'.*not every value"),
        (pa.table({"TEXT": ["a"]}), r"2\.parquet: column names must differ by more than case"),
    ],
)
def test_a_file_that_does_not_fit_is_named(folder: Path, second: pa.Table, words: str) -> None:
    parquet.write_table(TABLE, "1.parquet")
    parquet.write_table(second, "2.parquet")
    with pytest.raises(InvalidDataError, match=words):
        read("*.parquet")


def test_fractions_that_are_whole_fit_whole_numbers(folder: Path) -> None:
    parquet.write_table(pa.table({"n": [1]}), "1.parquet")
    parquet.write_table(pa.table({"n": [2.0]}), "2.parquet")
    assert read("*.parquet").table["n"].to_pylist() == [1, 2]


@pytest.mark.parametrize("writer", [feather.write_feather, "stream", "batches"])
def test_every_kind_of_arrow_file_is_read(folder: Path, writer: Any) -> None:
    if writer == "stream":
        with pa.ipc.new_stream("a.arrow", TABLE.schema) as stream:
            stream.write_table(TABLE)
    elif writer == "batches":
        with pa.ipc.new_file("a.arrow", TABLE.schema) as file:
            file.write_table(TABLE, max_chunksize=1)
    else:
        writer(TABLE, "a.arrow")
    assert read("a.arrow").table.to_pylist() == TABLE.to_pylist()
    assert readers.open_source("a.arrow").rows == 4


def test_vectors_are_read_from_npy(folder: Path, components: str) -> None:
    np.save("v.npy", VECTORS.astype(np.float64))
    rows = read("v.npy")
    assert (rows.table, rows.embeddings.dtype, len(rows)) == (None, np.float32, 4)
    assert np.array_equal(rows.embeddings, VECTORS)
    made = AtlasDataset("vectors")
    made.add_data(**rows)
    assert (made.total_datums, made.modality) == (4, "embedding")


def test_arrays_by_name_are_vectors_and_columns(folder: Path) -> None:
    np.savez_compressed("all.npz", vectors=VECTORS, text=np.array(["a", "b", "c", "d"]), n=np.arange(4))
    rows = read("all.npz")
    assert rows.table.to_pydict() == {"text": ["a", "b", "c", "d"], "n": [0, 1, 2, 3]}
    assert np.array_equal(rows.embeddings, VECTORS)


@pytest.mark.parametrize(
    ("name", "arrays", "words"),
    [
        ("a.npy", np.arange(3), r"a\.npy: the array has the shape \[3\]"),
        ("a.npy", np.array([["a"]]), r"a\.npy: .*the type <U1"),
        ("a.npy", np.array([[object()]], dtype=object), r"a\.npy cannot be read"),
        ("a.npy", np.array([[np.nan]]), r"a\.npy: .*NaN"),
        ("a.npz", {"a": VECTORS, "b": VECTORS}, r"a\.npz: it holds 'a \[4, 3\]', 'b \[4, 3\]'; at most one"),
        ("a.npz", {"a": VECTORS, "n": np.arange(3)}, r"a\.npz: its arrays differ in length"),
        ("a.npz", {}, r"a\.npz: it holds"),
    ],
)
def test_arrays_that_are_no_vectors_are_refused(folder: Path, name: str, arrays: Any, words: str) -> None:
    if name.endswith(".npz"):
        np.savez(name, **arrays)
    else:
        np.save(name, arrays)
    with pytest.raises(InvalidDataError, match=words):
        read(name)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_a_file_that_is_no_array_is_named(folder: Path, name: str) -> None:
    Path(name).write_bytes(b"\x93NUMPY or not")
    with pytest.raises(InvalidDataError, match=f"{name} cannot be read as a file of NumPy"):
        read(name)


@pytest.mark.parametrize("form", ["column", "file", "path", "array"])
def test_vectors_come_from_a_column_a_file_or_an_array(folder: Path, form: str) -> None:
    np.save("v.npy", VECTORS)
    table = TABLE.append_column("v", pa.array(VECTORS.tolist())) if form == "column" else TABLE
    parquet.write_table(table, "a.parquet", row_group_size=2)
    vectors = {"column": "v", "file": "v.npy", "path": Path("v.npy"), "array": VECTORS}[form]
    rows = read("a.parquet", vectors=vectors)
    assert rows.table.column_names == ["text", "n"]
    assert np.array_equal(rows.embeddings, VECTORS)
    cut = read("a.parquet", vectors=vectors, limit=3)
    assert np.array_equal(cut.embeddings, VECTORS[:3])
    assert cut.table.num_rows == 3


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"vectors": "v"}, InvalidDataError, "vectors='v': there is no such column.*'text', 'n'"),
        ({"vectors": "n"}, InvalidDataError, "vectors='n': the column is of type int64"),
        ({"vectors": "no.npy"}, InvalidDataError, "vectors='no.npy': there is no such file"),
        ({"vectors": VECTORS[:3]}, InvalidDataError, "there are 3 (vectors|embeddings) for 4 rows"),
        ({"images": "n"}, InvalidDataError, "images='n': the column is of type int64"),
        ({"images": "txet"}, InvalidDataError, "there is no such column, did you mean 'text'"),
        ({"limit": 0}, InvalidOptionError, "limit=0"),
        ({"types": {"n": "string"}}, InvalidOptionError, "are for CSV"),
        ({"query": None, "nothing": 1}, InvalidOptionError, "no option 'nothing'"),
        ({"driver": "nope"}, InvalidOptionError, "driver='nope' opens a database"),
    ],
)
@pytest.mark.parametrize("form", ["file", "object"])
def test_options_that_cannot_be_are_refused(
    folder: Path, form: str, options: dict[str, Any], error: type[AtlasError], words: str
) -> None:
    parquet.write_table(TABLE, "a.parquet")
    with pytest.raises(error, match=f"{words}|does not go with this source"):
        read("a.parquet" if form == "file" else TABLE, **options)


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("none.csv", InvalidDataError, "there is no file none.csv"),
        ("none/*.csv", InvalidDataError, r"no file matches none/\*\.csv"),
        (["a.csv", "none.csv"], InvalidDataError, "there is no file none.csv"),
        ("empty", InvalidDataError, "the folder empty holds no images"),
        ("s3://bucket/a.csv", InvalidDataError, "no installed plugin reads this address"),
        ("https://host/a.csv", InvalidDataError, "fetch it first"),
        ("https://me:secret@host/a.csv?key=secret", InvalidDataError, r"^https://host/a\.csv\?…: "),
        (5, AtlasTypeError, "data of type int is not taken"),
        (None, AtlasTypeError, "NoneType"),
        ({"a": [1]}, AtlasTypeError, "pandas.DataFrame"),
    ],
)
def test_what_cannot_be_read_is_refused(folder: Path, source: Any, error: type[Exception], words: str) -> None:
    Path("a.csv").write_text("a\n1\n")
    Path("empty").mkdir()
    with pytest.raises(error, match=words):
        read(source)


def test_files_of_other_things_do_not_mix(folder: Path) -> None:
    np.save("v.npy", VECTORS)
    Path("a.csv").write_text("a\n1\n")
    with pytest.raises(InvalidDataError, match="v.npy brings other things than a.csv"):
        read(["a.csv", "v.npy"])


def test_json_lines_under_the_name_of_json_are_read(folder: Path) -> None:
    Path("a.json").write_text('{"a": 1}\n{"a": 2.5}\n')
    assert read("a.json").table["a"].to_pylist() == [1.0, 2.5]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]),
            st.none() | st.floats(allow_nan=False) | st.integers(-(2**53), 2**53),
            min_size=1,
        ),
        min_size=1,
        max_size=9,
    )
)
def test_json_lines_are_the_same_in_any_number_of_blocks(rows: list[dict[str, Any]]) -> None:
    import tempfile

    from localatlas.readers import json_files, reading

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "a.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        whole = read(path).table
        patch.setattr(json_files, "LINES", 2)
        patch.setattr(reading, "KEPT_BYTES", 0)
        blocks = read(path).table
    assert (
        blocks.to_pylist()
        == whole.to_pylist()
        == [{name: row.get(name) for name in whole.column_names} for row in rows]
    )
    assert {*blocks.column_names} == {name for row in rows for name in row}
    assert blocks.schema == whole.schema


def test_a_stream_has_parts_of_a_fair_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 10)
    parquet.write_table(pa.table({"n": range(95)}), "a.parquet", row_group_size=3)
    sizes = [len(part) for part in readers.stream("a.parquet")]
    assert sum(sizes) == 95
    assert min(sizes[:-1]) >= 10
    assert max(sizes) <= 12
    monkeypatch.setattr(parts, "PART_BYTES", 40)
    assert max(len(part) for part in readers.stream("a.parquet")) <= 8
    assert [len(part) for part in readers.stream("a.parquet", limit=4)] == [4]


def test_rows_are_arguments_and_a_table() -> None:
    rows = Rows(TABLE, VECTORS)
    assert rows is not None
    assert {**rows}.keys() == {"data", "embeddings"}
    assert (rows["blobs"], len(Rows(None, VECTORS)), len(Rows(None, blobs=["a"]))) == (None, 4, 1)
    assert pa.table(RowsClass(TABLE)).equals(TABLE)
    with pytest.raises(AtlasValueError, match=r"add_data\(\*\*rows\)"):
        pa.table(rows)


def test_rows_that_were_read_can_be_shaped_again() -> None:
    first = read(TABLE.append_column("v", pa.array(VECTORS.tolist())))
    assert np.array_equal(read(first, vectors="v").embeddings, VECTORS)
