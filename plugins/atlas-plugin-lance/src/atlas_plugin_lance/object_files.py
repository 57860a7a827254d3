"""Named bytes in an object store, through obstore (the Rust crate object_store, which Lance itself uses)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from localatlas.errors import PluginLoadError, StorageError

from atlas_plugin_lance.files import Held

if TYPE_CHECKING:
    from obstore.store import ObjectStore

__all__ = ["ObjectFiles"]

# Lance takes all settings in one mapping; obstore takes those of the service apart from those of the connection.
SERVICE_PREFIXES = ("aws_", "google_", "azure_")


class ObjectFiles:
    """Files in an object store.

    Args:
        address: where they lie, `s3://bucket/path`.
        settings: settings of the service (`aws_region`) and of the connection (`allow_http`), as Lance takes them.
        cache: a folder of this machine for files that are read from the disk.
    """

    def __init__(self, address: str, settings: Mapping[str, str], cache: Path) -> None:
        self._address = address
        self._settings = dict(settings)
        self._cache = cache

    @cached_property
    def _store(self) -> ObjectStore:
        service = {key: value for key, value in self._settings.items() if key.startswith(SERVICE_PREFIXES)}
        connection = {key: value for key, value in self._settings.items() if key not in service}
        with self._answers():
            from obstore.store import from_url

            # obstore names each setting in its types and checks them itself.
            opened: ObjectStore = from_url(
                self._address, config=cast("Any", service), client_options=cast("Any", connection)
            )
        return opened

    def read(self, name: str) -> bytes:
        """Return the bytes. Raises KeyError."""
        return self.tagged(name)[0]

    def tagged(self, name: str) -> tuple[bytes, str]:
        """Return the bytes and the tag by which `write_if` knows them. Raises KeyError."""
        with self._answers(name):
            answer = self._store.get(name)
            return bytes(answer.bytes()), answer.meta["e_tag"] or ""

    def write(self, name: str, data: bytes | Path) -> None:
        """Write or replace at once."""
        with self._answers(name):
            self._store.put(name, data)

    def write_if(self, name: str, data: bytes, tag: str) -> str | None:
        """Replace what has the tag and return the new tag; None if somebody else replaced it before."""
        with self._answers(name):
            from obstore.exceptions import PreconditionError

            try:
                return self._store.put(name, data, mode={"e_tag": tag})["e_tag"] or ""
            except PreconditionError:
                return None

    def create(self, name: str, data: bytes) -> bool:
        """Write unless the name exists; False if it does. The store decides between several that try at once."""
        with self._answers(name):
            from obstore.exceptions import AlreadyExistsError

            try:
                self._store.put(name, data, mode="create")
            except AlreadyExistsError:
                return False
            return True

    @contextmanager
    def change(self, name: str) -> Iterator[Held]:
        """Change a file only if nobody else has since it was read, which the store decides."""
        data, tag = self.tagged(name)

        def replace(new: bytes) -> None:
            if self.write_if(name, new, tag) is None:
                message = (
                    f"{self._address}/{name} was changed by somebody else meanwhile, so this change was not made; "
                    "hold the dataset's lock while you change it"
                )
                raise StorageError(message)

        yield Held(data, replace)

    def local(self, name: str) -> Path:
        """Return a copy of the file in the cache, fetched if it is not the newest. Raises KeyError."""
        with self._answers(name):
            tag = self._store.head(name)["e_tag"] or ""
        folder, _, rest = name.partition("/objects/")
        path = self._cache / folder / "read" / sha256(tag.encode()).hexdigest()[:16] / rest
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged = path.with_name(f".tmp-{uuid.uuid4().hex}")
            with self._answers(name), staged.open("wb") as stream:
                for chunk in self._store.get(name).stream():
                    stream.write(chunk)
            staged.replace(path)
        return path

    def names(self, folder: str, prefix: str = "") -> list[str]:
        """Return the names in `folder`, relative to it, that start with `prefix`, sorted."""
        # The store lists whole folders only.
        start = f"{folder}/{prefix.rpartition('/')[0]}".rstrip("/")
        with self._answers():
            found = [meta["path"].removeprefix(f"{folder}/") for batch in self._store.list(start) for meta in batch]
        return sorted(name for name in found if name.startswith(prefix))

    def folders(self, folder: str = "") -> list[str]:
        """Return the names of the folders right below `folder`, sorted."""
        with self._answers():
            below = self._store.list_with_delimiter(folder or None)["common_prefixes"]
        return sorted(name.rpartition("/")[2] for name in below)

    def remove(self, name: str) -> None:
        """Remove one file, if it is there."""
        with self._answers():
            self._store.delete(name)

    def remove_folder(self, folder: str, *, older_than: float = 0.0) -> None:
        """Remove a folder with all in it, unless something in it changed within the last `older_than` seconds."""
        with self._answers():
            found = [meta for batch in self._store.list(folder) for meta in batch]
            limit = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=older_than)
            if found and (not older_than or max(meta["last_modified"] for meta in found) < limit):
                self._store.delete([meta["path"] for meta in found])

    @contextmanager
    def _answers(self, name: str | None = None) -> Iterator[None]:
        """Turn what the store raises into KeyError for a missing name and StorageError for the rest."""
        try:
            from obstore.exceptions import BaseError
        except ImportError as error:
            message = (
                f"atlas-plugin-lance needs the package obstore to open {self._address}; "
                "install it with `pip install 'atlas-plugin-lance[object-store]'`"
            )
            raise PluginLoadError(message) from error
        try:
            yield
        except FileNotFoundError:
            raise KeyError(name) from None
        except (BaseError, OSError) as error:
            message = f"the object store of {self._address} did not do what was asked: {error}"
            raise StorageError(message) from error
