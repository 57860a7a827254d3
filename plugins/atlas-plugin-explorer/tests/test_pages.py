from __future__ import annotations

import decimal
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.files import named_files
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.pages import write_pages
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout


class Pages:
    """Reads pages as docs/reference/pages.md says, without the code that wrote them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = self.json("index.json")
        self.columns = {c["name"]: c for c in self.json(self.index["columns"]["file"])["columns"]}

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text("utf-8"))

    def array(self, files: str, encoding: str) -> np.ndarray:
        parts = []
        for page in self.index["pages"]:
            part = np.frombuffer(
                (self.folder / files.replace("{page}", str(page["page"]))).read_bytes(),
                f"<{np.dtype(encoding).str[1:]}",
            )
            assert len(part) == page["count"]
            parts.append(part)
        return np.concatenate(parts) if parts else np.empty(0, encoding)

    @property
    def rows(self) -> np.ndarray:
        return self.array(self.index["row_numbers"]["files"], self.index["row_numbers"]["encoding"])

    @property
    def positions(self) -> np.ndarray:
        assert self.index["geometry"]["encoding"] == "float32-planar"
        parts = []
        for page in self.index["pages"]:
            file = self.folder / self.index["geometry"]["files"].replace("{page}", str(page["page"]))
            parts.append(np.frombuffer(file.read_bytes(), "<f4").reshape(2, page["count"]).T)
        return np.concatenate(parts)


@pytest.fixture(scope="module")
def large(synthetic_map: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Pages]:
    """A map of two levels."""
    shown = synthetic_map(25_000, unplaced=10)
    folder = tmp_path_factory.mktemp("large")
    write_pages(shown, folder, Context())
    return shown, Pages(folder)


def test_positions_come_back_exactly(large: tuple[Any, Pages]) -> None:
    shown, pages = large
    np.testing.assert_array_equal(pages.positions, shown.layout.positions[pages.rows])
    assert len(pages.rows) == pages.index["points"] == 24_990
    assert pages.index["rows"] == 25_000


def test_the_index_says_how_points_are_cut(large: tuple[Any, Pages]) -> None:
    _, pages = large
    levels, listed = pages.index["levels"], pages.index["pages"]
    assert [level["count"] for level in levels] == [20_000, 4_990]
    for level in levels:
        own = [page for page in listed if page["level"] == level["level"]]
        assert [page["page"] for page in own] == list(range(level["first_page"], level["first_page"] + level["pages"]))
        assert sum(page["count"] for page in own) == level["count"]
        assert own[0]["start"] == level["start"]


def test_boxes_are_exact(large: tuple[Any, Pages]) -> None:
    _, pages = large
    positions = pages.positions
    for box, part in [(pages.index["bounds"], positions)] + [
        (page["box"], positions[page["start"] : page["start"] + page["count"]]) for page in pages.index["pages"]
    ]:
        np.testing.assert_array_equal(np.float32(box), [*part.min(axis=0), *part.max(axis=0)])


def test_the_view_shows_the_map_and_not_its_outliers(large: tuple[Any, Pages]) -> None:
    _, pages = large
    x0, y0, x1, y1 = pages.index["view"]
    x, y = pages.positions.T
    assert 0.95 < np.mean((x > x0) & (x < x1) & (y > y0) & (y < y1)) < 1
    assert (x1 - x0) < 0.5 * (x.max() - x.min())


def test_columns_follow_page_order(large: tuple[Any, Pages]) -> None:
    shown, pages = large
    table = shown.table.take(pages.rows)
    stars = pages.columns["stars"]
    np.testing.assert_array_equal(pages.array(stars["files"], stars["encoding"]), table["stars"].to_numpy())
    country = pages.columns["country"]
    names = [entry["value"] for entry in country["categories"]]
    read = [names[code] if code < 254 else None for code in pages.array(country["files"], country["encoding"])]
    assert read == table["country"].to_pylist()
    month = pages.columns["month"]
    assert (month["kind"], month["unit"], month["unread"]) == ("date", "month", 0)
    stamps = pages.array(month["files"], month["encoding"]).astype("datetime64[ms]").astype("datetime64[M]").astype(str)
    assert stamps.tolist() == table["month"].to_pylist()


def test_kinds_of_the_columns(large: tuple[Any, Pages]) -> None:
    _, pages = large
    assert {name: column["kind"] for name, column in pages.columns.items()} == {
        "id": "id",
        "review": "text",
        "stars": "number",
        "price": "number",
        "country": "category",
        "brand": "category",
        "month": "date",
        "written": "date",
        "verified": "boolean",
        "zip": "text",
        "tags": "other",
    }
    assert all(column["colorable"] == ("files" in column) for column in pages.columns.values())
    assert [name for name, column in pages.columns.items() if column["searchable"]] == [
        "id",
        "review",
        "country",
        "brand",
        "month",
        "zip",
    ]


def test_topics_are_places_in_the_list(large: tuple[Any, Pages]) -> None:
    shown, pages = large
    listed = pages.json(pages.index["topics"]["file"])["topics"]
    assert [topic["id"] for topic in listed] == shown.topic_model.topic_id.tolist()
    for depth in pages.index["topics"]["depths"]:
        places = pages.array(depth["files"], pages.index["topics"]["encoding"])
        ids = np.array([topic["id"] for topic in listed])[places]
        np.testing.assert_array_equal(ids, shown.topic_model.assignment[pages.rows, depth["depth"] - 1])
        assert {listed[place]["depth"] for place in places} == {depth["depth"]}
        assert depth["topics"] == sum(topic["depth"] == depth["depth"] for topic in listed)
    child = listed[-1]
    assert listed[child["parent"]]["depth"] == 1
    assert (child["label"], child["keywords"]) == ("Sunscreen", ["sunscreen"])
    assert len(child["hull"]) == 12


def test_topics_without_ids_in_order_without_labels_and_rows_without_topic(
    synthetic_map: Callable[..., Any], tmp_path: Path
) -> None:
    shown = synthetic_map(50)
    topics = shown.topic_model
    ids = topics.topic_id[::-1] + 100
    assignment = (len(ids) - 1 - topics.assignment + 100).astype(np.int32)
    assignment[3] = -1
    parents = np.where(topics.parent_id < 0, -1, ids[topics.parent_id]).astype(np.int32)
    shown.topic_model = replace(topics, topic_id=ids, parent_id=parents, assignment=assignment, labels={})
    write_pages(shown, tmp_path, Context())
    pages = Pages(tmp_path)
    listed = pages.json("topics.json")["topics"]
    assert listed[0]["label"] == f"Topic {ids[0]}"
    places = pages.array("topics/2/{page}.bin", "uint16")
    missing = pages.rows == 3
    assert (places[missing] == pages.index["topics"]["none"]).all()
    np.testing.assert_array_equal(ids[places[~missing]], assignment[pages.rows[~missing], 1])


def test_more_topics_than_two_bytes_can_count(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(20)
    many = 70_000
    shown.topic_model = replace(
        shown.topic_model,
        topic_id=np.arange(many, dtype=np.int32),
        depth=np.ones(many, np.int32),
        parent_id=np.full(many, -1, np.int32),
        size=np.ones(many, np.int64),
        position=np.zeros((many, 2), np.float32),
        hull=(np.empty((0, 2), np.float32),) * many,
        assignment=np.full((20, 1), many - 1, np.int32),
        labels={},
    )
    write_pages(shown, tmp_path, Context())
    pages = Pages(tmp_path)
    assert pages.index["topics"]["encoding"] == "uint32"
    assert set(pages.array("topics/1/{page}.bin", "uint32")) == {many - 1}


def test_duplicates_are_verdicts(large: tuple[Any, Pages]) -> None:
    shown, pages = large
    verdicts = pages.array(pages.index["duplicates"]["files"], pages.index["duplicates"]["encoding"])
    np.testing.assert_array_equal(verdicts, shown.duplicate_groups.verdict[pages.rows])
    assert sum(pages.index["duplicates"]["counts"].values()) == len(verdicts)
    assert pages.index["duplicates"]["counts"]["deletion candidate"] == np.count_nonzero(verdicts == 2)


def test_the_same_map_gives_the_same_bytes(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    prints = []
    for name in ("one", "two"):
        localatlas_pages(synthetic_map(3_000), tmp_path / name, Context())
        folder = tmp_path / name / "explorer"
        prints.append(
            {f.relative_to(folder): hashlib.sha256(f.read_bytes()).digest() for f in folder.rglob("*") if f.is_file()}
        )
    assert prints[0] == prints[1]
    assert len(prints[0]) > 10


def test_a_changed_value_changes_the_fingerprint(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(100)
    write_pages(shown, tmp_path / "one", Context())
    stars = pa.array([9, *shown.table["stars"].to_pylist()[1:]])
    shown.table = shown.table.set_column(shown.table.column_names.index("stars"), "stars", stars)
    write_pages(shown, tmp_path / "two", Context())
    assert Pages(tmp_path / "one").index["fingerprint"] != Pages(tmp_path / "two").index["fingerprint"]


def test_what_an_earlier_attempt_left_is_gone(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "columns").mkdir()
    (tmp_path / "columns" / "left.bin").write_bytes(b"x")
    write_pages(synthetic_map(10), tmp_path, Context())
    assert not (tmp_path / "columns" / "left.bin").exists()


def test_the_index_names_every_file_and_nothing_else(large: tuple[Any, Pages]) -> None:
    _, pages = large
    written = {file.relative_to(pages.folder).as_posix() for file in pages.folder.rglob("*") if file.is_file()}
    assert written == named_files(pages.index, pages.columns.values())


def test_no_text_is_in_the_pages(large: tuple[Any, Pages]) -> None:
    shown, pages = large
    text = shown.table["review"][100].as_py().encode()
    assert not any(text in file.read_bytes() for file in pages.folder.rglob("*") if file.is_file())


def test_one_row(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    write_pages(synthetic_map(1), tmp_path, Context())
    pages = Pages(tmp_path)
    x0, y0, x1, y1 = pages.index["view"]
    assert pages.rows.tolist() == [0]
    assert x0 < x1
    assert y0 < y1
    assert pages.index["bounds"][0] == pages.index["bounds"][2]


def test_no_row_has_a_place(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(5)
    shown.layout = Layout(np.full((5, 2), np.nan, np.float32))
    write_pages(shown, tmp_path, Context())
    pages = Pages(tmp_path)
    assert (pages.index["rows"], pages.index["points"]) == (5, 0)
    assert pages.index["levels"] == pages.index["pages"] == []
    assert not pages.columns["stars"]["colorable"]


def test_without_topics_duplicates_or_text(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(30)
    shown.topic_model = shown.duplicate_groups = shown.text_field = None
    write_pages(shown, tmp_path, Context())
    index = Pages(tmp_path).index
    assert (index["topics"], index["duplicates"], index["text_field"]) == (None, None, None)


def test_a_thousand_columns_with_any_name(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(20)
    names = [
        "../../escape",
        "/etc/passwd",
        "",
        "a/b",
        "x" * 300,
        "{page}",
        "__proto__",
        "<script>",
        *(f"c{k}" for k in range(992)),
    ]
    shown.table = pa.table({name: pa.array(np.arange(20) * k) for k, name in enumerate(names)})
    write_pages(shown, tmp_path, Context())
    pages = Pages(tmp_path)
    assert list(pages.columns) == names
    assert len((tmp_path / "index.json").read_bytes()) < 5_000
    np.testing.assert_array_equal(pages.array(pages.columns["c991"]["files"], "float32"), pages.rows * 999)


def test_columns_of_every_type_are_taken(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(3)
    whole = [1, None, 3]
    types = {
        **{
            str(kind): pa.array(whole, kind)
            for kind in (pa.int8(), pa.uint64(), pa.float16(), pa.date32(), pa.date64())
        },
        **{str(kind): pa.array(whole, kind) for kind in (pa.time32("s"), pa.time64("ns"), pa.duration("s"))},
        **{str(kind): pa.array(whole, kind) for kind in (pa.timestamp("s"), pa.timestamp("ns", "Asia/Tokyo"))},
        **{
            str(kind): pa.array([decimal.Decimal(1), None, decimal.Decimal(3)], kind)
            for kind in (pa.decimal128(9, 2), pa.decimal256(50, 2))
        },
        **{str(kind): pa.array(["a", None, "b"], kind) for kind in (pa.string(), pa.large_string(), pa.string_view())},
        **{str(kind): pa.array([b"a", None, b"b"], kind) for kind in (pa.binary(), pa.large_binary(), pa.binary(1))},
        "words": pa.array(["a", None, "b"]).dictionary_encode(),
        "numbers": pa.array(whole).dictionary_encode(),
        "list": pa.array([[1], None, []]),
        "vector": pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float32(), 2)),
        "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        "struct": pa.array([{"a": 1}, None, {"a": 2}]),
        "null": pa.nulls(3),
        "uuid": pa.array([uuid.UUID(int=1).bytes, None, uuid.UUID(int=2).bytes], pa.uuid()),
    }
    shown.table = pa.table(types)
    write_pages(shown, tmp_path, Context())
    pages = Pages(tmp_path)
    kinds = {name: column["kind"] for name, column in pages.columns.items()}
    assert kinds == {
        **dict.fromkeys(types, "other"),
        **dict.fromkeys(["int8", "uint64", "halffloat", "decimal128(9, 2)", "decimal256(50, 2)", "numbers"], "number"),
        **dict.fromkeys(["date32[day]", "date64[ms]", "timestamp[s]", "timestamp[ns, tz=Asia/Tokyo]"], "date"),
        **dict.fromkeys(["string", "large_string", "string_view", "words"], "category"),
    }
    assert {column["nulls"] for name, column in pages.columns.items() if name not in ("list", "null")} == {1}
    for column in pages.columns.values():
        if "files" in column:
            assert len(pages.array(column["files"], column["encoding"])) == 3


def test_topics_and_columns_of_odd_text_are_json(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    shown = synthetic_map(24)
    odd = ['"quoted" \\ \n\x00\u2028 مرحبا 🍵 </script>', "b"] * 12
    shown.table = shown.table.append_column("odd", pa.array(odd))
    write_pages(shown, tmp_path, Context())
    assert {entry["value"] for entry in Pages(tmp_path).columns["odd"]["categories"]} == set(odd)


def test_progress_is_told_and_cancelling_leaves_no_index(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    told: list[float] = []
    write_pages(synthetic_map(30), tmp_path, Context(report=lambda fraction, _: told.append(fraction)))
    assert told == sorted(told)
    assert told[-1] == 1.0

    def cancel(fraction: float, _: str) -> None:
        if fraction > 0.5:
            raise BuildCancelled

    with pytest.raises(BuildCancelled):
        write_pages(synthetic_map(30), tmp_path, Context(report=cancel))
    assert not (tmp_path / "index.json").exists()
