"""What to do about a verdict, from everything known and nothing else.

The answer is a target state, not a reaction to one event: whatever order verdicts
come in, and however often they are repeated, the same knowledge gives the same plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.history import Outcome
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
    """

    live: Sha | None
    validated: Sha | None
    healthy: tuple[Sha, ...]
    verdicts: Mapping[Sha, Verdict]
    ancestry: frozenset[tuple[Sha, Sha]]

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
    validated = _newest_good(situation)
    live = situation.live
    if live is None or live == validated:
        return Plan(validated)
    verdict = situation.verdict(live)
    if verdict is Verdict.PASSED or live == situation.validated:
        return Plan(validated, serve=validated, is_forward=True)
    is_kept = verdict is Verdict.PENDING or (
        verdict is Verdict.NONE and on_no_verdict is OnNoVerdict.KEEP
    )
    if is_kept:
        return Plan(validated)
    return Plan(validated, serve=validated, is_stranded=validated is None)


def _newest_good(situation: Situation) -> Sha | None:
    validated = situation.validated
    good = [
        sha
        for sha in situation.healthy
        if sha == validated or situation.verdict(sha) is Verdict.PASSED
    ]
    if validated is not None and validated not in good:
        good.insert(0, validated)
    # Only then the order of deployment decides: after a force-push, good commits
    # may have no ancestry in common.
    newest = [
        sha
        for sha in good
        if not any((sha, other) in situation.ancestry for other in good)
    ]
    return newest[-1] if newest else None


def outcome_of(sha: Sha, plan: Plan, was_live: bool, verdict: Verdict) -> Outcome:
    """Say how the deployments of a judged SHA end, once the plan is carried out."""
    if verdict is Verdict.PASSED:
        return Outcome.VALIDATED if plan.validated == sha else Outcome.SUPERSEDED
    if not was_live:
        return Outcome.SUPERSEDED
    return Outcome.ROLLED_BACK if plan.serve is not None else Outcome.FAILED
