"""What serves an environment, asked of what serves and compared with the journal.

A version that somebody put up by hand is drift. A version that the pipeline deployed,
whose process still runs and which reports another SHA, misreports: nobody changed it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.deployment import Deployment, Step
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict
from pipeline.adapters.health import NO_VERSION, ProbeResult
from pipeline.operations.environment import Environment


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """What serves.

    Attributes:
        sha: the version that serves, as far as that is known.
        live: the deployment that the journal says serves.
        report: what the running process says of itself, empty if it says nothing.
        is_drifted: somebody changed by hand what serves.
        is_misreporting: the version of ``live`` serves and reports something else.
    """

    sha: Sha | None
    live: Deployment | None
    report: str = ""
    is_drifted: bool = False
    is_misreporting: bool = False

    @property
    def deployment(self) -> Deployment | None:
        """Return the deployment that serves, None where it was changed by hand."""
        return None if self.is_drifted else self.live


def live_version(env: Environment, probe: ProbeResult | None = None) -> LiveVersion:
    """Look at what serves; ``probe`` is a look that was taken just now."""
    seen = probe or env.endpoint.probe(is_deep=False)
    live = env.journal.deployments.live(env.name)
    journaled = live.sha if live else None
    if seen.sha is None:
        is_mute = seen.problem == NO_VERSION and live is not None
        report = "no version" if is_mute else ""
        return LiveVersion(journaled, live, report, is_misreporting=is_mute)
    if live is None or seen.sha == journaled:
        sha = seen.sha if env.store.has(seen.sha) else journaled
        return LiveVersion(sha, live, seen.sha)
    if _is_unchanged(env, live, seen.sha):
        return LiveVersion(journaled, live, seen.sha, is_misreporting=True)
    sha = seen.sha if env.store.has(seen.sha) else journaled
    return LiveVersion(sha, live, seen.sha, is_drifted=True)


def rollback_point(env: Environment, sha: Sha) -> Sha | None:
    """Return what to put back if ``sha`` does not serve: what serves, or did before.

    What a person put up by hand counts, unless its CI failed; of the rest only what
    is not remembered as bad.
    """
    seen = live_version(env)
    if seen.is_drifted and seen.sha and seen.sha != sha:
        if env.journal.commits.verdict(seen.sha) is not Verdict.FAILED:
            return seen.sha
    candidates = (seen.sha, *_served_before(env, seen.sha))
    return next((one for one in candidates if one and _is_good(env, one, sha)), None)


def _served_before(env: Environment, sha: Sha | None) -> Iterable[Sha | None]:
    """Return what served earlier, the best to return to first."""
    earlier = (
        env.journal.commits.lineage(env.name, sha).before(sha)[::-1] if sha else ()
    )
    if not env.is_judged:
        # What preprod validated may never have served on production.
        return (*earlier, *env.journal.deployments.healthy(env.name)[::-1])
    validated = (one for one in earlier if env.journal.commits.was_validated(one))
    return (env.pointer.sha(), *validated)


def _is_good(env: Environment, candidate: Sha, sha: Sha) -> bool:
    return candidate != sha and not env.journal.commits.is_bad(env.name, candidate)


def _is_unchanged(env: Environment, live: Deployment, reported: Sha) -> bool:
    """Tell whether what runs is what was deployed, whatever it reports."""
    if env.strategy.version() != live.sha:
        return False
    detail = env.journal.deployments.detail
    deployed = detail(live, Step.START) or detail(live, Step.SWITCH)
    if not deployed or deployed == env.strategy.instance():
        return True
    # Restarted since: from another commit, if it reports one that is known here.
    return not env.store.has(reported)
