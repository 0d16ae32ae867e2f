"""What to do about a verdict, from everything known and nothing else.

The answer is a target state, not a reaction to one event: whatever order verdicts
come in, and however often they are repeated, the same knowledge gives the same plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.deployment import Outcome
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict


class OnNoVerdict(StrEnum):
    """What a final lack of a verdict leads to."""

    ROLLBACK = "rollback"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of one environment.

    Attributes:
        live: the SHA that serves, None when that is not known.
        validated: the last validated SHA.
        healthy: SHAs that were live and healthy here, in the order of deployment.
        verdicts: by SHA; one that ever passed stays ``passed``.
        ancestry: pairs (older, newer) among all these SHAs.
        withdrawn: SHAs that a person rolled back by hand; none of them is put up
            again by itself.
    """

    live: Sha | None
    validated: Sha | None
    healthy: tuple[Sha, ...]
    verdicts: Mapping[Sha, Verdict]
    ancestry: frozenset[tuple[Sha, Sha]]
    withdrawn: frozenset[Sha] = frozenset()

    def verdict(self, sha: Sha) -> Verdict:
        """Return what CI said of a SHA so far."""
        return self.verdicts.get(sha, Verdict.PENDING)


@dataclass(frozen=True, slots=True)
class Plan:
    """What settling must bring about.

    Attributes:
        validated: where ``last-validated-sha`` stands afterwards.
        serve: the SHA to deploy now, None to leave the environment alone.
        is_forward: what is live is good, ``serve`` is good and newer.
        is_stranded: the live SHA must go, and there is nothing to return to.
    """

    validated: Sha | None
    serve: Sha | None = None
    is_forward: bool = False
    is_stranded: bool = False


def decide(situation: Situation, on_no_verdict: OnNoVerdict) -> Plan:
    """Say which SHA is validated and which must serve."""
    good = _good(situation)
    # The pointer never goes back, also when its commit was withdrawn.
    validated = _newest(situation, good | _pointed(situation))
    best = _newest(situation, good)
    live = situation.live
    if live is None or live == best:
        return Plan(validated)
    verdict = situation.verdict(live)
    if verdict is Verdict.PASSED or live == situation.validated:
        return Plan(validated, serve=best, is_forward=best is not None)
    is_kept = verdict is Verdict.PENDING or (
        verdict is Verdict.NONE and on_no_verdict is OnNoVerdict.KEEP
    )
    if is_kept:
        return Plan(validated)
    return Plan(validated, serve=best, is_stranded=best is None)


def _good(situation: Situation) -> set[Sha]:
    """Return what may serve: validated before, or passed and healthy here."""
    passed = {
        sha for sha in situation.healthy if situation.verdict(sha) is Verdict.PASSED
    }
    return (passed | _pointed(situation)) - situation.withdrawn


def _pointed(situation: Situation) -> set[Sha]:
    return {situation.validated} if situation.validated else set()


def _newest(situation: Situation, shas: Iterable[Sha]) -> Sha | None:
    """Return the newest by ancestry; without any in common, the last deployed."""
    among = set(shas)
    newest = [
        sha
        for sha in among
        if not any((sha, other) in situation.ancestry for other in among)
    ]
    return max(newest, key=lambda sha: _place(situation, sha), default=None)


def _place(situation: Situation, sha: Sha) -> int:
    # A validated SHA that was never deployed here is older than all that were.
    healthy = situation.healthy
    return healthy.index(sha) if sha in healthy else -1


def outcome_of(
    sha: Sha, plan: Plan, was_live: bool, verdict: Verdict, on_no_verdict: OnNoVerdict
) -> Outcome | None:
    """Say how the deployments of a judged SHA end, once the plan is carried out.

    Returns:
        None where they stay open: live without a verdict, which may still come.
    """
    if verdict is Verdict.PASSED:
        return Outcome.VALIDATED if plan.validated == sha else Outcome.SUPERSEDED
    if not was_live:
        return Outcome.SUPERSEDED
    if plan.serve is not None:
        return Outcome.ROLLED_BACK
    is_kept = verdict is Verdict.NONE and on_no_verdict is OnNoVerdict.KEEP
    return None if is_kept and not plan.is_stranded else Outcome.FAILED
