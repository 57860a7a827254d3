"""A dataset's objects: their names, and where their bytes lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from localatlas.errors import AtlasValueError

from atlas_plugin_lance.table import lance_errors

if TYPE_CHECKING:
    from localatlas.protocols.storage import DatasetKey

    from atlas_plugin_lance.place import Place

__all__ = ["StoredObjects", "object_path", "objects_folder"]


class StoredObjects:
    """The objects of one dataset: named bytes, each written whole or not at all."""

    _place: Place
    _key: DatasetKey
    _folder: str

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object, replacing one of that name at once; a `Path` on the same file system is linked."""
        with lance_errors("write an object of", str(self._key)):
            self._place.files.write(object_path(self._folder, name), data)

    def get(self, name: str) -> bytes:
        """Return an object. Raises KeyError."""
        return self._place.files.read(object_path(self._folder, name))

    def path(self, name: str) -> Path:
        """Return a local file with the object's bytes, for memory-mapping. Raises KeyError."""
        return self._place.files.local(object_path(self._folder, name))

    def objects(self, prefix: str = "") -> list[str]:
        """Return the names that start with `prefix`, sorted."""
        return self._place.files.names(objects_folder(self._folder), prefix)

    def remove(self, prefix: str) -> None:
        """Remove every object whose name starts with `prefix`."""
        for name in self.objects(prefix):
            self._place.files.remove(object_path(self._folder, name))


def objects_folder(folder: str) -> str:
    """Return the folder of the objects of a dataset's folder."""
    return f"{folder}/objects"


def object_path(folder: str, name: str) -> str:
    """Return the path of an object. Raises AtlasValueError."""
    parts = name.split("/")
    if not name or "\0" in name or any(part in ("", ".", "..") or part.startswith(".tmp-") for part in parts):
        message = (
            f"{name!r} cannot name an object: a name is a relative path with '/', without empty parts, '.' or '..'"
        )
        raise AtlasValueError(message)
    return f"{objects_folder(folder)}/{name}"
