"""What CI says is what happens: driven through the real scripts and watchers."""

import pytest

from tests.sandbox.world import World

NO_VERDICT = (
    "cancelled",
    "timed_out",
    "startup_failure",
    "action_required",
    "skipped",
    "neutral",
    "stale",
    "a_word_never_seen_before",
)
UNKNOWN = {"a_word_never_seen_before": "a conclusion never seen before"}


@pytest.mark.fault("verdicts", "success")
def test_success_validates(running: World) -> None:
    """A pushed SHA whose CI succeeded is validated and goes on serving."""
    sha = running.push("Better")
    assert running.vm.serving() == sha, "live before its verdict"
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert (running.vm.serving(), running.vm.validated()) == (sha, sha)
    running.wait(lambda: "✅ PREPROD - Validated" in running.told())


@pytest.mark.fault("verdicts", "failure")
def test_failure_rolls_back(running: World) -> None:
    """A SHA whose CI failed is replaced by the validated one, and people are told."""
    sha = running.push("Worse")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "↩️ PREPROD - Rolled back" in running.told())
    assert f"Serving {running.good[:7]} again" in running.told()


@pytest.mark.parametrize(
    "conclusion",
    [
        pytest.param(word, marks=pytest.mark.fault("verdicts", UNKNOWN.get(word, word)))
        for word in NO_VERDICT
    ],
)
def test_no_verdict_rolls_back_and_is_named(running: World, conclusion: str) -> None:
    """Any other conclusion is no verdict: rolled back, and named as what it was."""
    sha = running.push("Undecided")
    running.ci(sha, conclusion)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    shown = conclusion.replace("_", r"\_")
    running.wait(lambda: f"CI concluded '{shown}'" in running.told())


@pytest.mark.fault("verdicts", "a status never seen before")
def test_an_unknown_status_is_waited_for(running: World) -> None:
    """A status that nobody knows is not over: waited for, then no verdict."""
    running.vm.configure(ci={"deadline": 1})
    sha = running.push("Beamed")
    running.ci(sha, status="teleporting")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "CI is teleporting" in running.told())


def test_settling_twice_changes_nothing(running: World) -> None:
    """A verdict that is settled again makes no deployment and no notice."""
    sha = running.push("Once")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    before = (running.vm.ends(), running.vm.notices())
    running.vm.script("settle", "preprod", "--sha", sha, code=5)
    assert (running.vm.ends(), running.vm.notices()) == before
