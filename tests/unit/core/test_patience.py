"""What a judgement counts for as a deployment grows old."""

import pytest
from pipeline.core.patience import Patience, counted
from pipeline.core.verdict import Judgement, Run, Verdict

from tests.unit.specimens import a_run

PATIENCE = Patience(300, 1800)
PASSED = Judgement(Verdict.PASSED, "CI passed", a_run())
ABSENT = Judgement(Verdict.PENDING, "no CI run is listed yet")
UNHEARD = Judgement(Verdict.PENDING, "GitHub unreachable", is_unheard=True)


def a_pending(status: str) -> Judgement:
    """Return what is said of a run that has not ended."""
    run: Run = a_run(status=status, conclusion="")
    return Judgement(Verdict.PENDING, f"CI is {status}", run)


@pytest.mark.parametrize("age", [0.0, 299.0, 300.0, 1800.0, 1e9])
def test_a_final_one_counts_for_itself(age: float) -> None:
    """A verdict is a verdict, however late."""
    assert counted(PASSED, age, PATIENCE) is PASSED


@pytest.mark.parametrize("seen", [ABSENT, UNHEARD, a_pending("teleporting")])
def test_absence_and_silence_end_at_the_deadline(seen: Judgement) -> None:
    """Nothing listed, nothing heard, or a status that nobody knows."""
    assert counted(seen, 299, PATIENCE) is seen
    late = counted(seen, 300, PATIENCE)
    assert late.verdict is Verdict.NONE
    assert late.reason == f"no verdict after 300 s: {seen.reason}"


@pytest.mark.parametrize(
    "status", ["requested", "queued", "waiting", "pending", "in_progress"]
)
def test_what_runs_is_waited_for(status: str) -> None:
    """A run that GitHub says is in progress has the longer time, and no more."""
    seen = a_pending(status)
    assert counted(seen, 1799, PATIENCE) is seen
    late = counted(seen, 1800, PATIENCE)
    assert late.verdict is Verdict.NONE
    assert late.reason == f"no verdict after 1800 s: CI is {status}"


def test_silence_after_it_was_running_is_not_its_end() -> None:
    """GitHub that cannot be asked for a while takes no time from a long run."""
    assert counted(UNHEARD, 1799, PATIENCE, was_running=True) is UNHEARD
    assert counted(UNHEARD, 1800, PATIENCE, was_running=True).verdict is Verdict.NONE
    assert counted(ABSENT, 300, PATIENCE, was_running=True).verdict is Verdict.NONE


def test_a_deadline_beyond_the_patience_is_kept() -> None:
    """Whoever waits longer for everything waits so long for what runs, too."""
    seen, longer = a_pending("queued"), Patience(600, 60)
    assert counted(seen, 599, longer) is seen
    assert "after 600 s" in counted(seen, 600, longer).reason


@pytest.mark.parametrize(
    ("deadline", "age", "used"),
    [(300, 0, 0), (300, 100, 100), (300, 299, 240), (300, 1e9, 240), (6, 100, 0)],
)
def test_every_watcher_has_a_last_minute(
    deadline: float, age: float, used: float
) -> None:
    """However late it starts, it may look for a minute, if the deadline is so long."""
    assert Patience(deadline, 1800).used(age) == used
