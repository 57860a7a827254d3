"""Bringing weights: a folder that is pointed at, a packed model that is carried over, a model from the hub."""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from localatlas import models, registries, resolve
from localatlas.errors import (
    AtlasValueError,
    InvalidOptionError,
    ModelNotAvailableError,
    StorageError,
    listing,
    suggestion,
)
from localatlas.paths import expanded
from localatlas.pipeline.contracts import blame

__all__ = ["add", "fetch", "remove"]

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
# What the decompressors raise on their own.
DAMAGE = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def add(name: str, source: Path) -> Path:
    """Make weights known under a name and return their folder; another model of that name is replaced.

    Args:
        name: a model's name, or `organization/name` as on the hub.
        source: a folder, which is linked to, or a tar file, which is unpacked.

    Raises:
        InvalidOptionError: the name cannot be one of a model.
        AtlasValueError: there is no model at `source`.
        StorageError: the folder of added models cannot be written.
    """
    place, source = _place(name), expanded(source).absolute()
    with _writing(place):
        source = _apart(source, place)
        if source.is_dir():
            _check_folder(source, source)
            _clear(place)
            place.symlink_to(source, target_is_directory=True)
        elif source.is_file():
            with _beside(place) as folder:
                _unpack(source, folder)
                _check_folder(folder, source)
                _clear(place)
                folder.rename(place)
        else:
            raise AtlasValueError(f"{source} is not there; give a folder, or a file that `models fetch -o` wrote")
    return place


def fetch(name: str, output: Path | None = None) -> Path:
    """Fetch the weights of a model from the hub, for use here or packed into a tar file; return where they are.

    Raises:
        UnknownPluginError: there is no such model.
        ModelNotAvailableError: no plugin that is installed can fetch it, or the hub does not give it.
        StorageError: the weights cannot be written.
    """
    known = models.DOCUMENTED.get(name)
    if known is not None and name not in registries.embedders.names():
        raise models.not_available(name, known.modality, known.repository, installed=False)
    choice = resolve.named(registries.embedders, name)
    if not isinstance(choice.component, models.SupportsFetch):
        raise ModelNotAvailableError(f"{choice.entry} has nothing to fetch: its weights come with its package")
    place = _place(name) if output is None else expanded(output).absolute()
    with _writing(place), _beside(place) as folder:
        with blame(choice.entry):
            choice.component.fetch(folder)
        _check_folder(folder, folder)
        if output is None:
            _clear(place)
            folder.rename(place)
        else:
            _pack(folder, place)
    return place


def remove(name: str) -> None:
    """Forget a model that was added or fetched. Raises ModelNotAvailableError if there is none of that name."""
    place = _place(name)
    if not (place.is_symlink() or name in models.added()):
        raise ModelNotAvailableError(
            f"no model {name!r} was added{suggestion(name, models.added())}; `localatlas models list` shows all"
        )
    with _writing(place):
        _clear(place)


def _place(name: str) -> Path:
    if not NAME.fullmatch(name) or ".." in name:
        raise InvalidOptionError(f"{name!r} is no name of a model; it has letters, digits, '.', '_', '-' and one '/'")
    place, known = models.added_models() / name, models.added()
    parent = place.parent
    if parent != models.added_models() and (parent.is_symlink() or parent.name in known):
        # What lies there is of that model, perhaps in a folder that was only pointed at.
        raise InvalidOptionError(f"{name!r} is no name of a model: {parent.name!r} is one, and no organization")
    if below := [each for each in known if each.startswith(f"{name}/")]:
        raise InvalidOptionError(f"{name!r} is no name of a model: it is an organization with {listing(below)}")
    return place


def _apart(source: Path, place: Path) -> Path:
    """Return a path of the source that outlives the model at `place`. Raises AtlasValueError if none does."""
    if not place.exists() or not source.resolve().is_relative_to(place.resolve()):
        return source
    if place.is_symlink():
        return source.resolve()
    raise AtlasValueError(f"{source} lies in the model that it would replace; nothing was changed")


def _check_folder(folder: Path, named: Path) -> None:
    missing = models.missing_from(folder)
    if missing:
        raise AtlasValueError(f"{named} holds no model: there is no {missing} in it")


def _clear(place: Path) -> None:
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            # Refuses absolute names, links that lead outside, and devices.
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, *DAMAGE) as error:
        raise AtlasValueError(f"{source} is no tar file with a model in it: {error}") from error


def _pack(folder: Path, output: Path) -> None:
    """Write a tar file whole or not at all; weights do not compress."""
    part = output.with_name(f"{output.name}.part")
    try:
        with tarfile.open(part, "w", dereference=True) as archive:
            for path in sorted(folder.iterdir()):
                archive.add(path, path.name)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _beside(place: Path) -> Generator[Path, None, None]:
    """Yield an empty folder beside a place, on the same disk, that is gone afterwards unless it was renamed."""
    folder = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


@contextmanager
def _writing(place: Path) -> Generator[None, None, None]:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StorageError(f"{place} cannot be written: {error}") from error
