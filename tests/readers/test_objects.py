"""Other libraries' objects, in `add_data` and in `read`."""

from __future__ import annotations

import io
from typing import Any

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, atlas, hooks, read, readers
from localatlas.errors import AtlasTypeError, InvalidDataError, PluginFailedError
from localatlas.hookspecs import hookimpl
from localatlas.ingest import to_table
from localatlas.readers import Rows
from PIL import Image

ROWS = [{"text": "a", "n": 1}, {"text": "b", "n": 2}]


def forms() -> dict[str, Any]:
    table = pa.Table.from_pylist(ROWS)
    return {
        "list": ROWS,
        "pandas": pd.DataFrame(ROWS),
        "polars": pl.DataFrame(ROWS),
        "lazy polars": pl.LazyFrame(ROWS).filter(pl.col("n") > 0),
        "table": table,
        "batch": table.to_batches()[0],
        "reader": table.to_reader(),
        "hugging face": datasets.Dataset.from_list(ROWS),
        "selected": datasets.Dataset.from_list([{"text": "x", "n": 0}, *ROWS]).select([1, 2]),
        "formatted": datasets.Dataset.from_list(ROWS).with_format("numpy"),
        "iterable": datasets.Dataset.from_list(ROWS).to_iterable_dataset(),
        "generator": datasets.IterableDataset.from_generator(lambda: iter(ROWS)),
    }


@pytest.mark.parametrize("form", forms())
def test_every_form_gives_the_same_rows(form: str) -> None:
    assert read(forms()[form]).table.to_pylist() == ROWS
    assert to_table(forms()[form]).to_pylist() == ROWS
    assert [row for part in readers.stream(forms()[form]) for row in part.table.to_pylist()] == ROWS


@pytest.mark.parametrize("form", forms())
def test_every_form_is_added_and_mapped(form: str, components: str) -> None:
    made = AtlasDataset("added")
    made.add_data(forms()[form])
    assert [row["text"] for row in made.get_data([0, 1])] == ["a", "b"]
    mapped = atlas.map_data(forms()[form], identifier="mapped", indexed_field="text", progress=False)
    assert mapped.maps[0].data.df["n"].tolist() == [1, 2]


def test_labels_become_categories_and_keep_their_order() -> None:
    features = datasets.Features(
        {
            "label": datasets.ClassLabel(names=["no", "yes", "never"]),
            "tags": datasets.Sequence(datasets.Value("string")),
        }
    )
    given = datasets.Dataset.from_dict({"label": [1, 0, -1, None], "tags": [["a"], [], ["b"], None]}, features=features)
    table = to_table(given)
    assert table["label"].to_pylist() == ["yes", "no", None, None]
    assert table["label"].combine_chunks().dictionary.to_pylist() == ["no", "yes", "never"]
    assert table["tags"].to_pylist() == [["a"], [], ["b"], None]


def test_arrays_of_several_dimensions_are_lists() -> None:
    features = datasets.Features({"grid": datasets.Array2D((2, 2), "int32")})
    given = datasets.Dataset.from_dict({"grid": [[[1, 2], [3, 4]]]}, features=features)
    assert to_table(given)["grid"].to_pylist() == [[[1, 2], [3, 4]]]


def test_images_of_hugging_face_are_images() -> None:
    picture = Image.new("RGB", (3, 2), "blue")
    given = datasets.Dataset.from_dict(
        {"image": [picture], "n": [1]},
        features=datasets.Features({"image": datasets.Image(), "n": datasets.Value("int64")}),
    )
    rows = read(given, images="image")
    assert rows.table.to_pylist() == [{"n": 1}]
    assert Image.open(io.BytesIO(rows.blobs[0])).size == (3, 2)


def test_an_empty_dataset_keeps_its_columns() -> None:
    given = datasets.Dataset.from_list(ROWS).select([])
    assert to_table(given).column_names == ["text", "n"]
    assert read(given).table.num_rows == 0


@pytest.mark.parametrize("kind", [datasets.DatasetDict, datasets.IterableDatasetDict])
@pytest.mark.parametrize("take", [to_table, read])
def test_several_splits_are_refused_with_their_names(kind: Any, take: Any) -> None:
    one = datasets.Dataset.from_list(ROWS)
    with pytest.raises(
        AtlasTypeError, match=r"not one set of rows but 2 splits; give one of them, such as data\['train'\]"
    ):
        take(kind({"train": one, "test": one}))


def test_columns_that_come_to_light_late_are_kept() -> None:
    def rows() -> Any:
        yield from ({"n": number} for number in range(10_001))
        yield {"n": 0.5}

    table = to_table(datasets.IterableDataset.from_generator(rows))
    assert table["n"].type == pa.float64()
    assert table["n"].to_pylist()[-2:] == [10_000.0, 0.5]


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A plugin that adds a store, and records what it was asked."""
    monkeypatch.setattr(hooks, "GROUP", "localatlas.sample_hooks")
    hooks.manager.cache_clear()

    class Notes:
        asked: list[tuple[Any, Any]] = []  # noqa: RUF012  one plugin per test

        @hookimpl
        def localatlas_read(self, source: object, options: dict[str, Any]) -> object | None:
            self.asked.append((source, options))
            if str(source).startswith("notes://broken"):
                raise KeyError("book")
            if str(source).startswith("notes://vectors"):
                return Rows(pa.table({"n": [1, 2]}), embeddings=[[1.0, 0.0], [0.0, 1.0]])
            return ROWS if str(source).startswith("notes://") or str(source).endswith(".xyz") else None

    made = Notes()
    hooks.register(made)
    yield made
    hooks.manager.cache_clear()


def test_a_plugin_reads_its_own_addresses(plugin: Any) -> None:
    assert read("notes://book", page=3).table.to_pylist() == ROWS
    assert plugin.asked == [("notes://book", {"page": 3})]
    assert read("notes://book", limit=1).table.to_pylist() == ROWS[:1]
    assert len(read("notes://vectors").embeddings) == 2


def test_a_plugin_reads_files_of_other_endings(plugin: Any, tmp_path: Any) -> None:
    (tmp_path / "a.xyz").touch()
    assert read(tmp_path / "a.xyz").table.to_pylist() == ROWS
    (tmp_path / "a.abc").touch()
    with pytest.raises(InvalidDataError, match=r"a\.abc: files ending in '\.abc' are not known"):
        read(tmp_path / "a.abc")


def test_a_plugin_is_not_asked_for_what_is_ours(plugin: Any, tmp_path: Any) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    read(tmp_path / "a.csv")
    read(ROWS)
    assert plugin.asked == []


def test_what_no_plugin_takes_is_refused(plugin: Any) -> None:
    with pytest.raises(InvalidDataError, match="no installed plugin reads this address"):
        read("other://book")
    with pytest.raises(AtlasTypeError, match="data of type object"):
        read(object())


def test_a_plugin_that_fails_is_named(plugin: Any) -> None:
    with pytest.raises(PluginFailedError, match="failed in localatlas_read: KeyError: 'book'"):
        read("notes://broken")


def test_columns_of_numbers_make_up_vectors_and_stay_columns() -> None:
    rows = read([{"name": "a", "x": 1, "y": 2.5}, {"name": "b", "x": 3, "y": 4.5}], vectors=["x", "y"])
    assert rows.embeddings is not None
    assert rows.embeddings.tolist() == [[1.0, 2.5], [3.0, 4.5]]
    assert rows.table is not None
    assert rows.table.column_names == ["name", "x", "y"]


@pytest.mark.parametrize(("names", "words"), [(["x", "z"], "no such column"), (["x", "name"], "must hold numbers")])
def test_columns_that_make_no_vectors_are_refused(names: list[str], words: str) -> None:
    with pytest.raises(InvalidDataError, match=words):
        read([{"name": "a", "x": 1, "y": 2.5}], vectors=names)
