from __future__ import annotations

from typing import Any

import pytest
from localatlas import selections as s
from localatlas.data_operations.tag_records import TagRecord
from localatlas.errors import AtlasTypeError, AtlasValueError, RowNotFoundError
from localatlas.indices import AtlasProjection
from localatlas.selections.on_map import MapRows


def names(made: AtlasProjection) -> list[str]:
    return [tag["tag_name"] for tag in made.tags.get_tags()]


def kept(made: AtlasProjection) -> dict[str, bytes]:
    """Return what the dataset's objects hold of tags."""
    store = made.stored.store
    return {name: store.get(name) for name in store.objects("tags/")}


def test_a_name_that_is_not_there_is_told_with_the_nearest(made: AtlasProjection) -> None:
    with pytest.raises(ValueError, match=r"no tag 'boats'; it has no tags; tags.add\(name"):
        made.tags.get_datums_in_tag("boats")
    made.tags.add("boats", ids=["r3"])
    for call in (
        made.tags.get_datums_in_tag,
        made.tags.remove,
        made.tags.rows,
        lambda name: made.tags.rename(name, "x"),
    ):
        with pytest.raises(ValueError, match="no tag 'boots', did you mean 'boats'"):
            call("boots")


def test_ids_that_are_not_on_the_map_are_refused_and_nothing_changes(made: AtlasProjection) -> None:
    made.tags.add("some", ids=["r1"])
    before = kept(made)
    with pytest.raises(RowNotFoundError, match=r"no rows with the id 'r9', 'x'; nothing was changed"):
        made.tags.add("some", ids=["r2", "r9", "x"])
    with pytest.raises(RowNotFoundError, match="'r9'"):
        made.tags.add("new", ids=["r9"])
    with pytest.raises(RowNotFoundError, match="'r9'"):
        made.tags.remove("some", ids=["r1", "r9"])
    assert kept(made) == before


def test_ids_of_another_type_are_refused(made: AtlasProjection) -> None:
    for wrong in ("r1", b"r1", 1):
        with pytest.raises(AtlasTypeError, match="ids must be a list of ids"):
            made.tags.add("some", ids=wrong)  # type: ignore[arg-type]  # the mistake that is tested
    with pytest.raises(RowNotFoundError, match="1"):
        made.tags.add("some", ids=[1])
    with pytest.raises(AtlasValueError, match=r"ids\[0\]: it must be a number or a text, got None"):
        made.tags.add("some", ids=[None])
    assert names(made) == []


def test_a_rule_that_the_map_cannot_answer_is_refused(made: AtlasProjection) -> None:
    with pytest.raises(AtlasValueError, match="no column 'txt', did you mean 'text'"):
        made.tags.add("some", selection=s.contains("a", "txt"))
    with pytest.raises(AtlasValueError, match="no tag 'other'"):
        made.tags.add("some", selection=s.tagged("other"))
    with pytest.raises(AtlasValueError, match="a node needs a type"):
        made.tags.add("some", selection={})
    with pytest.raises(AtlasValueError, match="give ids, a selection or both"):
        made.tags.add("some")
    assert names(made) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "1 to 100 printable characters"),
        (" a", "no space around it"),
        ("a\n", "printable"),
        ("a\tb", "printable"),
        ("x" * 101, "1 to 100"),
        *((name, "is a column of the map's views") for name in ("id", "TEXT", "n", "x", "Y", "cluster_id")),
        *(
            (name, "is a column")
            for name in ("duplicate_class", "topic_depth_1", "topic_depth_77", "_position_index", "_a")
        ),
    ],
)
def test_a_name_that_cannot_be_a_column_is_refused(made: AtlasProjection, name: str, words: str) -> None:
    made.tags.add("some", ids=["r1"])
    with pytest.raises(AtlasValueError, match=words):
        made.tags.add(name, ids=["r1"])
    with pytest.raises(AtlasValueError, match=words):
        made.tags.rename("some", name)
    assert names(made) == ["some"]


def test_names_differ_by_more_than_case(made: AtlasProjection) -> None:
    made.tags.add("Straße", ids=["r1"])
    made.tags.add("other", ids=["r2"])
    for name in ("STRASSE", "straße"):
        with pytest.raises(AtlasValueError, match="there is a tag 'Straße' already"):
            made.tags.add(name, ids=["r1"])
        with pytest.raises(AtlasValueError, match="there is a tag 'Straße' already"):
            made.tags.rename("other", name)
    with pytest.raises(AtlasTypeError, match="the name of a tag is a text, got int"):
        made.tags.add(3, ids=["r1"])  # type: ignore[arg-type]  # the mistake that is tested


def test_rules_speak_of_tags_but_never_of_themselves(made: AtlasProjection) -> None:
    made.tags.add("a", ids=["r1", "r2"])
    made.tags.add("b", selection=s.tagged("a") & ~s.has_ids(["r2"]))
    made.tags.add("c", selection=s.tagged("b") | s.has_ids(["r5"]))
    assert made.tags.get_datums_in_tag("c") == ["r1", "r5"]
    made.tags.add("a", ids=["r3"])
    assert made.tags.get_datums_in_tag("c") == ["r1", "r3", "r5"]
    for name in "abc":
        with pytest.raises(AtlasValueError, match=f"the tag '{name}' would be defined by itself"):
            made.tags.add(name, selection=~s.tagged("c"))


def test_a_tag_that_a_rule_speaks_of_stays(made: AtlasProjection) -> None:
    made.tags.add("a", ids=["r1"])
    made.tags.add("b", selection=~s.tagged("a"))
    with pytest.raises(AtlasValueError, match="'a' cannot be removed: the rules of 'b' speak of it"):
        made.tags.remove("a")
    with pytest.raises(AtlasValueError, match="'a' cannot be renamed: the rules of 'b' speak of it"):
        made.tags.rename("a", "c")
    made.tags.remove("b")
    made.tags.remove("a")
    assert names(made) == []


def test_a_circle_that_was_written_by_another_hand_is_told(made: AtlasProjection) -> None:
    store = made.stored.store
    for name, other in (("a", "b"), ("b", "a")):
        TagRecord(map_id=made.id, name=name, rule=s.tagged(other).to_dict()).save(store)
    with pytest.raises(AtlasValueError, match="the tag 'a' is defined by itself: 'a', 'b', 'a'"):
        made.tags.get_datums_in_tag("a")


def test_a_rule_that_does_not_fit_any_more_is_told_with_its_tag(made: AtlasProjection) -> None:
    TagRecord(map_id=made.id, name="old", rule=s.at_least("gone", 1).to_dict()).save(made.stored.store)
    with pytest.raises(AtlasValueError, match="no column 'gone'") as told:
        _ = made.tags.df
    assert told.value.__notes__ == ["This is the rule of the tag 'old'; tags.remove('old') removes it."]
    assert names(made) == ["old"], "a tag is never dropped in silence"
    made.tags.remove("old")
    assert made.tags.df.columns.tolist() == ["id"]


def test_a_rule_does_not_grow_without_bound(made: AtlasProjection) -> None:
    made.tags.add("some", selection=s.any_of(*[s.at_least("n", each) for each in range(250)]))
    before = kept(made)
    with pytest.raises(AtlasValueError, match="at most 256"):
        made.tags.add("some", selection=s.any_of(*[s.at_most("n", each) for each in range(20)]))
    assert kept(made) == before


def test_a_tag_that_goes_before_a_rule_speaks_of_it_is_told(
    made: AtlasProjection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.tags.add("a", ids=["r1"])
    tags = made.tags
    selected = MapRows.selected

    def removing(rows: MapRows, selection: Any) -> Any:
        found = selected(rows, selection)
        made.tags.remove("a")
        return found

    monkeypatch.setattr(MapRows, "selected", removing)
    with pytest.raises(AtlasValueError, match="no tag 'a'"):
        tags.add("b", selection=~s.tagged("a"))
    assert names(made) == []
