from __future__ import annotations

import decimal
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from atlas_plugin_explorer.pages import write_pages
from localatlas.protocols import Context


def test_a_thousand_columns_with_any_name(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
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
    pages = read_pages(tmp_path)
    assert list(pages.columns) == names
    assert len((tmp_path / "index.json").read_bytes()) < 5_000
    np.testing.assert_array_equal(pages.array(pages.columns["c991"]["files"], "float32"), pages.rows * 999)


def test_columns_of_every_type_are_taken(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
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
    pages = read_pages(tmp_path)
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


def test_topics_and_columns_of_odd_text_are_json(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path: Path
) -> None:
    shown = synthetic_map(24)
    odd = ['"quoted" \\ \n\x00\u2028 مرحبا 🍵 </script>', "b"] * 12
    shown.table = shown.table.append_column("odd", pa.array(odd))
    write_pages(shown, tmp_path, Context())
    assert {entry["value"] for entry in read_pages(tmp_path).columns["odd"]["categories"]} == set(odd)
