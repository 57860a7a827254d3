"""`localatlas search`: rows by meaning, words or a pattern."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from localatlas.cli.choosing import map_option

if TYPE_CHECKING:
    from rich.text import Text

    from localatlas.indices import AtlasProjection

__all__ = ["search_command"]

SHOWN = 180
_Hits: TypeAlias = list[tuple[Any, float | None]]


@click.command("search")
@click.argument("dataset")
@click.argument("query")
@click.option("-k", "count", type=click.IntRange(1), default=10, show_default=True, help="How many rows.")
@map_option
@click.option("--words", is_flag=True, help="Find the rows that hold QUERY as it stands, not those that mean it.")
@click.option("--regex", is_flag=True, help="QUERY is a regular expression (RE2's syntax); implies --words.")
@click.option("--field", metavar="COLUMN", help="Look for words in this column; the mapped one by default.")
@click.option("--image", is_flag=True, help="QUERY is the path of an image.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search_command(
    *,
    dataset: str,
    query: str,
    count: int,
    map_name: str | None,
    words: bool,
    regex: bool,
    field: str | None,
    image: bool,
    as_json: bool,
) -> None:
    """Find rows by what they mean, or by their words.

    Rows of DATASET that mean something like QUERY come nearest first; those that hold it (--words, --regex) in the
    order in which they were added.
    """
    from localatlas.cli.choosing import chosen_map
    from localatlas.cli.show import counted

    by_words = words or regex
    if image and by_words:
        raise click.UsageError("--image looks by what is seen, --words and --regex by what is written.")
    if field is not None and not by_words:
        raise click.UsageError("--field says where to look for words; give --words or --regex with it.")
    projection = chosen_map(dataset, map_name)
    total, hits = (
        _holding(projection, query, field, count, regex=regex)
        if by_words
        else (None, _nearest(projection, query, count, image=image))
    )
    rows = projection.dataset.get_data([each for each, _ in hits])
    if as_json:
        found = [{"id": each, "distance": far, "row": row} for (each, far), row in zip(hits, rows, strict=True)]
        from localatlas.export_formats import json_value

        click.echo(json.dumps(json_value(found), indent=1, default=str, ensure_ascii=False, allow_nan=False))
        return
    pattern = None if not by_words else query if regex else re.escape(query)
    _print(hits, rows, field or projection.stored.text_field, pattern, projection.dataset.id_field)
    if total is not None and total > len(hits):
        click.echo(f"{counted(total, 'row')} hold it; -k shows more.")


def _holding(
    projection: AtlasProjection, query: str, field: str | None, count: int, *, regex: bool
) -> tuple[int, _Hits]:
    ids = projection.select({"type": "text", "query": query, "regex": regex, "fields": [field] if field else None})
    return len(ids), [(each, None) for each in ids[:count]]


def _nearest(projection: AtlasProjection, query: str, count: int, *, image: bool) -> _Hits:
    from pathlib import Path

    ids, distances = projection.embeddings.search([Path(query) if image else query], k=count)
    return list(zip(ids[0], distances[0], strict=True))


def _print(
    hits: _Hits, rows: list[dict[str, Any]], field: str | None, pattern: str | None, id_field: str | None
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    if not hits:
        console.print("No row holds that.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    if pattern is None:
        table.add_column("distance", justify="right", no_wrap=True)
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=20, style="bold")
    table.add_column(escape(field or "row"), ratio=1)
    hidden = {id_field, "_position_index"}
    for (each, far), row in zip(hits, rows, strict=True):
        table.add_row(*([] if far is None else [f"{far:.3f}"]), escape(str(each)), _shown(row, field, pattern, hidden))
    console.print(table)


def _shown(row: dict[str, Any], field: str | None, pattern: str | None, hidden: Collection[str | None]) -> Text:
    """Return some words of a row: from its beginning, or around what was found, in bold."""
    from rich.text import Text

    if field is None or row.get(field) is None:
        shown = ((key, value) for key, value in row.items() if value is not None and key not in hidden)
        words = "  ".join(f"{key}={value}" for key, value in shown)
        return Text(textwrap.shorten(words, SHOWN, placeholder="…"))
    whole = " ".join(str(row[field]).split())
    try:
        found = None if pattern is None else re.search(pattern, whole, re.IGNORECASE)
    except re.error:
        found = None  # what is found speaks RE2, which is not quite Python's
    start = max(0, found.start() - SHOWN // 3) if found is not None and len(whole) > SHOWN else 0
    start = whole.find(" ", start) + 1 if start else 0
    text = Text(("…" if start else "") + textwrap.shorten(whole[start:], SHOWN, placeholder="…"))
    if pattern is not None and found is not None:
        text.highlight_regex(re.compile(pattern, re.IGNORECASE), "bold")
    return text
