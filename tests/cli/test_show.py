from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from localatlas import AtlasDataset
from localatlas.cli.show import duplicates_panel, short, show_map, stage_table, topic_tree
from localatlas.pipeline.records import StageReport
from localatlas.protocols import TopicLabel, Topics
from rich.console import Console, RenderableType


def printed(*shown: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(*shown)
    return out.getvalue()


def topics(children: list[int]) -> Topics:
    """Topics with as many children each as said, larger ones later."""
    parents = list(range(len(children)))
    below = [parent for parent, count in enumerate(children) for _ in range(count)]
    total = len(parents) + len(below)
    return Topics(
        topic_id=np.arange(total, dtype=np.int32),
        depth=np.array([1] * len(parents) + [2] * len(below), np.int32),
        parent_id=np.array([-1] * len(parents) + below, np.int32),
        size=np.arange(1, total + 1, dtype=np.int64),
        position=np.zeros((total, 2), np.float32),
        hull=(np.empty((0, 2), np.float32),) * total,
        assignment=np.zeros((1, 2), np.int32),
        confidence=np.ones((1, 2), np.float32),
        labels={topic: TopicLabel(f"topic [{topic}]", "") for topic in range(total)},
    )


@pytest.mark.parametrize(
    ("identifier", "shown"), [("local/reviews", "reviews"), ("acme/reviews", "acme/reviews"), ("localx/a", "localx/a")]
)
def test_the_default_organization_goes_without_saying(identifier: str, shown: str) -> None:
    assert short(identifier) == shown


def test_topics_are_a_tree_of_the_largest_first() -> None:
    lines = printed(topic_tree(topics([0, 2]))).splitlines()
    assert lines[0].startswith("2 topics, 2 at the finest of 2 depths")
    assert [line.split("topic ")[1] for line in lines[1:]] == ["[1]  2", "[3]  4", "[2]  3", "[0]  1"]


def test_an_only_child_is_not_shown_below_its_parent() -> None:
    assert "[1]" not in printed(topic_tree(topics([1])))


def test_of_many_children_the_smallest_are_counted() -> None:
    shown = printed(topic_tree(topics([9])))
    assert "and 3 more" in shown
    assert "[9]" in shown
    assert "[1]  2" not in shown


def test_a_stage_that_was_kept_costs_nothing() -> None:
    lines = printed(
        stage_table(
            [
                StageReport(stage="embed", seconds=9.96, cpu_seconds=19.0, peak_mb=1234, disk_mb=10.25, kept=False),
                StageReport(stage="layout", seconds=1, cpu_seconds=1, peak_mb=1, disk_mb=2.0, kept=True),
            ]
        )
    ).splitlines()
    assert lines[1].split() == ["embed", "10.0", "19.0", "1,234", "10.2"]
    assert lines[2].split() == ["layout", "kept", "2.0"]


def test_duplicates_show_the_largest_groups_with_the_row_that_stays(components: str) -> None:
    made = AtlasDataset("copies")
    texts = ["b b"] * 2 + ["a a"] * 4 + ["c " * 60] * 3 + ["d"] * 2 + ["alone"]
    made.add_data([{"text": text} for text in texts])
    stored = made.create_index(indexed_field="text", progress=False).stored
    lines = [line.strip() for line in printed(duplicates_panel(stored)).splitlines()]
    assert lines[0] == "7 duplicates of 4 rows"
    assert lines[1] == "4 x  a a"
    assert lines[2].startswith("3 x  c c")
    assert lines[2].endswith("c…")
    assert lines[3] == "2 x  b b"
    assert len(lines) == 4


def test_duplicates_without_a_text_are_counted(components: str) -> None:
    made = AtlasDataset("vectors")
    made.add_data(embeddings=np.ones((3, 2)))
    stored = made.create_index(topic_model=False, progress=False).stored
    assert printed(duplicates_panel(stored)).strip() == "2 duplicates of 1 rows"


def test_duplicates_that_were_not_looked_for_are_not_shown(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", topic_model=False, duplicate_detection=False, progress=False)
    assert printed(duplicates_panel(made.stored)).strip() == ""
    out = StringIO()
    show_map(Console(file=out, width=80), made)
    assert "duplicates of" not in out.getvalue()
    assert "topics," not in out.getvalue()
    assert "6 of 7 rows" in out.getvalue()


def test_labels_and_texts_are_no_markup(components: str) -> None:
    made = AtlasDataset("markup")
    made.add_data([{"text": "[bold]x[/bold] [/nope]"}] * 2 + [{"text": "y"}])
    stored = made.create_index(indexed_field="text", progress=False).stored
    assert "[bold]x[/bold] [/nope]" in printed(duplicates_panel(stored))
