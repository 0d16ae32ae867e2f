"""CI that is late, hidden, repeated, or never there: only its own run counts."""

from typing import Any

import pytest

from tests.sandbox.world import World

CLASS = "slow or absent CI"
# Runs of the SHA in order, and how its deployment ends.
SEVERAL: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a green pull_request beside a red push": (
        [{"conclusion": "failure"}, {"event": "pull_request"}],
        "rolled back",
    ),
    "a red pull_request beside a green push": (
        [{}, {"conclusion": "failure", "event": "pull_request"}],
        "validated",
    ),
    "a green dispatch beside a red push": (
        [{"conclusion": "failure"}, {"event": "workflow_dispatch"}],
        "rolled back",
    ),
    "a green run of another workflow": (
        [{"conclusion": "failure"}, {"workflow": "other.yml"}],
        "rolled back",
    ),
    "two push runs, the newest red": ([{}, {"conclusion": "failure"}], "rolled back"),
    "two push runs, the newest green": ([{"conclusion": "failure"}, {}], "validated"),
    "attempt 2 green": ([{"attempt": 2}], "validated"),
    "attempt 2 red": ([{"attempt": 2, "conclusion": "failure"}], "rolled back"),
}
ALONE: dict[str, dict[str, Any]] = {
    "only a pull_request run": {"event": "pull_request"},
    "only a workflow_dispatch run": {"event": "workflow_dispatch"},
    "only a run of another workflow": {"workflow": "other.yml"},
    "listed after the deadline": {"listed_after": 3600.0},
}


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault(CLASS, case)


@pytest.fixture
def hasty(running: World) -> World:
    """Give a world whose watchers wait one second."""
    running.vm.configure(ci={"deadline": 1})
    return running


def gave_up(world: World, message: str) -> str:
    """Push what nobody judges in time; return its SHA."""
    sha = world.push(message)
    assert world.end(sha) == "rolled back"
    assert world.vm.serving() == world.vm.validated() == world.good
    return sha


@pytest.mark.parametrize(
    "other", [pytest.param(ALONE[k], marks=fault(k)) for k in ALONE]
)
def test_only_the_push_run_of_ci_counts(hasty: World, other: dict[str, Any]) -> None:
    """A run of another event or workflow, or one not listed yet, is not a verdict."""
    sha = hasty.vm.push("Judged elsewhere")
    hasty.ci(sha, **other)
    hasty.deploy(sha)
    assert hasty.end(sha) == "rolled back"
    assert hasty.vm.serving() == hasty.vm.validated() == hasty.good


@fault("no run ever listed")
def test_no_run_at_all_is_named(hasty: World) -> None:
    """Where CI never starts the SHA goes, and the notice says why."""
    gave_up(hasty, "Nobody looks at it")
    hasty.wait(lambda: "no CI run is listed yet" in hasty.told())


@fault("listed late")
def test_a_run_that_is_listed_late_is_found(running: World) -> None:
    """A run that appears only a second after the deployment still decides."""
    sha = running.vm.push("Listed late")
    running.ci(sha, listed_after=1.5)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@fault("listed only beyond the first page")
def test_a_run_beyond_the_first_page_is_found(running: World) -> None:
    """The deciding run counts also where a hundred others are listed before it."""
    sha = running.vm.push("Far down")
    for _ in range(100):
        running.ci(sha, "failure")
    running.ci(sha)
    running.github.ledger.update_run(running.github.runs(sha)[0].id, created_at=0.0)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@pytest.mark.parametrize("helper", ["settle", "resume"])
@pytest.mark.parametrize("late", ["green", "red"])
@pytest.mark.fault(CLASS, "green after the deadline")
@pytest.mark.fault(CLASS, "red after the deadline")
def test_a_late_verdict_still_settles(hasty: World, late: str, helper: str) -> None:
    """After the deadline a success rolls forward, a failure changes nothing."""
    hasty.vm.keep_webhook("PIPELINE_GITHUB_TOKEN=" + hasty.github.token)
    sha = gave_up(hasty, "Slow to judge")
    hasty.ci(sha, "success" if late == "green" else "failure")
    options = ("preprod", "--sha", sha) if helper == "settle" else ()
    is_red = late == "red" and helper == "settle"
    hasty.vm.script(helper, *options, code=5 if is_red else 0)
    right = sha if late == "green" else hasty.good
    assert hasty.vm.serving() == hasty.vm.validated() == right
    assert ("Rolled forward" in hasty.told()) is (late == "green")
    assert not [end for _, _, end in hasty.vm.ends() if end is None]


@pytest.mark.parametrize(
    "runs, end", [pytest.param(*SEVERAL[k], marks=fault(k)) for k in SEVERAL]
)
def test_the_newest_attempt_of_the_push_run_counts(
    running: World, runs: list[dict[str, Any]], end: str
) -> None:
    """Of several runs of a SHA, the newest attempt of its push run of CI decides."""
    sha = running.vm.push("Judged often")
    for run in runs:
        running.ci(sha, **run)
    running.deploy(sha)
    assert running.end(sha) == end
    right = sha if end == "validated" else running.good
    assert running.vm.serving() == running.vm.validated() == right
