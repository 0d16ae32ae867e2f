"""The health watch: chance is not an outage, an outage is one alert, in a minute."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.config import Config
from pipeline.core.alerts import duration
from pipeline.core import alerts
from pipeline.core.availability import (
    SIGN_OF_LIFE,
    Observation,
    Sighting,
    Vantage,
    confirmed,
    consequence,
)

from tests.unit.configuration import document
from tests.unit.specimens import HOSTILE
from tests.unit.tripwire import REPOSITORY

SETTINGS = Config.model_validate(document({"paths.root": "/srv/root"}))
TIMER = REPOSITORY / "70_scripts/systemd/mangetamain-health.timer"
PERIOD = int(re.findall(r"^OnCalendar=.*:00/(\d+)$", TIMER.read_text(), re.M)[0])
PROBES, PER_HOUR = 10_000, 60
START_UP = 2.0
FAILURE_RATE = 0.02


@dataclass(slots=True)
class Watch:
    """A watch over one environment, as the journal would keep it."""

    last: Observation | None = None
    kept: int = 0

    def sees(self, is_up: bool, now: float) -> bool:
        """Take one look in; return whether people are alerted."""
        follows = consequence(self.last, is_up, now)
        if follows.is_kept:
            self.last = Observation(is_up, now)
            self.kept += 1
        return follows.is_alert


def by_chance(dice: random.Random) -> Callable[[], str]:
    """Return a look at a service that fails in 2 % of all requests."""
    return lambda: "HTTP 500" if dice.random() < FAILURE_RATE else ""


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("checks", [1, 2])
def test_chance_alerts_in_less_than_one_percent_of_hours(
    seed: int, checks: int
) -> None:
    """10,000 probes of a service with 2 % random failures: < 1 % of hours alert."""
    look, watch = by_chance(random.Random(seed)), Watch()
    attempts = SETTINGS.monitoring.attempts
    hours = set()
    for probe in range(PROBES):
        problems = (confirmed(look, attempts, lambda: None) for _ in range(checks))
        if watch.sees(not any(problems), probe * 60.0):
            hours.add(probe // PER_HOUR)
    assert len(hours) < PROBES / PER_HOUR / 100


def test_without_repeating_every_hour_would_alert() -> None:
    """The test above can fail: a single look alerts in most of the hours."""
    look, watch, hours = by_chance(random.Random(1)), Watch(), set()
    for probe in range(PROBES):
        if watch.sees(not confirmed(look, 1, lambda: None), probe * 60.0):
            hours.add(probe // PER_HOUR)
    assert len(hours) > PROBES / PER_HOUR / 2


@pytest.mark.parametrize("phase", range(PERIOD))
@pytest.mark.parametrize("each_look", [0.0, SETTINGS.health.probe_timeout])
def test_outage_is_alerted_within_a_minute(phase: int, each_look: float) -> None:
    """Two minutes of outage, whenever they begin, refused or hanging: one alert.

    Time is counted, not waited for: the timer's period, a script's start, each look's
    timeout and the pauses between looks, all as shipped.
    """
    begin, end = 600.0 + phase, 720.0 + phase
    watch, alerted, free_at = Watch(), [], 0.0
    for elapse in range(0, 1200, PERIOD):
        if elapse < free_at:
            continue  # The service still runs; systemd does not start it twice.
        now = elapse + START_UP
        problem = ""
        for attempt in range(SETTINGS.monitoring.attempts):
            now += SETTINGS.monitoring.pause if attempt else 0
            problem = "down" if begin <= now < end else ""
            if not problem:
                break
            now += each_look
        free_at = now
        if watch.sees(not problem, now):
            alerted.append(now)
    assert len(alerted) == 1
    assert begin < alerted[0] <= begin + 60
    assert watch.last and watch.last.is_up


@given(some.lists(some.booleans(), max_size=60), some.floats(1, 1000))
def test_one_alert_per_outage(sights: list[bool], step: float) -> None:
    """Each run of bad looks is one alert, and every change is kept."""
    watch = Watch()
    alerts_seen = [watch.sees(is_up, n * step) for n, is_up in enumerate(sights)]
    begins = [not is_up and (n == 0 or sights[n - 1]) for n, is_up in enumerate(sights)]
    assert alerts_seen == begins
    if sights:
        assert watch.last and watch.last.is_up == sights[-1]


def test_a_year_of_probes_stays_small() -> None:
    """Three looks a minute for a week are some two thousand rows, evenly spread."""
    watch = Watch()
    for number in range(7 * 24 * 60 * 3):
        watch.sees(True, number * 20.0)
    assert watch.kept == 7 * 24 * 3600 / SIGN_OF_LIFE


def test_a_clock_set_back_silences_nothing() -> None:
    """After the clock was set back, looks are kept again at once."""
    assert consequence(Observation(True, 1000.0), True, 10.0).is_kept


@pytest.mark.parametrize("hostile", HOSTILE)
def test_alert_says_what_was_seen(hostile: str) -> None:
    """The alert has place, reason and address on lines of their own, as text."""
    seen = Sighting("prod", "https://x.invalid", Vantage.OUTSIDE, False, hostile)
    notice = alerts.down(seen, 3)
    lines = notice.text.splitlines()
    assert notice.is_alert and len(lines) == 4
    assert lines[:2] == ["🔴 PROD - Down", "Seen from outside, 3 times in a row"]
    assert lines[2].startswith("Reason: ") and "<@" not in lines[2]
    assert lines[3] == "URL: https://x.invalid"
    assert len(alerts.summary([seen]).splitlines()) == 3


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (7265, "2 h 1 min"),
        (3605, "1 h 5 s"),
        (200_000, "2 d 7 h"),
    ],
)
def test_duration_in_words(seconds: float, words: str) -> None:
    """People read two units, the largest ones."""
    assert duration(seconds) == words
