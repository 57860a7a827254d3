from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from localatlas.ingest.spool import Spool


def test_rows_come_back_mapped_and_leave_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "adding")
    for start in range(3):
        spool.add(pa.table({"a": [start, None], "b": [[0.5], []]}))
    before = pa.total_allocated_bytes()
    (table,) = spool.tables()
    assert table.to_pydict() == {"a": [0, None, 1, None, 2, None], "b": [[0.5], []] * 3}
    assert pa.total_allocated_bytes() - before < 500, "they are in the file, not in memory"
    assert not list((tmp_path / "adding").iterdir())


def test_other_columns_begin_another_table(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for columns in ({"a": [1]}, {"a": [2]}, {"a": [3], "b": ["x"]}, {"a": ["4"]}):
        spool.add(pa.table(columns))
    assert [table.to_pydict() for table in spool.tables()] == [{"a": [1, 2]}, {"a": [3], "b": ["x"]}, {"a": ["4"]}]


def test_categories_may_be_others_in_every_part(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for words in (["a", "b"], ["c", "a"]):
        spool.add(pa.table({"word": pc.dictionary_encode(pa.array(words))}))
    (table,) = spool.tables()
    assert table["word"].to_pylist() == ["a", "b", "c", "a"]


def test_a_spool_that_is_not_read_lets_go_of_its_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.add(pa.table({"a": [1]}))
    spool.close()
    assert spool.tables() == []
