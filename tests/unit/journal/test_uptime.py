"""The watch's record: one alert per outage, also for two watchers at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from pipeline.core.messages import Notice
from pipeline.core.availability import SIGN_OF_LIFE, Sighting, Vantage
from pipeline.errors import ConfigurationError
from pipeline.journal.database import open_database
from pipeline.journal.writer import Journal
from pipeline.journal.uptime import Uptime

from tests.unit.clock import FakeClock

ALERT = Notice("down", is_alert=True)


def seen(problem: str = "", vantage: Vantage = Vantage.INSIDE) -> Sighting:
    """Return a sighting of prod."""
    return Sighting("prod", "https://x.invalid", vantage, not problem, problem)


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    """Return what a table holds, without ids."""
    with closing(open_database(path)) as database:
        return [tuple(row)[1:] for row in database.execute(f"SELECT * FROM {table}")]


@pytest.mark.usefixtures("journal")
def test_outage_and_recovery_are_kept(journal_file: Path, clock: FakeClock) -> None:
    """Both ends of an outage are rows, it alone is told, and once."""
    with closing(open_database(journal_file)) as database:
        observations = Uptime(database, clock)
        begins = []
        for problem in ("", "", "HTTP 502", "no answer", "HTTP 502", "", "HTTP 500"):
            begins.append(observations.record(seen(problem), ALERT))
            clock.sleep(20)
    assert begins == [False, False, True, False, False, False, True]
    kept = [row[2:4] for row in rows(journal_file, "observation")]
    assert kept == [(1, ""), (0, "HTTP 502"), (1, ""), (0, "HTTP 500")]
    assert [row[1:3] for row in rows(journal_file, "notice")] == [("down", 1)] * 2


@pytest.mark.usefixtures("journal")
def test_places_are_apart(journal_file: Path, clock: FakeClock) -> None:
    """What is seen from outside says nothing about what is seen from inside."""
    with closing(open_database(journal_file)) as database:
        observations = Uptime(database, clock)
        for vantage in Vantage:
            assert observations.record(seen("HTTP 502", vantage), ALERT)
            assert not observations.record(seen("HTTP 502", vantage), ALERT)


@pytest.mark.usefixtures("journal")
def test_signs_of_life(journal_file: Path, clock: FakeClock) -> None:
    """While nothing changes, a row every few minutes says that somebody looks."""
    with closing(open_database(journal_file)) as database:
        observations = Uptime(database, clock)
        for _ in range(91):
            observations.record(seen(), ALERT)
            clock.sleep(20)
    assert len(rows(journal_file, "observation")) == 1 + 1800 / SIGN_OF_LIFE


@pytest.mark.usefixtures("journal")
def test_two_watchers_alert_once(journal_file: Path, clock: FakeClock) -> None:
    """The timer and the workflow's job see an outage at once: it is told once."""

    def watch(_: int) -> bool:
        with closing(open_database(journal_file)) as database:
            return Uptime(database, clock).record(seen("HTTP 502"), ALERT)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(watch, range(24))) == 1
    assert len(rows(journal_file, "notice")) == 1


def test_a_sight_and_its_alert_are_one_fact(
    journal: Journal, journal_file: Path, clock: FakeClock
) -> None:
    """An outage whose alert could not be written was not seen: it is alerted later."""
    with closing(open_database(journal_file)) as database:
        observations = Uptime(database, clock)
        broken = Notice(None, is_alert=True)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError):
            observations.record(seen("HTTP 502"), broken)
        assert observations.last("prod", Vantage.INSIDE) is None
        assert observations.record(seen("HTTP 502"), ALERT)
    assert journal.deployments.newest("prod") is None
