"""How maps look in a terminal of 80 columns."""

from __future__ import annotations

import textwrap

import pyarrow.compute as pc
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from localatlas.indices import AtlasProjection
from localatlas.naming import DEFAULT_ORGANIZATION
from localatlas.pipeline.records import StageReport
from localatlas.protocols import DuplicateVerdict, Topics
from localatlas.stored_map import StoredMap

__all__ = ["counted", "duplicates_panel", "short", "show_map", "stage_table", "topic_tree"]

CHILDREN_SHOWN = 6
GROUPS_SHOWN = 3


def short(identifier: str) -> str:
    """Return an identifier without the default organization."""
    return identifier.removeprefix(f"{DEFAULT_ORGANIZATION}/")


def counted(number: int, noun: str) -> str:
    """Return a number of things: "1 map", "2,000 maps"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def show_map(console: Console, projection: AtlasProjection) -> None:
    """Print what was built: stages, topics, duplicates, and how to open the map."""
    index, record = projection.record
    total = sum(report.seconds for report in index.reports)
    console.print()
    console.print(stage_table(index.reports))
    if (topics := projection.stored.topic_model) is not None:
        console.print()
        console.print(topic_tree(topics))
    if projection.stored.duplicate_groups is not None:
        console.print()
        console.print(duplicates_panel(projection.stored))
    console.print()
    console.print(
        Text.assemble("Mapped ", (f"{record.placed:,} of {record.rows:,} rows", "bold"), f" in {total:.1f} s.")
    )
    console.print(Text.assemble("Look at it:  ", (f"localatlas open {short(projection.dataset.identifier)}", "bold")))


def stage_table(reports: list[StageReport]) -> Table:
    """Return what each stage cost."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("stage")
    for head in ("seconds", "CPU seconds", "memory MB", "disk MB"):
        table.add_column(head, justify="right")
    for report in reports:
        numbers = (
            f"{report.seconds:.1f}",
            f"{report.cpu_seconds:.1f}",
            f"{report.peak_mb:,.0f}",
            f"{report.disk_mb:.1f}",
        )
        table.add_row(report.stage, *(("kept", "", "", numbers[3]) if report.kept else numbers))
    return table


def topic_tree(topics: Topics) -> Tree:
    """Return the two broadest depths as a tree, largest first."""
    count = int((topics.depth == 1).sum())
    finest = int((topics.depth == topics.depths).sum())
    tree = Tree(
        Text(f"{count} topics, {finest} at the finest of {topics.depths} depths", style="bold"), guide_style="dim"
    )
    size = dict(zip(topics.topic_id.tolist(), topics.size.tolist(), strict=True))
    for topic in sorted(topics.children(-1).tolist(), key=lambda each: -size[each]):
        branch = tree.add(_named(topics, topic, size[topic]))
        below = sorted(topics.children(topic).tolist(), key=lambda each: -size[each])
        if len(below) > 1:
            for child in below[:CHILDREN_SHOWN]:
                branch.add(_named(topics, child, size[child]))
            if len(below) > CHILDREN_SHOWN:
                branch.add(Text(f"and {len(below) - CHILDREN_SHOWN} more", style="dim"))
    return tree


def duplicates_panel(stored: StoredMap) -> RenderableType:
    """Return how many rows say what another row says, and the largest groups with the row that stays."""
    groups = stored.duplicate_groups
    if groups is None:
        return Text("")
    doomed = int((groups.verdict == DuplicateVerdict.DELETION).sum())
    head = Text(f"{doomed:,} duplicates of {int((groups.verdict == DuplicateVerdict.RETENTION).sum()):,} rows", "bold")
    if not doomed or stored.text_field is None:
        return head
    counts = pc.value_counts(stored.table["cluster"]).to_pylist()
    largest = sorted((row for row in counts if row["counts"] > 1), key=lambda row: (-row["counts"], row["values"]))
    kept = {int(groups.cluster[row]): row for row in (groups.verdict == DuplicateVerdict.RETENTION).nonzero()[0]}
    texts = stored.columns([stored.text_field]).column(0)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column()
    for group in largest[:GROUPS_SHOWN]:
        text = str(texts[int(kept[group["values"]])].as_py())
        table.add_row(f"{group['counts']} x", Text(textwrap.shorten(text, 66, placeholder="…")))
    return Group(head, Padding(table, (0, 0, 0, 2)))


def _named(topics: Topics, topic: int, size: int) -> Text:
    return Text.assemble(topics.labels[topic].label, ("  " + f"{size:,}", "dim"))
