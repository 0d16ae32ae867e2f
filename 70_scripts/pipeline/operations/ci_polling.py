"""Waiting for a verdict: bounded, paced as GitHub asks, never without an end."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.core import log_tail
from pipeline.core.patience import Patience, counted
from pipeline.core.sha import Sha
from pipeline.core.verdict import Job, Judgement, Run, Verdict, deciding_run, judge
from pipeline.effects.clock import Clock
from pipeline.adapters.github import GitHub, GitHubUnavailable

SHARE = 3  # a watch takes at most a third of what GitHub says is left
MISSED = 3  # looks in a row that GitHub may leave unanswered while CI is running
COST = 2  # requests of a look: the runs, and the jobs of one or the unfiltered list


@dataclass(frozen=True, slots=True)
class Watch:
    """How a verdict is waited for; ``interval`` between two looks, in seconds.

    ``why_no_ci`` says why no CI comes for a commit, empty where one comes.
    """

    github: GitHub
    workflow: str
    gate_jobs: tuple[str, ...]
    interval: float
    patience: Patience
    why_no_ci: Callable[[Sha], str] = lambda _: ""


def look(watch: Watch, sha: Sha) -> Judgement:
    """Ask once what CI says of a SHA.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer.
    """
    runs = watch.github.runs(sha, watch.workflow)
    run = deciding_run(runs, sha, watch.workflow)
    if run is None and (why := watch.why_no_ci(sha)):
        # A person may still say the verdict, or run CI in another way, until the end.
        return Judgement(Verdict.PENDING, why)
    return _with_log(watch, judge(run, _jobs(watch, run), watch.gate_jobs))


def look_safely(watch: Watch, sha: Sha) -> Judgement:
    """Ask once what CI says; silence is a judgement too, and never a final one."""
    try:
        return look(watch, sha)
    except GitHubUnavailable as trouble:
        return Judgement(Verdict.PENDING, str(trouble), is_unheard=True)


def look_or_believe(watch: Watch, sha: Sha, told: Run | None) -> Judgement:
    """Ask once what CI says; where GitHub cannot say, believe what its event told.

    Args:
        watch: whom to ask.
        sha: the commit.
        told: the finished run that the event told of, if any.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer, and no event did.
    """
    mine = deciding_run([told] if told else [], sha, watch.workflow)
    try:
        seen = look(watch, sha)
    except GitHubUnavailable:
        if mine is None:
            raise
        return judge(mine, [], watch.gate_jobs)
    # What is listed may lag behind the event that tells of its end.
    lags = mine is not None and (seen.run is None or seen.run.attempt <= mine.attempt)
    return judge(mine, [], watch.gate_jobs) if lags and not seen.is_final else seen


def await_verdict(
    watch: Watch, sha: Sha, clock: Clock, say: Callable[[str], None], age: float = 0.0
) -> Judgement:
    """Look at once and again until the verdict is final or the deadline has passed.

    Args:
        watch: whom to ask.
        sha: the commit.
        clock: the time.
        say: tells each look to whoever reads the log.
        age: seconds since the deployment began: a watcher that was started again
            has what its predecessors left, and looks at least once.

    Returns:
        A final judgement, ``none`` where none came in time; or a pending one, where
        CI is still running.
    """
    start, deadline = clock.monotonic() - age, watch.patience.deadline
    pace, running_at = watch.interval, -math.inf
    while True:
        judgement = look_safely(watch, sha)
        if not judgement.is_unheard:
            running_at = clock.monotonic() if judgement.is_running else -math.inf
        elapsed = clock.monotonic() - start
        say(f"[{elapsed:5.1f} s] {sha.short}: {judgement.verdict}: {judgement.reason}")
        left = max(deadline - elapsed, 0.0)
        if judgement.is_final or left == 0:
            break
        pace = max(pace, _pace(watch, left))
        pause = watch.github.pause()
        if pause > left:
            clock.sleep(left)
            break
        clock.sleep(min(max(pace, pause), left))
    age = max(clock.monotonic() - start, deadline)
    was_running = clock.monotonic() - running_at <= MISSED * pace
    return counted(judgement, age, watch.patience, was_running=was_running)


def _pace(watch: Watch, left: float) -> float:
    """Return the seconds between two looks with which GitHub's limit lasts.

    Watches of the same hour share what is left: none takes more than a part.
    """
    remaining = watch.github.remaining
    return 0.0 if remaining is None else left / max(remaining // (SHARE * COST), 1)


def _with_log(watch: Watch, judgement: Judgement) -> Judgement:
    """Add the end of the first failed job's log, where it can be had."""
    github = watch.github
    is_failed = judgement.verdict is Verdict.FAILED
    has_log = is_failed and judgement.jobs and judgement.jobs[0].id
    if not has_log or not github.has_token or github.pause() > 0:
        return judgement
    try:
        log = log_tail.of_job(github.log(judgement.jobs[0]))
    except GitHubUnavailable:
        return judgement  # It only tells more of a verdict that is certain.
    return replace(judgement, log=log)


def _jobs(watch: Watch, run: Run | None) -> list[Job]:
    """Return the jobs of a run that has failed, or may; they only tell more of it."""
    is_telling = run and (run.conclusion == "failure" or run.status == "in_progress")
    if run is None or not is_telling or watch.github.pause() > 0:
        return []
    try:
        return watch.github.jobs(run)
    except GitHubUnavailable:
        return []
