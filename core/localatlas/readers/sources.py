"""From a path, several, a pattern or a folder to the readers of files."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from localatlas.errors import InvalidDataError, InvalidOptionError, listing
from localatlas.paths import expanded
from localatlas.readers.arrays import NpyFile, NpzFile
from localatlas.readers.bytestreams import COMPRESSIONS, ending
from localatlas.readers.columnar import ArrowFile, Parquet
from localatlas.readers.delimited import Delimited
from localatlas.readers.formats import FileReader
from localatlas.readers.json_files import JsonFile, JsonLines
from localatlas.readers.pictures import IMAGE_ENDINGS, Pictures, pictures_in

__all__ = ["ENDINGS", "TEXT_ENDINGS", "TextOptions", "are_paths", "files_of", "is_known"]

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
JSONS: dict[str, type[JsonFile | JsonLines]] = {".json": JsonFile, ".jsonl": JsonLines, ".ndjson": JsonLines}
OTHERS: dict[str, Callable[[Path], FileReader]] = {
    ".parquet": Parquet,
    ".arrow": ArrowFile,
    ".feather": ArrowFile,
    ".npy": NpyFile,
    ".npz": NpzFile,
}
TEXT_ENDINGS = (*DELIMITERS, *JSONS)
"""The endings of files that may be compressed, as `rows.csv.gz`."""

ENDINGS = (*TEXT_ENDINGS, *OTHERS)
WILD = "*?["


def are_paths(source: Any) -> bool:
    """Whether a source is a path, a pattern of paths, or a list of either; an address such as `s3://…` is none."""
    if isinstance(source, str | os.PathLike):
        return not (isinstance(source, str) and "://" in source.removeprefix("file://"))
    return (
        isinstance(source, Sequence)
        and bool(source)
        and all(isinstance(each, str | os.PathLike) and are_paths(each) for each in source)
    )


def is_known(path: Path) -> bool:
    """Whether a file's ending names a format that is read here."""
    kind, compression = ending(path)
    return kind in (TEXT_ENDINGS if compression else ENDINGS)


@dataclass(frozen=True)
class TextOptions:
    """How files of text are read: `types` and `like` of their columns, and the `delimiter` of CSV."""

    types: Mapping[str, Any] = field(default_factory=dict)
    like: pa.Schema = field(default_factory=lambda: pa.schema([]))
    delimiter: str | None = None

    @property
    def of_csv(self) -> bool:
        """Whether there is something that only CSV files can be told."""
        return bool(self.types) or self.delimiter is not None


def files_of(source: Any, options: TextOptions) -> list[FileReader]:
    """Return the readers of the files that a source names.

    Raises:
        InvalidDataError: a file or folder is not there, or holds nothing that is known.
        InvalidOptionError: `types` or `delimiter` cannot be used.
    """
    paths = [path for each in _listed(source) for path in _found(each)]
    readers = [_folder_or_file(path, options) for path in paths]
    files = [reader for group in readers for reader in group]
    if options.of_csv and not any(isinstance(file, Delimited) for file in files):
        raise InvalidOptionError("types and delimiter are for CSV and TSV files; the others say their types themselves")
    return files


def _listed(source: Any) -> list[str]:
    return [os.fspath(source)] if isinstance(source, str | os.PathLike) else [os.fspath(each) for each in source]


def _found(name: str) -> list[Path]:
    path = expanded(name.removeprefix("file://"))
    if path.exists():
        return [path]
    if any(letter in name for letter in WILD):
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        if not matches:
            raise InvalidDataError(f"no file matches {name}")
        return [Path(match) for match in matches]
    raise InvalidDataError(f"there is no file {name}")


def _folder_or_file(path: Path, options: TextOptions) -> list[FileReader]:
    if not path.is_dir():
        return [_file(path, options)]
    images = pictures_in(path)
    data = sorted(each for each in path.iterdir() if each.is_file() and is_known(each))
    if images and data:
        raise InvalidDataError(
            f"the folder {path.name} holds images and files of rows ({listing([each.name for each in data])}); name "
            "the files, or, where they have a column of image paths, give images= that column"
        )
    if images:
        return [Pictures(path, images)]
    if not data:
        raise InvalidDataError(
            f"the folder {path.name} holds no images ({', '.join(sorted(IMAGE_ENDINGS))}) and no files of rows "
            f"({', '.join(ENDINGS)})"
        )
    return [_file(each, options) for each in data]


def _file(path: Path, options: TextOptions) -> FileReader:
    if not path.is_file():
        raise InvalidDataError(f"there is no file {path}")
    if not is_known(path):
        raise InvalidDataError(
            f"{path.name}: files ending in {''.join(path.suffixes[-2:])!r} are not known; use {', '.join(ENDINGS)}; "
            f"text may be compressed ({', '.join(COMPRESSIONS)})"
        )
    kind, _ = ending(path)
    if kind in DELIMITERS:
        return Delimited(path, _delimiter(options.delimiter) or DELIMITERS[kind], _types(options.types), options.like)
    if kind in JSONS:
        return JSONS[kind](path, options.like)
    return OTHERS[kind](path)


def _delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or not delimiter.isascii()):
        raise InvalidOptionError(f"delimiter={delimiter!r}: it must be one character, such as ';'")
    return delimiter


def _types(types: Mapping[str, Any]) -> dict[str, pa.DataType]:
    found = {}
    for name, kind in types.items():
        try:
            found[name] = kind if isinstance(kind, pa.DataType) else pa.type_for_alias(kind)
        except (ValueError, TypeError) as error:
            raise InvalidOptionError(
                f"types: {name!r} is to be {kind!r}, which is no type; use 'string', 'int64', 'float64', 'bool', "
                "'date32', or a pyarrow type"
            ) from error
    return found
