"""Which rows a dataset has now: one small file, replaced at once, that decides what is visible."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace

from localatlas.errors import StorageError

__all__ = ["HEAD_NAME", "Head"]

HEAD_NAME = "HEAD.json"
FORMAT = 1


@dataclass(frozen=True)
class Head:
    """The state of a dataset's rows.

    A change of rows may take several Lance commits (new columns, a deletion, an append). None of them is seen before
    this file names the last one, so that a process that dies between them leaves no trace.

    Attributes:
        incarnation: the folder of this dataset; a dataset that is deleted and made again gets another.
        version: the version that readers know; 0 before the first append.
        physical: the Lance version with the same rows, which merging and indexing move on.
        next_position: the smallest integer above every `_position_index` ever used.
        moved: the Lance version of an older version, where it differs.
    """

    incarnation: str
    version: int = 0
    physical: int = 0
    next_position: int = 0
    moved: dict[int, int] = field(default_factory=dict)

    def physical_of(self, version: int) -> int:
        """Return the Lance version that holds the rows of `version`."""
        return self.physical if version == self.version else self.moved.get(version, version)

    def changed(self, physical: int, next_position: int) -> Head:
        """Return the state after a change of rows that ended in the Lance version `physical`."""
        moved = {**self.moved, self.version: self.physical} if self.physical != self.version else self.moved
        return replace(self, version=physical, physical=physical, next_position=next_position, moved=moved)

    def to_bytes(self) -> bytes:
        """Return the state as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Head:
        """Read what `to_bytes` wrote. Raises StorageError."""
        try:
            record = json.loads(data)
            if record.pop("format") != FORMAT:
                message = f"the dataset was written by a newer atlas-plugin-lance; upgrade it to read {HEAD_NAME}"
                raise StorageError(message)
            record["moved"] = {int(key): value for key, value in record["moved"].items()}
            return Head(**record)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{HEAD_NAME} is damaged ({error}); restore it from a backup of the home"
            raise StorageError(message) from error
