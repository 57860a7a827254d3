"""Points in time as ISO 8601 text, exact to the nanosecond."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localatlas.errors import AtlasValueError

__all__ = ["Moment", "read_moment"]

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  wall-clock time: the zone is kept beside it
SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)


@dataclass(frozen=True)
class Moment:
    """A time as its clock shows it, and the clock's offset if it is known.

    Attributes:
        wall: nanoseconds since 1970 on that clock.
        offset: nanoseconds that the clock is ahead of UTC; None for a time without a zone.
        day: whether it stands for a whole day.
    """

    wall: int
    offset: int | None
    day: bool

    def first(self, zone: str | None) -> int:
        """Return its first nanosecond since 1970 as a column of this zone counts: in UTC, or on its own clock."""
        return self.wall - self._ahead(zone, self.wall, fold=0)

    def last(self, zone: str | None) -> int:
        """Return its last nanosecond likewise: that of the day for a day, else the same as the first."""
        if not self.day:
            return self.wall - self._ahead(zone, self.wall, fold=1)
        end = self.wall + DAY
        return end - self._ahead(zone, end, fold=1) - 1

    def _ahead(self, zone: str | None, wall: int, fold: int) -> int:
        """Return the offset that applies: its own, else the column's. An hour that comes twice has two (`fold`)."""
        if self.offset is not None:
            return self.offset
        return 0 if zone is None else _offset(zone, wall, fold)


def read_moment(text: str) -> Moment:
    """Read a date, or a date and time with or without a zone. Raises AtlasValueError."""
    found = SHAPE.fullmatch(text.strip())
    problem = f"{text!r} is no date (2024-01-31) or time (2024-01-31T10:00:00, with a zone: …+01:00 or …Z)"
    if found is None:
        raise AtlasValueError(problem)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        clock = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  the zone is kept beside it
    except ValueError as error:
        raise AtlasValueError(f"{problem}: {error}") from error
    wall = (clock - EPOCH) // dt.timedelta(seconds=1) * SECOND + int((found[7] or "").ljust(9, "0"))
    return Moment(wall, None if found[8] is None else _read_offset(found[8]), day=found[4] is None)


def _read_offset(text: str) -> int:
    found = OFFSET.fullmatch(text)
    if found is None:
        return 0  # Z
    seconds = 3600 * int(found[2]) + 60 * int(found[3] or 0)
    return (-seconds if found[1] == "-" else seconds) * SECOND


def _offset(zone: str, wall: int, fold: int) -> int:
    """Return how far a zone's clock is ahead of UTC when it shows `wall`, in nanoseconds."""
    if OFFSET.fullmatch(zone):
        return _read_offset(zone)
    try:
        clock = EPOCH + dt.timedelta(microseconds=wall // 1_000)
        ahead = clock.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() or dt.timedelta()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise AtlasValueError(
            f"the time zone {zone!r} is not known on this machine ({error}); write the bound with a zone, …+00:00"
        ) from error
    except OverflowError:
        # The end of the last day of the calendar.
        return 0
    return int(ahead / dt.timedelta(microseconds=1)) * 1_000
