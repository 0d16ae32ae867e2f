"""Waiting for a verdict: bounded, paced as GitHub asks, never without an end."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict, deciding_run, judge
from pipeline.effects.clock import Clock
from pipeline.gateways.github import GitHub, GitHubUnavailable


@dataclass(frozen=True, slots=True)
class Watch:
    """How a verdict is waited for; durations in seconds."""

    github: GitHub
    workflow: str
    gate_jobs: tuple[str, ...]
    interval: float
    deadline: float


def look(watch: Watch, sha: Sha) -> Judgement:
    """Ask once what CI says of a SHA.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer.
    """
    runs = watch.github.runs(sha, watch.workflow)
    run = deciding_run(runs, sha, watch.workflow)
    is_worth_asking = run is not None and (
        run.status == "in_progress" or run.conclusion == "failure"
    )
    jobs = watch.github.jobs(run) if run and is_worth_asking else []
    return judge(run, jobs, watch.gate_jobs)


def await_verdict(
    watch: Watch, sha: Sha, clock: Clock, say: Callable[[str], None]
) -> Judgement:
    """Look at once and again until the verdict is final or the deadline has passed.

    Returns:
        A final judgement; ``none`` where none came in time.
    """
    start = clock.monotonic()
    while True:
        judgement = _look_safely(watch, sha)
        elapsed = clock.monotonic() - start
        say(f"[{elapsed:5.1f} s] {sha.short}: {judgement.verdict}: {judgement.reason}")
        if judgement.is_final:
            return judgement
        left = max(watch.deadline - elapsed, 0.0)
        wait = max(watch.interval, watch.github.pause())
        clock.sleep(min(wait, left))
        if wait > left:
            reason = f"no verdict after {watch.deadline:g} s: {judgement.reason}"
            return Judgement(Verdict.NONE, reason, judgement.run)


def _look_safely(watch: Watch, sha: Sha) -> Judgement:
    try:
        return look(watch, sha)
    except GitHubUnavailable as trouble:
        return Judgement(Verdict.PENDING, str(trouble))
