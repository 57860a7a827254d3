"""Copies of a map's page that need no server: one HTML file, or a folder for any web host."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
from localatlas.errors import AtlasValueError, NotReadyError, StorageError

from atlas_plugin_explorer.additions import listing
from atlas_plugin_explorer.copy_files import FolderCopy, HtmlCopy, Sink
from atlas_plugin_explorer.copy_rows import BLOCK, LONGEST_CELL, Carried, choose, row_files
from atlas_plugin_explorer.files import INDEX, dump, named_files
from atlas_plugin_explorer.shown import Shown, Version

__all__ = ["MOST_ROWS", "STATIC", "write_folder", "write_html"]

STATIC = Path(__file__).parent / "static"
MOST_ROWS = 1_000_000
# How much of the work is done when the columns are chosen, and when the pages of points are copied: as measured.
CHOSEN, PAGES = 0.1, 0.25
Report = Callable[[float, str], None]


def silent(fraction: float, message: str) -> None:
    """Drop a report of progress."""


def write_html(
    shown: Shown,
    path: Path,
    text_bytes: int,
    *,
    overwrite: bool,
    progress: Report = silent,
    static: Path = STATIC,
) -> None:
    """Write the page of a map as one HTML file, which is there whole or not at all.

    Args:
        shown: the map.
        path: of the file.
        text_bytes: how much of the rows' cells goes along, uncompressed; whole columns are left out beyond it, and the
            texts of the mapped one are cut where it would be.
        overwrite: whether a file that is there may be replaced.
        progress: is told how far the work is.
        static: the bundled front end.

    Raises:
        AtlasValueError: there is something already, or the map has more than a million rows.
        NotReadyError: the map is still building, or the front end is not bundled.
        StorageError: the file cannot be written.
    """
    version = ready(shown, static)
    rows = len(version.map.alive)
    if rows > MOST_ROWS:
        raise AtlasValueError(
            f"the map {version.map.name!r} has {rows:,} rows, and one HTML file takes {MOST_ROWS:,} at most: a browser "
            "reads it whole. Write a folder for a web host instead: map.to_folder(path)"
        )
    vacant(path, overwrite=overwrite)
    progress(0.0, "choosing columns")
    carried = choose(version, text_bytes, all_shown=False)
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as file:
            copy = HtmlCopy(file, static, version.map.dataset_identifier, panels=bool(carried.panels))
            fill(copy, version, carried, progress)
            copy.finish()
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_folder(
    shown: Shown,
    path: Path,
    text_bytes: int,
    *,
    overwrite: bool,
    progress: Report = silent,
    static: Path = STATIC,
) -> None:
    """Write the page of a map as a folder that any web host can serve; there whole or not at all.

    Args:
        shown: the map.
        path: of the folder.
        text_bytes: how much text can be searched, uncompressed: a search loads all of it. All columns are shown.
        overwrite: whether a copy that is there may be replaced.
        progress: is told how far the work is.
        static: the bundled front end.

    Raises:
        AtlasValueError: there is something already; nothing but an earlier copy is ever replaced.
        NotReadyError: the map is still building, or the front end is not bundled.
        StorageError: the folder cannot be written.
    """
    version = ready(shown, static)
    vacant(path, overwrite=overwrite)
    progress(0.0, "choosing columns")
    carried = choose(version, text_bytes, all_shown=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        copy = FolderCopy(temporary, static, version.map.dataset_identifier, panels=bool(carried.panels))
        fill(copy, version, carried, progress)
        if path.is_dir():
            shutil.rmtree(path)
        temporary.rename(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def ready(shown: Shown, static: Path) -> Version:
    """Return the newest version of a map. Raises NotReadyError."""
    if not (static / "copy.html").is_file():
        raise NotReadyError("the front end is not bundled in this installation: install atlas-plugin-explorer again")
    return shown.now()


def vacant(path: Path, *, overwrite: bool) -> None:
    """Raise AtlasValueError if a copy must not be written there."""
    if not path.parent.is_dir():
        raise AtlasValueError(f"{path.parent} is no folder; make it first")
    if not path.exists():
        return
    if not overwrite:
        raise AtlasValueError(f"{path} is there already; overwrite=True replaces it")
    is_copy = path.suffix.lower() == ".html" if path.is_file() else (path / "data" / "about.json.bin").is_file()
    if not is_copy and not (path.is_dir() and not any(path.iterdir())):
        raise AtlasValueError(f"{path} holds something else than a copy of a map, and is not replaced")


def fill(copy: Sink, version: Version, carried: Carried, progress: Report) -> None:
    """Put everything into a copy, what is drawn first in front."""
    copy.add("about.json", dump(about(version, carried)))
    copy.add(f"pages/{INDEX}", version.pages.read(INDEX))
    columns = version.pages.index["columns"]["file"]
    copy.add(f"pages/{columns}", dump({"columns": carried.entries}))
    names = named_files(version.pages.index, carried.entries) - {INDEX, columns}
    for done, name in enumerate(sorted(names, key=urgency)):
        progress(CHOSEN + (PAGES - CHOSEN) * done / len(names), "points and columns")
        copy.add(f"pages/{name}", version.pages.read(name))
    if version.hidden:
        copy.add("hidden", np.packbits(~version.alive, bitorder="little").tobytes())
    copy.add("panels.json", dump({"panels": listing(carried.panels)}))
    for file, panel in carried.panels.items():
        copy.add(f"panels/{file}", panel.script.encode())
    rows = len(version.map.alive)
    for name, content in row_files(version, carried):
        copy.add(name, content)
        if name.startswith("rows/"):
            done = min((int(name.removeprefix("rows/")) + 1) * BLOCK, rows)
            progress(PAGES + (1 - PAGES) * done / rows, f"{done:,} of {rows:,} rows")


def urgency(name: str) -> tuple[int, int, str]:
    """Return when a page file is needed: topics and first pages first."""
    folder, _, file = name.rpartition("/")
    page = int(digits) if (digits := "".join(filter(str.isdigit, file))) else 0
    ranks = {"": 0, "geometry": 1, "topics/1": 1, "rows": 3, "topics/2": 2}
    return ranks.get(folder, 4), page, name


def about(version: Version, carried: Carried) -> dict[str, object]:
    """Return what the page of a copy knows of itself: what `api/state` says, and how the rows lie."""
    state = {
        "state": "ready",
        "name": version.map.name,
        "dataset": version.map.dataset_identifier,
        "fingerprint": version.pages.index["fingerprint"],
        "hidden": version.hidden,
        "message": None,
        "progress": None,
        "can": {"select": True, **dict.fromkeys(OFF, False)},
        "panels": len(carried.panels),
        "note": note(carried),
    }
    return {"state": state, "rows": len(version.map.alive), "block": BLOCK, "longest_cell": carried.longest}


OFF_HERE = (
    "This is a saved copy of the map. Search by meaning, nearest neighbours, tags and exports need its server: "
    "localatlas open."
)
OFF = ("meaning", "meaning_image", "neighbors", "tags", "export", "images")


def note(carried: Carried) -> str:
    """Return what is off, in words for people."""
    parts = [OFF_HERE]
    if carried.longest < LONGEST_CELL:
        parts.append(f"Texts are cut after {carried.longest:,} characters for their size, and searched as far.")
    if carried.left_out:
        parts.append(f"Left out for its size: {', '.join(carried.left_out)}.")
    if carried.not_searched:
        parts.append(f"Too much text to be searched here: {', '.join(carried.not_searched)}.")
    return " ".join(parts)
