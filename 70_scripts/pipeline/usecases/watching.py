"""Waiting for a verdict: bounded, paced as GitHub asks, never without an end."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from pipeline.core.sha import Sha
from pipeline.core.skipping import NO_CI, asks_for_no_ci
from pipeline.core.verdict import Judgement, Run, Verdict, deciding_run, judge
from pipeline.effects.clock import Clock
from pipeline.gateways.github import GitHub, GitHubUnavailable

MOST_COUNTED = 4  # requests that a watch with a token is charged for
KEPT_BACK = 2  # of them, for the end of the run
EARLY_LOOK = 4  # the look that asks for the jobs of a run that has not ended
SHARE = 3  # a watch without a token takes at most a third of what is left


@dataclass(frozen=True, slots=True)
class Watch:
    """How a verdict is waited for; durations in seconds.

    ``message_of`` returns a commit's message, empty where that is not known.
    """

    github: GitHub
    workflow: str
    gate_jobs: tuple[str, ...]
    interval: float
    deadline: float
    message_of: Callable[[Sha], str] = lambda _: ""


def look(watch: Watch, sha: Sha, *, is_sparing: bool = False) -> Judgement:
    """Ask once what CI says of a SHA.

    Args:
        watch: whom to ask.
        sha: the commit.
        is_sparing: do not ask for the jobs of a run that has not ended.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer.
    """
    runs = watch.github.runs(sha, watch.workflow)
    run = deciding_run(runs, sha, watch.workflow)
    if run is None and asks_for_no_ci(watch.message_of(sha)):
        # A person may still say the verdict, or run CI in another way, until the end.
        return Judgement(Verdict.PENDING, NO_CI)
    jobs = watch.github.jobs(run) if run and _has_jobs(watch, run, is_sparing) else []
    return judge(run, jobs, watch.gate_jobs)


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
    watch: Watch, sha: Sha, clock: Clock, say: Callable[[str], None]
) -> Judgement:
    """Look at once and again until the verdict is final or the deadline has passed.

    Returns:
        A final judgement; ``none`` where none came in time.
    """
    start = clock.monotonic()
    for number in count(1):
        left = watch.deadline - (clock.monotonic() - start)
        is_sparing = left > 0 and not _can_afford_jobs(watch.github, number)
        judgement = _look_safely(watch, sha, is_sparing)
        elapsed = clock.monotonic() - start
        say(f"[{elapsed:5.1f} s] {sha.short}: {judgement.verdict}: {judgement.reason}")
        if judgement.is_final:
            return judgement
        left = max(watch.deadline - elapsed, 0.0)
        wait = _wait(watch, left)
        if left == 0 or (wait > left and watch.github.pause() > left):
            clock.sleep(left)
            break
        clock.sleep(min(wait, left))
    reason = f"no verdict after {watch.deadline:g} s: {judgement.reason}"
    return Judgement(Verdict.NONE, reason, judgement.run)


def _wait(watch: Watch, left: float) -> float:
    """Return the seconds to the next look: ours, GitHub's wish, or the allowance's."""
    github = watch.github
    pace = 0.0
    if not github.has_token and github.remaining is not None:
        # Watches of the same hour share what is left: none takes more than a part.
        pace = left / max(github.remaining // SHARE, 1)
    return max(watch.interval, github.pause(), pace)


def _can_afford_jobs(github: GitHub, number: int) -> bool:
    """Tell whether to ask for the jobs of an unfinished run at this look.

    Their answer changes with every step, so that each time is charged. With a token
    it is done once, late enough for a quick job to have failed; the rest of what a
    watch may cost is kept for the run's end and the names of its failed jobs.
    """
    if not github.has_token:
        return True
    return number >= EARLY_LOOK and github.counted + KEPT_BACK < MOST_COUNTED


def _has_jobs(watch: Watch, run: Run, is_sparing: bool) -> bool:
    if run.conclusion == "failure":
        github = watch.github
        return not (github.has_token and github.counted >= MOST_COUNTED)
    return run.status == "in_progress" and not is_sparing


def _look_safely(watch: Watch, sha: Sha, is_sparing: bool) -> Judgement:
    try:
        return look(watch, sha, is_sparing=is_sparing)
    except GitHubUnavailable as trouble:
        return Judgement(Verdict.PENDING, str(trouble))
