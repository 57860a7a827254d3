"""Files of text as bytes, compressed or not."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

__all__ = ["COMPRESSIONS", "ending", "open_bytes"]

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".lz4": "lz4"}


def ending(path: Path) -> tuple[str, str]:
    """Return the ending that names the format and the one that names the compression, in small letters."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        return (suffixes[-2] if len(suffixes) > 1 else ""), suffixes[-1]
    return (suffixes[-1] if suffixes else ""), ""


def open_bytes(path: Path) -> pa.NativeFile:
    """Open a file for reading, decompressed as its ending says."""
    compression = COMPRESSIONS.get(path.suffix.lower())
    return pa.input_stream(str(path), compression=compression)
