"""What CI says is what happens: driven through the real scripts and watchers."""

from typing import Any

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


def test_success_validates(running: World) -> None:
    """A pushed SHA whose CI succeeded is validated and goes on serving."""
    sha = running.push("Better")
    assert running.vm.serving() == sha, "live before its verdict"
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert (running.vm.serving(), running.vm.validated()) == (sha, sha)
    assert "✅ PREPROD - Validated" in running.told()


def test_failure_rolls_back(running: World) -> None:
    """A SHA whose CI failed is replaced by the validated one, and people are told."""
    sha = running.push("Worse")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "↩️ PREPROD - Rolled back" in running.told())
    assert f"Serving {running.good[:7]} again" in running.told()


@pytest.mark.parametrize("conclusion", NO_VERDICT)
def test_no_verdict_rolls_back_and_is_named(running: World, conclusion: str) -> None:
    """Any other conclusion is no verdict: rolled back, and named as what it was."""
    sha = running.push("Undecided")
    running.ci(sha, conclusion)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    shown = conclusion.replace("_", r"\_")
    running.wait(lambda: f"CI concluded '{shown}'" in running.told())


@pytest.mark.parametrize(
    "other",
    [
        {"event": "pull_request"},
        {"event": "workflow_dispatch"},
        {"workflow": "other.yml"},
        {"listed_after": 3600.0},
    ],
)
def test_only_the_push_run_of_ci_counts(running: World, other: dict[str, Any]) -> None:
    """A run of another event or workflow, or one not listed yet, is not a verdict."""
    sha = running.push("Judged elsewhere")
    running.ci(sha, **other)
    assert running.end(sha) == "rolled back"
    assert running.vm.validated() == running.good


def test_late_success_rolls_forward(running: World) -> None:
    """A passing re-run of a rolled-back SHA puts it back, validated."""
    sha = running.push("Flaky")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    run = running.github.runs(sha)[0]
    running.ci(sha, "success", run_id=run.id, attempt=2)
    running.vm.script("settle", "preprod", "--sha", sha)
    assert running.vm.serving() == running.vm.validated() == sha
    assert "⏩ PREPROD - Rolled forward" in running.told()


def test_github_down_is_named(running: World) -> None:
    """Where GitHub cannot be reached there is no verdict, and the notice says why."""
    sha = running.vm.push("Out of sight")
    running.github.refuse_connections()
    running.deploy(sha)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.good
    running.wait(lambda: "GitHub unreachable" in running.told())


def test_settling_twice_changes_nothing(running: World) -> None:
    """A verdict that is settled again makes no deployment and no notice."""
    sha = running.push("Once")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    before = (running.vm.ends(), running.vm.notices())
    running.vm.script("settle", "preprod", "--sha", sha, code=5)
    assert (running.vm.ends(), running.vm.notices()) == before
