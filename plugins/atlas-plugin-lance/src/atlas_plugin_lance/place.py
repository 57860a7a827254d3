"""Where a home is: the files, tables, locks and scratch folders that an address leads to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from localatlas.errors import InvalidOptionError

from atlas_plugin_lance.files import Files, LocalFiles
from atlas_plugin_lance.locks import FlockHolder, Holder

if TYPE_CHECKING:
    from atlas_plugin_lance.options import LanceStorageOptions

__all__ = ["Place", "place_of"]

SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+)://")
LOCAL_SCHEMES = ("file", "lance+file")
REMOTE_SCHEMES = ("s3", "gs", "az")


@dataclass(frozen=True)
class Place:
    """A home's whereabouts.

    Attributes:
        address: the home's address, without options.
        files: its files.
        local: a folder of this machine: the home itself, or a cache of it.
        remote: whether it is on an object store.
        storage_options: settings of the object store.
        lease_seconds: how long the lock of a dead process holds on an object store.
    """

    address: str
    files: Files
    local: Path
    remote: bool
    storage_options: dict[str, str]
    lease_seconds: float

    def table(self, folder: str) -> str:
        """Return the address of the table in a dataset's folder."""
        return f"{self.address}/{folder}/rows.lance"

    def scratch(self, folder: str) -> Path:
        """Return a local folder for a dataset, made if need be."""
        path = self.local / folder / "scratch"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def holder(self, folder: str) -> Holder:
        """Return what keeps other processes out of a dataset."""
        if not self.remote:
            return FlockHolder(self.local / folder / "lock")
        from atlas_plugin_lance.lease import LeaseHolder
        from atlas_plugin_lance.object_files import ObjectFiles

        return LeaseHolder(
            ObjectFiles(self.address, self.storage_options, self.local), f"{folder}/lease.json", self.lease_seconds
        )


def place_of(options: LanceStorageOptions) -> Place:
    """Return where the home of some options is.

    Raises:
        InvalidOptionError: the address has a scheme that this storage does not know.
    """
    address = options.address
    found = SCHEME.match(address)
    scheme = found.group(1) if found else "file"
    if scheme in LOCAL_SCHEMES:
        root = Path(unquote(urlsplit(address).path) if found else address).expanduser().resolve()
        files = LocalFiles(root, sync=options.sync)
        return Place(str(root), files, root, remote=False, storage_options={}, lease_seconds=options.lease_seconds)
    if scheme not in REMOTE_SCHEMES:
        known = ", ".join([*LOCAL_SCHEMES, *REMOTE_SCHEMES])
        message = f"storage 'lance' cannot open {address!r}: its scheme is not one of {known}; a plain path is a folder"
        raise InvalidOptionError(message)
    from atlas_plugin_lance.object_files import ObjectFiles

    address = address.rstrip("/")
    cache = _cache(options.cache) / sha256(address.encode()).hexdigest()[:16]
    return Place(
        address,
        ObjectFiles(address, options.storage_options, cache),
        cache,
        remote=True,
        storage_options=options.storage_options,
        lease_seconds=options.lease_seconds,
    )


def _cache(given: str) -> Path:
    if given:
        return Path(given).expanduser().resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "localatlas" / "homes"
