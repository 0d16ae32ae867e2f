"""The verdict: only what GitHub said of exactly this commit, in GitHub's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.core.verdict import (
    Job,
    Judgement,
    Run,
    Verdict,
    deciding_run,
    judge,
    standing,
)

from tests.unit.specimens import A, B, a_run

WORKFLOW = "ci.yml"
GATE = ("Quality", "Preprod tests")
UNFINISHED = ("requested", "queued", "pending", "waiting", "in_progress", "unheard_of")
FINAL = {
    "success": Verdict.PASSED,
    "failure": Verdict.FAILED,
    "cancelled": Verdict.NONE,
    "skipped": Verdict.NONE,
    "neutral": Verdict.NONE,
    "stale": Verdict.NONE,
    "timed_out": Verdict.NONE,
    "action_required": Verdict.NONE,
    "startup_failure": Verdict.NONE,
    "SUCCESS": Verdict.NONE,
    "unheard_of": Verdict.NONE,
}


def verdict_of(*runs: Run) -> Judgement:
    """Judge commit A by these runs."""
    return judge(deciding_run(runs, A, WORKFLOW), (), GATE)


def job(name: str, conclusion: str) -> Job:
    """Return a job of that conclusion."""
    return Job(name, conclusion, f"https://example.invalid/{name}")


@pytest.mark.parametrize(("conclusion", "verdict"), FINAL.items())
def test_conclusion_decides(conclusion: str, verdict: Verdict) -> None:
    """Of all final words only success passes, and only failure fails."""
    judgement = verdict_of(a_run(conclusion=conclusion))
    assert (judgement.verdict, judgement.is_final) == (verdict, True)


def test_an_end_without_a_conclusion_is_no_end() -> None:
    """GitHub shows for a moment that a run has completed, and not yet how."""
    judgement = verdict_of(a_run(status="completed", conclusion=""))
    assert (judgement.verdict, judgement.is_running) == (Verdict.PENDING, False)


@pytest.mark.parametrize("status", UNFINISHED)
@pytest.mark.parametrize("conclusion", ["", "success", "failure"])
def test_unfinished_is_pending(status: str, conclusion: str) -> None:
    """Until GitHub says completed there is no verdict, whatever else it says."""
    judgement = verdict_of(a_run(status=status, conclusion=conclusion))
    assert (judgement.verdict, judgement.is_final) == (Verdict.PENDING, False)


@pytest.mark.parametrize(
    "run",
    [
        a_run(sha=B),
        a_run(sha=A[:7]),
        a_run(sha=""),
        a_run(sha=A.upper()),
        a_run(event="pull_request"),
        a_run(event="workflow_dispatch"),
        a_run(path=".github/workflows/other.yml"),
        a_run(path=".github/workflows/not-ci.yml"),
        a_run(path="ci.yml"),
    ],
    ids=lambda run: f"{run.sha[:8]}-{run.event}-{run.path}",
)
def test_foreign_run_decides_nothing(run: Run) -> None:
    """A success of another commit, event or workflow is not a success of this one."""
    assert verdict_of(run).verdict is Verdict.PENDING


def test_path_with_ref_is_the_workflow() -> None:
    """GitHub may list the path with the ref that it was read from."""
    assert verdict_of(a_run(path=".github/workflows/ci.yml@main")).verdict == "passed"


def test_no_run_yet_is_pending() -> None:
    """A run that is not listed yet is waited for."""
    assert verdict_of().verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ({"attempt": 1}, {"attempt": 2, "conclusion": "failure"}, Verdict.FAILED),
        ({"attempt": 1, "conclusion": "failure"}, {"attempt": 2}, Verdict.PASSED),
        ({"attempt": 1}, {"attempt": 2, "status": "queued"}, Verdict.PENDING),
        ({"id": 1, "attempt": 3}, {"id": 2, "conclusion": "failure"}, Verdict.FAILED),
        ({"id": 1, "conclusion": "cancelled"}, {"id": 2}, Verdict.PASSED),
    ],
)
@pytest.mark.parametrize("is_listed_backwards", [False, True])
def test_newest_attempt_counts(
    old: dict[str, str | int],
    new: dict[str, str | int],
    verdict: Verdict,
    is_listed_backwards: bool,
) -> None:
    """A re-run, or a newer run of the same commit, replaces what was said before."""
    runs = [a_run(**old), a_run(**new)]  # type: ignore[arg-type]
    judgement = verdict_of(*(reversed(runs) if is_listed_backwards else runs))
    assert judgement.verdict is verdict


def test_failed_gate_job_decides_early() -> None:
    """A failed job that the gate needs is a failure before the run has ended."""
    broken, good = job("Quality", "failure"), job("Preprod tests", "success")
    judgement = judge(a_run(status="in_progress"), (broken, good), GATE)
    assert judgement.verdict is Verdict.FAILED
    assert judgement.jobs == (broken,)
    assert "Quality" in judgement.reason


@pytest.mark.parametrize(
    "jobs",
    [
        [job("Nightly", "failure")],
        [job("quality", "failure")],
        [job("Quality", "cancelled"), job("Preprod tests", "timed_out")],
        [job("Quality", "success"), job("Preprod tests", "success")],
        [job("Quality", "")],
    ],
)
def test_other_jobs_decide_nothing_early(jobs: list[Job]) -> None:
    """While a run goes on, nothing but a gate job's failure decides."""
    run = a_run(status="in_progress", conclusion="")
    assert judge(run, jobs, GATE).verdict is Verdict.PENDING


def test_failure_names_its_jobs() -> None:
    """People are told which jobs failed, the gate's or not, and of which run."""
    failed = (job("Quality", "failure"), job("Docs", "failure"))
    run = a_run(conclusion="failure")
    judgement = judge(run, (*failed, job("Other", "success")), GATE)
    assert judgement == Judgement(
        Verdict.FAILED, "CI failed: Quality, Docs", run, failed
    )


any_run = some.builds(
    a_run,
    sha=some.sampled_from([A, B, A[:7], ""]),
    status=some.sampled_from(["completed", *UNFINISHED]),
    conclusion=some.sampled_from(sorted(FINAL)),
    id=some.integers(1, 4),
    attempt=some.integers(1, 3),
    event=some.sampled_from(["push", "pull_request"]),
    path=some.sampled_from([".github/workflows/ci.yml", ".github/workflows/cd.yml"]),
)
any_job = some.builds(
    job, some.sampled_from([*GATE, "Docs"]), some.sampled_from(sorted(FINAL))
)


@given(some.lists(any_run, max_size=6), some.lists(any_job, max_size=3))
def test_passed_needs_the_newest_success(runs: list[Run], jobs: list[Job]) -> None:
    """Nothing passes unless the newest push run of this very commit succeeded."""
    judgement = judge(deciding_run(runs, A, WORKFLOW), jobs, GATE)
    mine = [
        run
        for run in runs
        if (run.sha, run.event, run.path) == (A, "push", ".github/workflows/ci.yml")
    ]
    newest = max(((run.id, run.attempt) for run in mine), default=None)
    if judgement.verdict is Verdict.PASSED:
        assert judgement.run in mine
        assert (judgement.run.id, judgement.run.attempt) == newest
        assert (judgement.run.status, judgement.run.conclusion) == (
            "completed",
            "success",
        )


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.NONE])
def test_what_has_passed_has_passed(verdict: Verdict) -> None:
    """A later word counts only where CI never passed; it is told in any case."""
    later = Judgement(verdict, "CI failed: Quality", a_run(A))
    assert standing(later, has_passed=False) is later
    known = standing(later, has_passed=True)
    assert known.verdict is Verdict.PASSED
    assert known.reason == "CI passed before; now: CI failed: Quality"
