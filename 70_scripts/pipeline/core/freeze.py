"""When production should be left alone: windows of the week, in a place's own time.

A window begins and ends at a wall clock's reading, whatever the clocks did in between:
one from Friday 16:00 to Monday 08:00 is an hour shorter in a weekend in March.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
MINUTES_A_DAY = 24 * 60


class FreezeAction(StrEnum):
    """What a window in force leads to."""

    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A minute of the week, counted from Monday 00:00."""

    minute: int

    @classmethod
    def parse(cls, text: str) -> "WeekTime":
        """Read a text such as ``Friday 16:00``.

        Raises:
            ValueError: it is none.
        """
        day, _, clock = text.partition(" ")
        try:
            time = datetime.strptime(clock, "%H:%M")
            place = WEEKDAYS.index(day)
        except ValueError:
            raise ValueError(f"{text[:40]!r} is no time like 'Friday 16:00'") from None
        return cls(place * MINUTES_A_DAY + time.hour * 60 + time.minute)

    def __str__(self) -> str:
        """Return the text that it is read from."""
        day, minute = divmod(self.minute, MINUTES_A_DAY)
        return f"{WEEKDAYS[day]} {minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class FreezeWindow:
    """From ``start``, included, to ``end``, excluded, every week.

    One that ends before it starts goes over the turn of the week.
    """

    start: WeekTime
    end: WeekTime
    zone: ZoneInfo
    action: FreezeAction

    def has(self, moment: datetime) -> bool:
        """Tell whether an aware time lies in the window."""
        local = moment.astimezone(self.zone)
        minute = local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute
        if self.start < self.end:
            return self.start.minute <= minute < self.end.minute
        return minute >= self.start.minute or minute < self.end.minute

    def __str__(self) -> str:
        """Return the window in words."""
        return f"{self.start} to {self.end} ({self.zone.key})"


def window_in_force(
    moment: datetime, windows: Iterable[FreezeWindow]
) -> FreezeWindow | None:
    """Return the window that an aware time lies in, one that refuses first.

    Raises:
        ValueError: the time does not say where it is meant.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without its zone says nothing about a freeze")
    found = [window for window in windows if window.has(moment)]
    refusing = [window for window in found if window.action is FreezeAction.REFUSE]
    return next(iter((*refusing, *found)), None)
