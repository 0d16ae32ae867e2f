"""Resuming: every deployment that is open gets its end, whatever died before.

It is what the boot and the timer call. It needs neither the watcher nor GitHub's
events, and does nothing where nothing is open.
"""

from collections.abc import Callable
from contextlib import suppress

from pipeline.core.history import Deployment
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.errors import EXPECTED, TimedOut
from pipeline.usecases.environment import Environment
from pipeline.usecases.recovery import recover, revive
from pipeline.usecases.settlement import catch_up, settle

Look = Callable[[Sha], Judgement | None]
LATEST = 24 * 3600.0  # seconds: a verdict that is later than this is nobody's hope


def resume(env: Environment, look: Look) -> None:
    """Carry on, settle or watch whatever is open on an environment.

    Args:
        env: the environment.
        look: asks CI's verdict of a SHA now; None where it is not the time to ask.

    Raises:
        ExpectedError, OSError: what went wrong first; the rest was done.
    """
    try:
        with env.lock(patience=0.0):
            recover(env)
            lost = revive(env)
    except TimedOut:
        env.announce("another operation is at work: it needs no help")
        return
    seen_to = (_see_to_safely(env, sha, look) for sha in _awaiting(env))
    failures = [failure for failure in (lost, *seen_to) if failure]
    if failures:
        raise failures[0]
    if not env.is_validated_only:
        with suppress(TimedOut), env.lock(patience=0.0):
            catch_up(env)


def _awaiting(env: Environment) -> list[Sha]:
    """Return the SHAs whose verdict is awaited, and one that may have passed late."""
    if env.is_validated_only:
        return []
    waiting = [one.sha for one in env.journal.open_deployments(env.name)]
    newest = env.journal.newest_deploy(env.name)
    if newest is not None and _may_pass_late(env, newest):
        waiting.append(newest.sha)
    return list(dict.fromkeys(waiting))


def _may_pass_late(env: Environment, newest: Deployment) -> bool:
    known = env.journal.judgement(newest.sha)
    if known is None or env.clock.now() - newest.started_at > LATEST:
        return False
    # Without a run it was a person who said that it failed: that stays.
    is_failed = known.verdict is Verdict.FAILED and known.run is not None
    return is_failed or known.verdict is Verdict.NONE


def _see_to_safely(env: Environment, sha: Sha, look: Look) -> Exception | None:
    """Return what went wrong with one SHA, which is no trouble of the next one."""
    try:
        _see_to(env, sha, look)
    except EXPECTED as failure:
        return failure
    return None


def _see_to(env: Environment, sha: Sha, look: Look) -> None:
    known = env.journal.judgement(sha)
    is_open = any(one.sha == sha for one in env.journal.open_deployments(env.name))
    if is_open and (known is None or not known.is_final):
        if not env.watchers.is_watching(sha):
            env.announce(f"verdict awaited again: {env.watchers.launch(sha)}")
        return
    judgement = known if is_open else look(sha)
    if judgement is None or not judgement.is_final:
        return
    if not is_open and known and judgement.verdict is known.verdict:
        return  # Nothing new.
    settle(env, sha, judgement)
