"""`localatlas map FILE`: from files to a map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from localatlas.indices import AtlasProjection
    from localatlas.readers import Reading

__all__ = ["map_command"]


@click.command("map")
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option("--text", "field", metavar="COLUMN", help="The column of text to map.")
@click.option("--vectors", metavar="FILE|COLUMN", help="Map vectors of your own: a .npy file or a column of lists.")
@click.option("--images", metavar="COLUMN", help="Map images: the column of their paths or URLs.")
@click.option("--metric", type=click.Choice(["cosine", "euclidean"]), help="What near means; cosine by default.")
@click.option("--x", "x", metavar="COLUMN", help="Place the rows yourself: the column of x.")
@click.option("--y", "y", metavar="COLUMN", help="The column of y.")
@click.option("--id", "id_field", metavar="COLUMN", help="The column of ids.")
@click.option("--name", metavar="NAME", help="Name of the dataset; the file's name by default.")
@click.option("--projection", metavar="NAME", help="Projector; chosen by size by default.")
@click.option("--model", metavar="NAME", help="Embedder; the built-in one by default.")
@click.option("--topics/--no-topics", default=True, help="Find topics and name them.  [default: topics]")
@click.option("--label-field", metavar="COLUMN", help="The column of text that names the topics.")
@click.option("--duplicates", type=click.FloatRange(0), metavar="CUTOFF", help="Distance up to which rows are alike.")
@click.option("--no-duplicates", is_flag=True, help="Leave duplicates out.")
@click.option("--seed", type=int, help="Seed of every random choice.")
@click.option("--limit", type=click.IntRange(1), metavar="ROWS", help="Map the first rows only.")
@click.option("--delimiter", metavar="CHARACTER", help="What separates the values of a CSV file.")
@click.option("--type", "types", metavar="COLUMN=TYPE", multiple=True, help="Type of a CSV column, as code=string.")
@click.option("--open", "show", is_flag=True, help="Show the map in the browser when it is done.")
@click.option("--json", "as_json", is_flag=True, help="Print the map as JSON, and nothing else.")
def map_command(*, sources: tuple[str, ...], show: bool, as_json: bool, **given: Any) -> None:
    """Map the rows of files.

    FILE is CSV, TSV, JSON, JSON lines (compressed or not), Parquet, Arrow, .npy or .npz vectors, a folder of images,
    or - for JSON lines from a pipe. Several files become one dataset. When a run is interrupted, the same command
    goes on where it stopped.
    """
    from rich.console import Console

    from localatlas.cli.piped import spooled
    from localatlas.cli.show import show_map
    from localatlas.cli.summaries import map_summary

    console = Console(highlight=False, quiet=as_json)
    name = given["name"] or _name(sources)
    with spooled(sources) as paths:
        projected = _map(console, paths, name, given)
    if as_json:
        click.echo(json.dumps(map_summary(projected), indent=1))
    else:
        show_map(console, projected)
    if show:
        projected.open()


def _map(console: Console, paths: Sequence[str], name: str, given: dict[str, Any]) -> AtlasProjection:
    from localatlas.cli.live import live_listener
    from localatlas.cli.loading import check_plan, dataset_of
    from localatlas.errors import AtlasError

    with console.status("reading"):
        reading = _reading(paths, given)
    arguments = _arguments(reading, given)
    check_plan(reading, name, arguments)
    dataset = dataset_of(reading, name, given["id_field"], console)
    try:
        with live_listener(console) as listener:
            return dataset.create_index(**arguments, progress=listener)
    except AtlasError as error:
        error.add_note(f"the rows are safe in the dataset {dataset.identifier}; the same command tries again")
        raise


def _reading(paths: Sequence[str], given: dict[str, Any]) -> Reading:
    from localatlas.readers import open_source

    options = {name: given[name] for name in ("vectors", "images", "delimiter", "limit")}
    if _is_places_only(given):
        options["vectors"] = [given["x"], given["y"]]
    types = dict(each.partition("=")[::2] for each in given["types"]) or None
    return open_source(paths[0] if len(paths) == 1 else list(paths), types=types, **options).known()


def _arguments(reading: Reading, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `create_index`. Raises click.UsageError when nothing says what to map."""
    if reading.modality == "text" and given["field"] is None:
        names = ", ".join(reading.schema.names if reading.schema is not None else [])
        raise click.UsageError(f"say what to map: --text COLUMN, --vectors or --images. The columns are: {names}.")
    return {
        "indexed_field": given["field"],
        "projection": _projection(given),
        "embedding_model": given["model"],
        "topic_model": _topics(given),
        "duplicate_detection": _duplicates(given),
        "metric": given["metric"] or ("euclidean" if _is_places_only(given) else None),
        "seed": given["seed"],
    }


def _is_places_only(given: dict[str, Any]) -> bool:
    """Whether nothing but places is known of the rows: then rows are alike that lie together."""
    return bool(given["x"] and given["y"] and not (given["field"] or given["vectors"] or given["images"]))


def _projection(given: dict[str, Any]) -> Any:
    x, y = given["x"], given["y"]
    if x is None and y is None:
        return given["projection"]
    if x is None or y is None or given["projection"] is not None:
        raise click.UsageError("--x and --y go together, and without --projection.")
    if x == y:
        raise click.UsageError(f"--x and --y are two columns, not {x!r} twice.")
    from localatlas import projectors

    if "positions" not in projectors.names():
        raise click.ClickException(
            "--x and --y need the projector 'positions', which no installed plugin provides: "
            "pip install atlas-plugin-positions. Leave them out to let localatlas place the rows."
        )
    return {"model": "positions", "x": x, "y": y}


def _topics(given: dict[str, Any]) -> Any:
    label = given["label_field"]
    if label is not None and not given["topics"]:
        raise click.UsageError("--label-field names topics, and --no-topics leaves them out.")
    return {"topic_label_field": label} if label is not None else given["topics"]


def _duplicates(given: dict[str, Any]) -> Any:
    if given["duplicates"] is not None and given["no_duplicates"]:
        raise click.UsageError("--duplicates and --no-duplicates exclude each other.")
    if given["duplicates"] is not None:
        return {"duplicate_cutoff": given["duplicates"]}
    # Two rows at one place need not say the same.
    return not (given["no_duplicates"] or _is_places_only(given))


def _name(sources: Sequence[str]) -> str:
    if len(sources) > 1 or any(letter in sources[0] for letter in "*?["):
        raise click.UsageError("several files become one dataset; give it a name with --name.")
    if sources[0] == "-":
        raise click.UsageError("rows from a pipe have no name; give them one with --name.")
    path = Path(sources[0]).expanduser()
    return path.resolve().name if path.is_dir() else path.name.partition(".")[0] or path.name
