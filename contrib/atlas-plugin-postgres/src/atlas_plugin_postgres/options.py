"""What can be set on the storage."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["PostgresStorageOptions"]


class PostgresStorageOptions(ComponentOptions):
    """Options of the storage `postgresql`."""

    address: str = "postgresql:///"
    """`postgresql://user@host:port/database`, as libpq reads it; `?home=NAME` is the schema of the tables, `localatlas`
    by default. Leave the password out: libpq takes it from PGPASSWORD or ~/.pgpass, and addresses are recorded."""

    compact_after_pieces: int = Field(default=32, ge=2, le=10_000)
    """How many pieces a dataset may have before `compact` merges them; each append makes one."""

    cache: str = ""
    """Where vectors and pages are kept on this machine for reading; empty means the user's cache folder."""
