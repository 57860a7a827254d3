"""What can be set on the storage."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = ["LanceStorageOptions"]


class LanceStorageOptions(ComponentOptions):
    """Options of the storage `lance`."""

    address: str = "~/.localatlas"
    """A folder, `file://…` or `lance+file://…`, or an object store: `s3://bucket/path`, `gs://…`, `az://…`."""

    compact_after_fragments: int = Field(default=32, ge=2, le=10_000)
    """How many pieces a table may have before `compact` merges them; each append makes one."""

    merged_grace_seconds: float = Field(default=3600.0, ge=0.0)
    """How long the pieces of a version that `compact` is told to keep outlast their merging, for who reads them now."""

    index_after_rows: int = Field(default=50_000, ge=1)
    """Below this many rows a look-up by value scans the column, which is faster than keeping an index."""

    sync: bool = False
    """Flush the machine's file system buffers before each commit, against the loss of power: some 10 ms a commit."""

    lease_seconds: float = Field(default=30.0, ge=1.0, le=3600.0)
    """On an object store, how long the lock of a process that died still holds."""

    cache: str = ""
    """Where files of an object store are kept for reading; empty means the user's cache folder."""

    storage_options: dict[str, str] = Field(default_factory=dict)
    """Settings of the object store, such as `aws_region` or `aws_endpoint`; credentials come from the environment."""
