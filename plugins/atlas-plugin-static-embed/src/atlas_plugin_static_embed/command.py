"""`localatlas distil`: a table for the embedder `static`."""

from __future__ import annotations

import click
from localatlas.errors import InvalidDataError

__all__ = ["distil_command"]


@click.command("distil")
@click.argument("name")
@click.argument("source", metavar="FILE")
@click.option("--text", "column", required=True, metavar="COLUMN", help="The column of text.")
@click.option("--model", metavar="NAME", help="Embedder to distil; the built-in one by default.")
@click.option("--words", type=click.IntRange(8, 1_000_000), default=30_000, help="Words.  [default: 30,000]")
@click.option("--dim", type=click.IntRange(2, 65_536), default=256, help="Numbers a vector.  [default: 256]")
@click.option("--min-count", type=click.IntRange(1), default=2, help="Leave rarer words out.  [default: 2]")
@click.option("--sif", type=click.FloatRange(1e-8, 1.0), default=0.1, help="Constant a of the weights.")
@click.option("--limit", type=click.IntRange(1), default=200_000, help="Rows to read.  [default: 200,000]")
def distil_command(
    *,
    name: str,
    source: str,
    column: str,
    model: str | None,
    words: int,
    dim: int,
    min_count: int,
    sif: float,
    limit: int,
) -> None:
    """Distil an embedder into a table of word vectors.

    FILE holds texts like those that will be mapped. The table is kept as NAME: --model static takes the table called
    `default`, NomicEmbedOptions(model="static", table=NAME) any other.
    """
    from localatlas import read

    from atlas_plugin_static_embed.distilling import distil
    from atlas_plugin_static_embed.table import load

    rows = read(source, limit=limit).table
    if rows is None or column not in rows.column_names:
        names = ", ".join(rows.column_names) if rows is not None else ""
        raise InvalidDataError(f"{source} has no column {column!r}; it has {names}")
    texts = [str(text) for text in rows.column(column).to_pylist() if text is not None]
    path = distil(texts, name, model=model, words=words, dim=dim, min_count=min_count, sif=sif)
    table = load(path)
    said = f"{len(table.words):,} words of {table.origin.model}, {table.vectors.shape[1]} numbers each"
    click.echo(
        f"Wrote {path}: {said}, {table.origin.variance:.0%} of the variance ({path.stat().st_size / 1e6:,.1f} MB)."
    )
