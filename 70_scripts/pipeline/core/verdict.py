"""What CI said of a commit, read from the runs that GitHub lists.

The words are GitHub's: https://docs.github.com/en/rest/actions/workflow-runs
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.sha import Sha

# The job that sums the others up is no reason of its own.
GATE = "Summary"
UNFINISHED = ("requested", "queued", "waiting", "pending", "in_progress")


class Verdict(StrEnum):
    """What CI said of a SHA."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a run; ``conclusion`` is empty until it has ended."""

    name: str
    conclusion: str
    url: str
    id: int = 0

    @property
    def is_failed(self) -> bool:
        """Tell whether the job ended in failure."""
        return self.conclusion == "failure"


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of one workflow run, as GitHub lists it."""

    id: int
    attempt: int
    sha: str
    event: str
    path: str
    status: str
    conclusion: str
    url: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, why, and the run that it was read from.

    ``is_unheard`` where GitHub could not be asked; ``log`` is the end of the failed
    job's log, safe to be shown.
    """

    verdict: Verdict
    reason: str
    run: Run | None = None
    jobs: tuple[Job, ...] = ()
    is_unheard: bool = False
    log: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Tell whether there is nothing to wait for."""
        return self.verdict is not Verdict.PENDING

    @property
    def is_running(self) -> bool:
        """Tell whether GitHub says that the run has begun, or will, and not ended."""
        has_run = self.run is not None and self.run.status in UNFINISHED
        return has_run and not self.is_final


def standing(judgement: Judgement, *, has_passed: bool) -> Judgement:
    """Return what a final judgement counts for: a SHA that ever passed has passed."""
    if judgement.verdict is Verdict.PASSED or not has_passed:
        return judgement
    reason = f"CI passed before; now: {judgement.reason}"
    return Judgement(Verdict.PASSED, reason, judgement.run)


def deciding_run(runs: Iterable[Run], sha: Sha, workflow: str) -> Run | None:
    """Pick the newest attempt of the workflow's newest push run of exactly this SHA.

    Whatever was asked of GitHub, each answer is checked again here: a filter that
    was ignored must not lend one commit the verdict of another.
    """
    path = f".github/workflows/{workflow}"
    mine = [
        run
        for run in runs
        if run.sha == sha and run.event == "push" and run.path.split("@")[0] == path
    ]
    return max(mine, key=lambda run: (run.id, run.attempt), default=None)


def judge(run: Run | None, jobs: Iterable[Job], gate_jobs: Iterable[str]) -> Judgement:
    """Read the verdict of a run; unknown words are ``none``, never ``passed``.

    Args:
        run: the deciding run, None while GitHub lists none.
        jobs: its jobs as far as known.
        gate_jobs: names of the jobs whose failure decides before the run has ended.
    """
    if run is None:
        return Judgement(Verdict.PENDING, "no CI run is listed yet")
    failed = tuple(job for job in jobs if job.is_failed)
    if run.status != "completed":
        return _judge_unfinished(run, failed, frozenset(gate_jobs))
    if not run.conclusion:
        return Judgement(
            Verdict.PENDING, "CI has ended, its conclusion is awaited", run
        )
    if run.conclusion == "success":
        return Judgement(Verdict.PASSED, "CI passed", run)
    if run.conclusion == "failure":
        failed = tuple(job for job in failed if job.name != GATE) or failed
        names = ", ".join(job.name for job in failed)
        reason = f"CI failed: {names}" if names else "CI failed"
        return Judgement(Verdict.FAILED, reason, run, failed)
    return Judgement(Verdict.NONE, f"CI concluded {run.conclusion!r}", run)


def _judge_unfinished(
    run: Run, failed: tuple[Job, ...], gate_jobs: frozenset[str]
) -> Judgement:
    deciding = tuple(job for job in failed if job.name in gate_jobs)
    if deciding:
        names = ", ".join(job.name for job in deciding)
        return Judgement(Verdict.FAILED, f"CI failed: {names}", run, deciding)
    return Judgement(Verdict.PENDING, f"CI is {run.status}", run)
