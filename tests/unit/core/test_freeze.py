"""Freeze windows: a wall clock's week, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as some
from pipeline.config import load_config
from pipeline.core.freeze import (
    MINUTES_A_DAY,
    FreezeAction,
    FreezeWindow,
    WeekTime,
    window_in_force,
)

from tests.unit.configuration import SHIPPED

PARIS = ZoneInfo("Europe/Paris")
WEEK = 7 * MINUTES_A_DAY
minutes = some.integers(0, WEEK - 1)
zones = some.sampled_from(("Europe/Paris", "UTC", "America/St_Johns", "Asia/Kolkata"))
moments = some.datetimes(
    datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=some.just(UTC)
)


def window(start: int, end: int, zone: str = "Europe/Paris") -> FreezeWindow:
    """Return a window that warns."""
    times = (WeekTime(start), WeekTime(end))
    return FreezeWindow(*times, ZoneInfo(zone), FreezeAction.WARN)


@some.composite
def windows(draw: some.DrawFn) -> FreezeWindow:
    """Draw a window of any length, over the turn of the week or not."""
    start, end = draw(minutes), draw(minutes)
    assume(start != end)
    return window(start, end, draw(zones))


@given(moments, windows())
def test_a_window_and_its_complement_part_the_week(
    moment: datetime, given_window: FreezeWindow
) -> None:
    """Every moment lies in a window or in the one from its end to its start."""
    other = replace(given_window, start=given_window.end, end=given_window.start)
    assert given_window.has(moment) != other.has(moment)


@given(moments, windows())
def test_the_wall_clock_decides(moment: datetime, given_window: FreezeWindow) -> None:
    """Counted by hand on the local clock, minute by minute, the answer is the same."""
    local = moment.astimezone(given_window.zone)
    minute = local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute
    length = (given_window.end.minute - given_window.start.minute) % WEEK
    assert given_window.has(moment) == (
        (minute - given_window.start.minute) % WEEK < length
    )


@given(minutes, minutes)
def test_the_first_minute_is_in_and_the_end_is_not(start: int, end: int) -> None:
    """To the minute: a window has its beginning, and its end is the next one's."""
    assume(start != end)
    frozen, monday = window(start, end, "UTC"), datetime(2026, 6, 1, tzinfo=UTC)
    assert frozen.has(monday + timedelta(minutes=start))
    assert not frozen.has(monday + timedelta(minutes=end))
    assert frozen.has(monday + timedelta(minutes=(end - 1) % WEEK))


@given(moments, windows(), some.integers(-14, 14))
def test_the_same_moment_in_any_zone(
    moment: datetime, given_window: FreezeWindow, hours: int
) -> None:
    """Where the server stands makes no difference."""
    shift = timedelta(hours=hours)
    there = moment.astimezone(ZoneInfo("Pacific/Auckland"))
    assert given_window.has(there) == given_window.has(moment)
    assert given_window.has((moment + shift) - shift) == given_window.has(moment)


@given(minutes)
@example(0)
@example(WEEK - 1)
def test_texts_come_back(minute: int) -> None:
    """A time that is written out is read as the same."""
    assert WeekTime.parse(str(WeekTime(minute))) == WeekTime(minute)


@pytest.mark.parametrize(
    "text",
    ["", "Friday", "16:00", "Freitag 16:00", "friday 16:00", "Friday 24:00"]
    + ["Friday 16:60", "Friday 16h00", "Friday  16:00", "5 16:00"],
)
def test_what_is_no_time(text: str) -> None:
    """A text that is nearly a time of the week is refused by name."""
    with pytest.raises(ValueError, match="like 'Friday 16:00'"):
        WeekTime.parse(text)


SHIPPED_TIMES = {
    "2026-06-05 15:59": False,
    "2026-06-05 16:00": True,
    "2026-06-06 12:00": True,
    "2026-06-07 23:59": True,
    "2026-06-08 00:00": True,
    "2026-06-08 07:59": True,
    "2026-06-08 08:00": False,
    "2026-06-10 12:00": False,
    # The weekends in which the clocks change.
    "2026-03-27 15:59": False,
    "2026-03-27 16:00": True,
    "2026-03-29 03:30": True,
    "2026-03-30 07:59": True,
    "2026-03-30 08:00": False,
    "2026-10-23 16:00": True,
    "2026-10-26 07:59": True,
    "2026-10-26 08:00": False,
}


@pytest.mark.parametrize(("text", "is_frozen"), SHIPPED_TIMES.items())
def test_the_shipped_window(text: str, is_frozen: bool) -> None:
    """Friday 16:00 to Monday 08:00 by a clock in Paris, to the minute."""
    shipped = [each.window() for each in load_config(SHIPPED).freeze]
    moment = datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)
    found = window_in_force(moment, shipped)
    assert (found is not None) == is_frozen
    if found:
        assert found.action is FreezeAction.WARN
        assert str(found) == "Friday 16:00 to Monday 08:00 (Europe/Paris)"


def test_a_window_that_refuses_comes_first() -> None:
    """Where two windows overlap, the stricter one is named, in whatever order."""
    warning = window(0, 600)
    refusing = replace(window(300, 900), action=FreezeAction.REFUSE)
    moment = datetime(2026, 6, 1, 6, tzinfo=PARIS)
    for both in ((warning, refusing), (refusing, warning)):
        assert window_in_force(moment, both) is refusing
    assert window_in_force(moment - timedelta(hours=3), (refusing, warning)) is warning
    assert window_in_force(moment, ()) is None


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody can say whether a time without its zone is in a window."""
    with pytest.raises(ValueError, match="zone"):
        window_in_force(datetime(2026, 6, 1), ())
