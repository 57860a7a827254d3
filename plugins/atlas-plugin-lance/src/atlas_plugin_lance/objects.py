"""The names of a dataset's objects, and where their bytes lie."""

from __future__ import annotations

from localatlas.errors import AtlasValueError

__all__ = ["object_path", "objects_folder"]


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
