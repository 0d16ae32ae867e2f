"""Resuming: every deployment that is open gets its end, whatever died before.

It is what the boot and the timer call. It needs neither the watcher nor GitHub's
events, and does nothing where nothing is open.
"""

from collections.abc import Callable
from contextlib import suppress

from pipeline.core.deployment import Deployment
from pipeline.core.patience import counted
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.errors import EXPECTED, TimedOut
from pipeline.operations.environment import Environment
from pipeline.operations.awaiting_verdict import (
    age,
    has_last_watch,
    hold,
    is_held,
    is_kept,
    open_of,
)
from pipeline.operations.crash_recovery import recover, revive
from pipeline.operations.retry import retry_rollback
from pipeline.operations.settlement import catch_up, settle

# Asks of a SHA, the second argument telling whether its deployment is open.
Look = Callable[[Sha, bool], Judgement | None]
DAY, MINUTES_PER_HOUR = 24 * 3600.0, 60


def resume(env: Environment, look: Look) -> None:
    """Carry on, settle or watch whatever is open on an environment.

    Args:
        env: the environment.
        look: asks CI's verdict of a SHA now, and whether it is urgent: a deployment of
            it is open; None where it is not the time to ask.

    Raises:
        ExpectedError, OSError: what went wrong first; the rest was done.
    """
    try:
        with env.lock(patience=0.0):
            recover(env)
            failures = [revive(env), retry_rollback(env)]
    except TimedOut:
        env.announce("another operation is at work: it needs no help")
        return
    failures += [_see_to_safely(env, sha, look) for sha in _awaiting(env)]
    for failure in filter(None, failures):
        raise failure
    if env.is_judged:
        with suppress(TimedOut), env.lock(patience=0.0):
            catch_up(env)


def _awaiting(env: Environment) -> list[Sha]:
    """Return the SHAs whose verdict is awaited, and one that may have passed late."""
    if not env.is_judged:
        return []
    waiting = [one.sha for one in env.journal.deployments.open_on(env.name)]
    newest = env.journal.deployments.newest_deploy(env.name)
    if newest is not None and _may_pass_late(env, newest):
        waiting.append(newest.sha)
    return list(dict.fromkeys(waiting))


def _may_pass_late(env: Environment, newest: Deployment) -> bool:
    known = env.journal.commits.judgement(newest.sha)
    seconds = env.clock.now() - newest.started_at
    if known is None or not _is_time_to_look(env, seconds):
        return False
    # Without a run it was a person who said that it failed: that stays.
    is_failed = known.verdict is Verdict.FAILED and known.run is not None
    return is_failed or known.verdict is Verdict.NONE


def _is_time_to_look(env: Environment, seconds: float) -> bool:
    """Tell whether to ask of a late verdict: each minute of a day, then each hour.

    Never to ask again would trust the clock, which may have leapt.
    """
    minute = int(env.clock.now() / 60)
    return seconds < DAY or minute % MINUTES_PER_HOUR == 0


def _see_to_safely(env: Environment, sha: Sha, look: Look) -> Exception | None:
    """Return what went wrong with one SHA, which is no trouble of the next one."""
    try:
        _see_to(env, sha, look)
    except EXPECTED as failure:
        return failure
    return None


def _see_to(env: Environment, sha: Sha, look: Look) -> None:
    known = env.journal.commits.judgement(sha)
    is_open = bool(open_of(env, sha))
    if is_open and (known is None or not known.is_final):
        if not env.judged.watchers.is_watching(sha):
            _await_further(env, sha, look)
    elif is_open and known is not None:
        _finish(env, sha, known, look)
    else:
        judgement = look(sha, False)
        is_new = known is None or (judgement and judgement.verdict is not known.verdict)
        if judgement and judgement.is_final and is_new:
            settle(env, sha, judgement)


def _await_further(env: Environment, sha: Sha, look: Look) -> None:
    """Watch again what has time left; after the deadline ask, once each time."""
    waited = age(env, sha)
    is_early = waited < env.judged.patience.deadline
    if is_early or not is_held(env, sha) and has_last_watch(env, sha):
        env.announce(f"verdict awaited again: {env.judged.watchers.launch(sha)}")
        return
    seen = look(sha, True)
    if seen is None:
        return
    was_running = is_held(env, sha)
    judgement = counted(seen, waited, env.judged.patience, was_running=was_running)
    env.announce(f"{sha.short}, after {waited:.0f} s: {judgement.reason}")
    if judgement.is_final:
        settle(env, sha, judgement)
    else:
        hold(env, sha, judgement)


def _finish(env: Environment, sha: Sha, known: Judgement, look: Look) -> None:
    """Settle what was judged, and has not ended; what is kept may be judged late."""
    if known.verdict is Verdict.NONE and _is_time_to_look(env, age(env, sha)):
        seen = look(sha, False)
        if seen and seen.verdict in (Verdict.PASSED, Verdict.FAILED):
            settle(env, sha, seen)
            return
    if known.verdict is not Verdict.NONE or not is_kept(env, sha, known):
        settle(env, sha, known)
