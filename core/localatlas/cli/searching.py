"""`localatlas search`: rows by meaning, words or a pattern."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from localatlas.cli.choosing import map_option

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["search_command"]

Hits: TypeAlias = list[tuple[Any, float | None]]


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
    """Find rows of DATASET by what they mean, nearest first, or by the words they hold."""
    from localatlas.cli.choosing import chosen_map

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
        click.echo(json.dumps(found, indent=1, default=str, ensure_ascii=False))
        return
    _print(projection, hits, rows, field, total)


def _holding(
    projection: AtlasProjection, query: str, field: str | None, count: int, *, regex: bool
) -> tuple[int, Hits]:
    ids = projection.select({"type": "text", "query": query, "regex": regex, "fields": [field] if field else None})
    return len(ids), [(each, None) for each in ids[:count]]


def _nearest(projection: AtlasProjection, query: str, count: int, *, image: bool) -> Hits:
    from pathlib import Path

    ids, distances = projection.embeddings.search([Path(query) if image else query], k=count)
    return list(zip(ids[0], distances[0], strict=True))


def _print(
    projection: AtlasProjection,
    hits: Hits,
    rows: list[dict[str, Any]],
    field: str | None,
    total: int | None,
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not hits:
        console.print("No row holds that.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    if total is None:
        table.add_column("distance", justify="right", no_wrap=True)
    table.add_column("id", no_wrap=True, overflow="ellipsis", max_width=20)
    table.add_column(field or projection.stored.text_field or "row", ratio=1)
    for (each, far), row in zip(hits, rows, strict=True):
        cells = [Text(str(each), "bold"), Text(_text(projection, row, field))]
        table.add_row(*([] if far is None else [f"{far:.3f}"]), *cells)
    console.print(table)
    if total is not None and total > len(hits):
        console.print(f"{total:,} rows hold it; -k shows more.", style="dim")


def _text(projection: AtlasProjection, row: dict[str, Any], field: str | None) -> str:
    name = field or projection.stored.text_field
    hidden = projection.dataset.id_field, "_position_index"
    if name is None or row.get(name) is None:
        text = "  ".join(f"{key}={value}" for key, value in row.items() if key not in hidden and value is not None)
    else:
        text = str(row[name])
    return textwrap.shorten(text, 180, placeholder="…")
