"""A map for embedding-atlas as files: a page that needs no server of ours, or a table for its own command."""

from __future__ import annotations

import shlex
import shutil
import uuid
from pathlib import Path

from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection

from atlas_plugin_embedding_atlas.library import data_source, static_folder
from atlas_plugin_embedding_atlas.neighbors import NEIGHBORS
from atlas_plugin_embedding_atlas.viewed import Viewed, viewed

__all__ = ["TABLE", "check_target", "viewer_command_line", "write_viewed", "write_viewer"]

TABLE, ARCHIVE = ".parquet", ".zip"


def write_viewer(
    projection: AtlasProjection, path: str | Path, *, neighbors: int = NEIGHBORS, overwrite: bool = False
) -> Path:
    """Write a map for embedding-atlas, and return where.

    Args:
        projection: a finished map, as `dataset.maps[0]`.
        path: `.parquet` writes the table alone, for the command `embedding-atlas` and whatever reads Parquet; `.zip`
            the viewer's page with the data; any other name a folder of that page, for any web server.
        neighbors: how many nearest rows to give of every row, 0 to 200.
        overwrite: whether a file that is there is replaced; a folder never is.

    Raises:
        InvalidOptionError: something is there already, or `neighbors` is out of range.
        NotReadyError: embedding-atlas is not installed (a table needs it not), or the map is not finished.
    """
    target = Path(path)
    check_target(target, overwrite=overwrite)
    return write_viewed(viewed(projection, neighbors=neighbors), target)


def write_viewed(shown: Viewed, target: Path) -> Path:
    """Write what `viewed` returned; `check_target` comes first."""
    # Under another name until it is whole.
    temporary = target.with_name(f".{uuid.uuid4().hex}")
    try:
        _write(shown, target.suffix.lower(), temporary)
        temporary.replace(target)
    finally:
        _remove(temporary)
    return target


def viewer_command_line(shown: Viewed, path: Path) -> str:
    """Return the command of embedding-atlas that opens a table as the map is."""
    named = [("--x", "x"), ("--y", "y"), ("--text", "text"), ("--image", "image"), ("--neighbors", "neighbors")]
    given = [part for flag, role in named if shown.options.get(role) for part in (flag, shown.options[role])]
    return shlex.join(["embedding-atlas", str(path), *given])


def _write(shown: Viewed, kind: str, path: Path) -> None:
    if kind == TABLE:
        import pyarrow.parquet as pq

        pq.write_table(shown.table, path)
    elif kind == ARCHIVE:
        path.write_bytes(data_source(shown).make_archive(str(static_folder())))
    else:
        data_source(shown).export_to_folder(str(static_folder()), str(path))


def check_target(path: Path, *, overwrite: bool) -> None:
    """Raise, before the work, where a map cannot be written to a path."""
    if path.suffix.lower() != TABLE:
        static_folder()
    if not path.parent.is_dir():
        raise InvalidOptionError(f"{path} would lie in {path.parent}, which is no folder; make it first")
    if path.is_dir():
        raise InvalidOptionError(f"{path} is a folder that is there already; name one that is not")
    if path.exists() and not overwrite:
        raise InvalidOptionError(f"{path} is there already; overwrite=True replaces it")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
