from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, registries
from localatlas import selections as s
from localatlas.data_operations import AtlasMapTags
from localatlas.data_operations.tag_records import read_tags
from localatlas.errors import AtlasValueError, NotReadyError, RowNotFoundError
from localatlas.indices import AtlasProjection
from localatlas.selections.on_map import MapRows
from reference import Placing, register_all

ROWS = [f"r{row}" for row in range(7)]


@pytest.fixture
def updatable(dataset: AtlasDataset) -> AtlasProjection:
    """A map of the sample rows whose projector places new ones."""
    registries.projectors.register("umap", Placing)
    return dataset.create_index(indexed_field="text", progress=False)


def names(made: AtlasProjection) -> list[str]:
    return [tag["tag_name"] for tag in made.tags.get_tags()]


def test_a_map_without_tags_has_an_empty_view(made: AtlasProjection) -> None:
    assert made.tags.get_tags() == []
    assert made.tags.df.columns.tolist() == ["id"]
    assert made.tags.df["id"].tolist() == ROWS


def test_every_tag_is_a_column_of_booleans_in_the_order_of_making(made: AtlasProjection) -> None:
    made.tags.add("zebra", ids=["r1", "r5"])
    made.tags.add("apples", selection=s.contains("apple"))
    frame = made.tags.df
    assert frame.columns.tolist() == ["id", "zebra", "apples"]
    assert frame.dtypes.tolist()[1:] == [np.dtype(bool)] * 2
    assert frame["id"][frame["zebra"]].tolist() == ["r1", "r5"]
    assert frame["id"][frame["apples"]].tolist() == ["r0", "r1", "r2"]
    assert made.tags.tb.schema.field("zebra").type == pa.bool_()


def test_get_tags_has_the_keys_of_the_sdk(made: AtlasProjection) -> None:
    made.tags.add("boats", selection=s.contains("boat"))
    made.tags.add("by hand", ids=["r0"])
    first, second = made.tags.get_tags()
    keys = {"tag_id", "tag_definition_id", "tag_name", "user_id", "dsl_rule", "projection_id"}
    assert set(first) == set(second) == keys
    assert [first["tag_name"], second["tag_name"]] == ["boats", "by hand"]
    assert first["projection_id"] == made.id
    assert first["tag_id"] != second["tag_id"]
    assert s.parse(first["dsl_rule"]) == s.contains("boat")
    assert s.parse(second["dsl_rule"]) == s.has_ids(["r0"])


def test_equal_definitions_share_an_id(made: AtlasProjection) -> None:
    for name, ids in (("a", ["r0"]), ("b", ["r0"]), ("c", ["r1"])):
        made.tags.add(name, ids=ids)
    one, two, three = (tag["tag_definition_id"] for tag in made.tags.get_tags())
    assert one == two != three


def test_the_rows_of_a_tag_are_ids_in_upload_order(made: AtlasProjection) -> None:
    made.tags.add("some", ids=["r4", "r0", "r4"])
    assert made.tags.get_datums_in_tag("some") == ["r0", "r4"]
    assert made.tags.get_datums_in_tag("some", overwrite=True) == ["r0", "r4"]
    assert made.tags.rows("some").tolist() == [row in ("r0", "r4") for row in ROWS]


@pytest.mark.parametrize("make", [list, tuple, set, np.array, pd.Series, pa.array])
def test_ids_may_come_in_any_column(made: AtlasProjection, make: Any) -> None:
    made.tags.add("some", ids=make(["r1", "r2"]))
    assert made.tags.get_datums_in_tag("some") == ["r1", "r2"]


def test_rows_are_put_in_and_taken_out(made: AtlasProjection) -> None:
    made.tags.add("some", ids=["r0", "r1"])
    made.tags.add("some", ids=["r1", "r2"])
    assert made.tags.get_datums_in_tag("some") == ["r0", "r1", "r2"]
    made.tags.remove("some", ids=["r1", "r6"])
    assert made.tags.get_datums_in_tag("some") == ["r0", "r2"]
    made.tags.add("some", ids=["r1"])
    assert made.tags.get_datums_in_tag("some") == ["r0", "r1", "r2"]
    made.tags.remove("some", ids=[])
    made.tags.remove("some", ids=ROWS)
    assert made.tags.get_datums_in_tag("some") == []
    assert names(made) == ["some"]


def test_hands_win_over_a_rule(made: AtlasProjection) -> None:
    made.tags.add("boats", selection=s.contains("boat"))
    made.tags.remove("boats", ids=["r3", "r0"])
    made.tags.add("boats", ids=["r1"])
    assert made.tags.get_datums_in_tag("boats") == ["r1", "r4", "r5"]
    # The rule again does not bring back what was taken out by hand; the hand does.
    made.tags.add("boats", selection=s.contains("boat"))
    assert made.tags.get_datums_in_tag("boats") == ["r1", "r4", "r5"]
    made.tags.add("boats", ids=["r3"])
    assert made.tags.get_datums_in_tag("boats") == ["r1", "r3", "r4", "r5"]


def test_all_that_a_tag_says_is_one_selection(made: AtlasProjection) -> None:
    made.tags.add("boats", selection=s.contains("boat"), ids=["r0"])
    made.tags.remove("boats", ids=["r4"])
    (tag,) = made.tags.get_tags()
    assert made.select(json.loads(tag["dsl_rule"])) == made.tags.get_datums_in_tag("boats") == ["r0", "r3", "r5"]


def test_a_second_rule_is_joined_and_the_same_one_is_not(made: AtlasProjection) -> None:
    made.tags.add("some", selection=s.contains("boat"))
    made.tags.add("some", selection=s.contains("boat"))
    assert s.parse(made.tags.get_tags()[0]["dsl_rule"]) == s.contains("boat")
    for _ in range(2):
        made.tags.add("some", selection=s.at_most("n", 0))
    assert s.parse(made.tags.get_tags()[0]["dsl_rule"]) == s.contains("boat") | s.at_most("n", 0)
    assert made.tags.get_datums_in_tag("some") == ["r0", "r3", "r4", "r5"]


def test_rules_are_evaluated_anew_and_deleted_rows_have_no_tag(dataset: AtlasDataset, made: AtlasProjection) -> None:
    made.tags.add("hand", ids=["r2", "r3"])
    made.tags.add("rule", selection=s.contains("pie"))
    view = made.tags
    dataset.delete_data(["r2"])
    for tags in (view, made.tags, dataset.maps[0].tags):
        assert tags.get_datums_in_tag("hand") == ["r3"]
        assert tags.get_datums_in_tag("rule") == ["r0", "r1"]
        assert tags.df["id"].tolist() == [row for row in ROWS if row != "r2"]
    # A row that is gone may still be taken out, and not put in.
    made.tags.remove("hand", ids=["r2"])
    with pytest.raises(RowNotFoundError, match="'r2'"):
        made.tags.add("hand", ids=["r2"])


def test_a_view_shows_what_others_did(dataset: AtlasDataset, made: AtlasProjection) -> None:
    view = made.tags
    assert view.df.shape == (7, 1)
    dataset.maps[0].tags.add("new", ids=["r1"])
    assert view.df.columns.tolist() == ["id", "new"]
    assert AtlasMapTags(made, auto_cleanup=True).get_datums_in_tag("new") == ["r1"]


def test_tags_belong_to_one_map(dataset: AtlasDataset, made: AtlasProjection) -> None:
    second = dataset.create_index(name="second", indexed_field="text", progress=False)
    made.tags.add("first only", ids=["r1"])
    assert names(second) == []


def test_a_tag_outlives_the_build_of_other_maps_and_costs_none(dataset: AtlasDataset, made: AtlasProjection) -> None:
    made.tags.add("some", ids=["r1"])
    again = dataset.create_index(name="again", indexed_field="text", progress=False)
    assert all(stage.kept for stage in again.stages if stage.stage == "embed")
    assert dataset.get_map("Sample").tags.get_datums_in_tag("some") == ["r1"]


def test_a_tag_is_renamed_in_its_place(made: AtlasProjection) -> None:
    made.tags.add("a", ids=["r1"])
    made.tags.add("b", ids=["r2"])
    identity = made.tags.get_tags()[0]["tag_id"]
    made.tags.rename("a", "A")
    made.tags.rename("A", "数据 ✓")
    assert names(made) == ["数据 ✓", "b"]
    assert made.tags.get_tags()[0]["tag_id"] == identity
    assert made.tags.get_datums_in_tag("数据 ✓") == ["r1"]
    with pytest.raises(AtlasValueError, match="there is a tag 'b' already"):
        made.tags.rename("数据 ✓", "b")


def test_a_tag_is_removed_whole_and_no_other_with_it(made: AtlasProjection) -> None:
    made.tags.add("a", ids=["r1"])
    made.tags.add("ab", ids=["r2"])
    made.tags.remove("a")
    assert names(made) == ["ab"]
    assert len(made.stored.store.objects("tags/")) == 1
    made.tags.add("a", ids=["r3"])
    assert made.tags.get_datums_in_tag("a") == ["r3"]


def test_rows_without_an_id_field_are_known_by_position(components: str) -> None:
    dataset = AtlasDataset("plain")
    dataset.add_data([{"text": text} for text in ("a b", "c d", "b c")])
    made = dataset.create_index(indexed_field="text", progress=False)
    made.tags.add("some", ids=[2, np.int64(0)])
    assert made.tags.get_datums_in_tag("some") == [0, 2]
    assert made.tags.df.columns.tolist() == ["_position_index", "some"]
    with pytest.raises(RowNotFoundError, match="_position_index '2'"):
        made.tags.add("some", ids=["2"])


def test_a_tag_that_goes_while_it_is_read_is_left_out(made: AtlasProjection, monkeypatch: pytest.MonkeyPatch) -> None:
    made.tags.add("a", ids=["r1"])
    store = made.stored.store
    (name,) = store.objects("tags/")
    monkeypatch.setattr(type(store), "objects", lambda *_: [name, f"tags/{made.id}/gone.json"])
    assert [tag.name for tag in read_tags(store, made.id)] == ["a"]


def test_tags_survive_updates_and_rules_take_new_rows(dataset: AtlasDataset, updatable: AtlasProjection) -> None:
    made = updatable
    made.tags.add("hand", ids=["r2", "r3", "r4"])
    made.tags.add("rule", selection=s.contains("boat"))
    made.tags.remove("rule", ids=["r5"])
    view = made.tags
    dataset.delete_data(["r3"])
    dataset.add_data([{"id": "new", "text": "a new boat", "n": 9}])
    dataset.add_data([{"id": "r2", "text": "a second boat", "n": 10}], on_conflict="replace")
    assert view.get_datums_in_tag("hand") == ["r4"], "the map does not know the new row yet"
    dataset.update_indices(progress=False)
    for tags in (view, made.tags, dataset.maps[0].tags):
        assert tags.get_datums_in_tag("hand") == ["r4", "r2"]
        assert tags.get_datums_in_tag("rule") == ["r4", "new", "r2"]
        assert tags.df["id"].tolist() == ["r0", "r1", "r4", "r5", "r6", "new", "r2"]
    assert made.select(s.tagged("hand") & s.contains("second")) == ["r2"]


def test_a_version_is_read_whole_while_the_map_is_updated(dataset: AtlasDataset, updatable: AtlasProjection) -> None:
    made = updatable
    made.tags.add("boats", selection=s.contains("boat"))
    rows = MapRows(made)
    dataset.add_data([{"id": "new", "text": "a new boat", "n": 9}])
    dataset.update_indices(progress=False)
    assert rows.ids(rows.tagged("boats")) == ["r3", "r4", "r5"]
    assert rows.ids(rows.selected(s.like("old river boat", k=1))) == ["r5"]
    assert made.tags.get_datums_in_tag("boats") == ["r3", "r4", "r5", "new"]
    assert made.select(s.like("a new boat", k=1)) == ["new"]


def test_a_map_that_changes_at_every_look_is_told(made: AtlasProjection, monkeypatch: pytest.MonkeyPatch) -> None:
    index, record = made.record
    revisions = iter(range(1_000))
    newer = property(lambda _: (index.model_copy(update={"revision": next(revisions)}), record))
    monkeypatch.setattr(AtlasProjection, "record", newer)
    with pytest.raises(NotReadyError, match="is updated faster than it can be read"):
        made.tags.get_datums_in_tag("some")


def test_the_tags_of_a_deleted_map_go_with_it(dataset: AtlasDataset, made: AtlasProjection) -> None:
    made.tags.add("some", ids=["r1"])
    view, store = made.tags, made.stored.store
    assert made.delete()
    with pytest.raises(NotReadyError, match="does not exist any more"):
        view.add("late", ids=["r1"])
    assert store.objects("tags/") == []


TAGGING = """
import sys
from localatlas import AtlasDataset

home, me = sys.argv[1:]
made = AtlasDataset("Sample", home=home).maps[0]
print("ready", flush=True)
sys.stdin.readline()
for row in range(7):
    made.tags.add("shared", ids=[f"r{row}"] if row % 2 == int(me) else [])
    made.tags.add(f"own {me} {row}", ids=[f"r{row}"])
    made.tags.remove("emptied", ids=[f"r{row}"] if row % 2 == int(me) else [])
"""


@pytest.mark.plugins
def test_two_processes_that_tag_at_once_lose_nothing(components: str, tmp_path: Path) -> None:
    register_all()
    dataset = AtlasDataset("Sample", unique_id_field="id", home=str(tmp_path))
    dataset.add_data([{"id": row, "text": f"text {row}"} for row in ROWS])
    made = dataset.create_index(indexed_field="text", progress=False)
    made.tags.add("emptied", ids=ROWS)
    command = [sys.executable, "-c", TAGGING, str(tmp_path)]
    both = [
        subprocess.Popen([*command, str(me)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ, text=True)
        for me in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    # Waits for both, and closes their pipes.
    assert [process.communicate()[0] for process in both] == ["", ""]
    assert [process.returncode for process in both] == [0, 0]
    assert made.tags.get_datums_in_tag("shared") == ROWS
    assert made.tags.get_datums_in_tag("emptied") == []
    assert sorted(names(made)) == sorted(
        ["emptied", "shared", *(f"own {me} {row}" for me in range(2) for row in range(7))]
    )
