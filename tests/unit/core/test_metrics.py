"""Figures: what is counted, what is left out, what nobody can know."""

import pytest
from pipeline.core.deployment import Kind, Outcome
from pipeline.core.metrics import Duration, Ended, metrics, uptime
from pipeline.core.availability import SIGN_OF_LIFE, Observation

DEPLOY, ROLLBACK = Kind.DEPLOY, Kind.ROLLBACK


def test_durations_are_the_middle_and_what_19_of_20_stay_below() -> None:
    """Those that never served are counted as deployments, not as durations."""
    ended = [Ended(DEPLOY, Outcome.VALIDATED, float(n), 2.0 * n) for n in range(1, 101)]
    found = metrics("preprod", [*ended, Ended(DEPLOY, None)], [], 0.0, 1.0)
    assert found.to_live == Duration(100, 50.5, 95.0)
    assert found.to_verdict == Duration(100, 101.0, 190.0)
    assert (found.deployments, found.ends) == (101, {"validated": 100, "open": 1})


def test_rollbacks_succeed_or_fail_or_are_under_way() -> None:
    """Only those that are over count; a roll forward is no rollback."""
    ended = [
        Ended(ROLLBACK, None, 3.0),
        Ended(ROLLBACK, Outcome.SUPERSEDED, 5.0),
        Ended(ROLLBACK, Outcome.FAILED),
        Ended(ROLLBACK, None),
        Ended(Kind.ROLL_FORWARD, Outcome.VALIDATED, 1.0),
    ]
    found = metrics("preprod", ended, [], 0.0, 1.0)
    assert (found.rollbacks, found.deployments) == (4, 0)
    assert found.rollback_success == pytest.approx(2 / 3)
    assert found.to_roll_back == Duration(2, 4.0, 5.0)


def test_false_positives_are_what_passed_after_all() -> None:
    """Of two that were rolled back, one passed later; nothing rolled back: no rate."""
    late = Ended(DEPLOY, Outcome.ROLLED_BACK, 1.0, 9.0, has_passed_later=True)
    red = Ended(DEPLOY, Outcome.ROLLED_BACK, 1.0, 9.0)
    found = metrics("preprod", [late, red], [], 0.0, 1.0)
    assert (found.false_positives, found.false_positive_rate) == (1, 0.5)
    assert metrics("preprod", [], [], 0.0, 1.0).false_positive_rate is None


def test_uptime_is_a_share_of_what_was_watched() -> None:
    """A gap is not watched; an outage before the stretch counts from its beginning."""
    gap = 2 * SIGN_OF_LIFE
    seen = [
        Observation(False, 900.0),
        Observation(True, 1_050.0),
        Observation(False, 1_150.0),
        Observation(False, 1_250.0),
        Observation(True, 1_400.0),
        Observation(True, 10_000.0),
    ]
    found = uptime(seen, 1_000.0, 10_100.0)
    assert found.watched == pytest.approx(50 + 100 + 250 + gap + 100)
    assert found.share == pytest.approx((100 + gap + 100) / found.watched)
    assert (found.outages, found.longest_outage) == (2, 250.0)


def test_where_nobody_looked_nothing_is_known() -> None:
    """No observation is neither up nor down."""
    assert uptime([], 0.0, 10.0).share is None
