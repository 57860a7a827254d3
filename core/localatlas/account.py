"""Who works here: a key for a server, kept in a file of its user's own. A local home needs no account."""

from __future__ import annotations

import getpass
import json
import logging
import os
import stat
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localatlas.errors import AtlasError, InvalidOptionError, StorageError
from localatlas.naming import DEFAULT_ORGANIZATION

__all__ = ["AtlasUser", "Credentials", "credentials_file", "login", "logout", "stored"]

log = logging.getLogger(__name__)

# The first that is set wins over the file.
VARIABLES = ("LOCALATLAS_API_KEY", "NOMIC_API_KEY")
LONGEST_KEY = 4096
HEAD, TAIL = 3, 4
OTHERS = stat.S_IRWXG | stat.S_IRWXO
NO_ACCOUNT = "a home on this machine needs no account"


@dataclass(frozen=True)
class Credentials:
    """A key, and what it opens.

    Attributes:
        key: the whole key; it never shows in a repr.
        host: the server's address, or None for a key that names no server.
        source: the environment variable or the file that the key comes from.
    """

    key: str = field(repr=False)
    host: str | None
    source: str

    @property
    def shown(self) -> str:
        """The key with its middle left out; short keys show nothing."""
        if len(self.key) < HEAD + TAIL + 8:
            return "…"
        return f"{self.key[:HEAD]}…{self.key[-TAIL:]}"


class AtlasUser:
    """The person at this machine. No key is needed, and nothing is asked of a network."""

    @property
    def name(self) -> str:
        """The name of the account of the operating system."""
        try:
            return getpass.getuser()
        except (ImportError, KeyError, OSError):  # a container may run under a number that has no name
            return "user"

    @property
    def credentials(self) -> Credentials | None:
        """The key in force: the environment's, else the one that `login` kept, else None."""
        for variable in VARIABLES:
            if key := os.environ.get(variable):
                return Credentials(_checked_key(key, variable), None, variable)
        return stored()

    @property
    def organizations(self) -> list[str]:
        """The organizations of the home's datasets, and the one that new datasets belong to."""
        from localatlas.home import Home

        return sorted({DEFAULT_ORGANIZATION, *(record.organization for record in Home().records())})

    def __repr__(self) -> str:
        try:
            found = self.credentials
        except AtlasError as error:
            return f"AtlasUser({self.name!r}, {error})"
        if found is None:
            return f"AtlasUser({self.name!r}, no key: {NO_ACCOUNT})"
        return f"AtlasUser({self.name!r}, key {found.shown} for {found.host or 'no server'}, from {found.source})"


def login(key: str | None = None, *, host: str | None = None) -> AtlasUser:
    """Keep a key for a server in a file that only this user may read. A home on this machine needs none.

    Args:
        key: the server's key; None takes the one of LOCALATLAS_API_KEY or NOMIC_API_KEY, which is not written down.
        host: the server's address, `https://…`.

    Raises:
        InvalidOptionError: there is no key, or the key or the address cannot be one.
        StorageError: the file cannot be written.
    """
    user = AtlasUser()
    if key is None:
        if host is None and user.credentials is not None:
            return user
        raise InvalidOptionError(
            f"login was given no key: write login(key, host=…) for a server; {NO_ACCOUNT}, so leave login out for it"
        )
    _write({"key": _checked_key(key, "key"), "host": _checked_host(host)})
    log.info("the key is kept in %s; %s", credentials_file(), NO_ACCOUNT)
    return user


def logout() -> bool:
    """Forget the key that `login` kept, and return whether there was one; the environment's stays in force.

    Raises:
        StorageError: the file cannot be removed.
    """
    path = credentials_file()
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"{path} cannot be removed: {error}") from error
    return True


def credentials_file() -> Path:
    """Return the path of the file that `login` writes."""
    folder = os.environ.get("XDG_CONFIG_HOME") or ""
    # The standard says that a relative path there is to be ignored.
    base = Path(folder) if Path(folder).is_absolute() else Path.home() / ".config"
    return base / "localatlas" / "credentials.json"


def stored() -> Credentials | None:
    """Return what `login` kept, or None.

    Raises:
        StorageError: the file cannot be read, or is none of ours.
    """
    path = credentials_file()
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content: Any = json.load(file)
        found = Credentials(_checked_key(content["key"], "key"), _checked_host(content.get("host")), str(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # Not the parser's own words: they may quote the key.
        why = error if isinstance(error, OSError) else "it is not what login writes"
        raise StorageError(f"{path} cannot be used: {why}; `localatlas login` writes it anew") from None
    if os.name == "posix" and mode & OTHERS:
        warnings.warn(f"others may read your key: run chmod 600 {path}", RuntimeWarning, stacklevel=2)
    return found


def _write(content: dict[str, str | None]) -> None:
    """Put the file in place whole; nobody else may read it at any moment."""
    path = credentials_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 600 before a byte is in it.
        handle, name = tempfile.mkstemp(prefix=".credentials-", dir=path.parent)
        written = Path(name)
        try:
            with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  an open handle has no path
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}; set XDG_CONFIG_HOME to another folder") from error


def _checked_key(key: Any, name: str) -> str:
    """Return a key without the blanks around it. No message repeats it."""
    text = key.strip() if isinstance(key, str) else ""
    if not text or len(text) > LONGEST_KEY or not all("!" <= letter <= "~" for letter in text):
        raise InvalidOptionError(
            f"{name} cannot be an API key: it must be 1 to {LONGEST_KEY:,} visible ASCII characters without blanks"
        )
    return text


def _checked_host(host: Any) -> str | None:
    if host is None:
        return None
    try:
        parts = urlsplit(host)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        good = good and not (parts.username or parts.password or parts.query or parts.fragment)
    except (ValueError, TypeError, AttributeError):
        good = False
    if not good or any(letter.isspace() for letter in host):
        raise InvalidOptionError("host must be a server's address such as https://atlas.example, without a password")
    return str(host).rstrip("/")
