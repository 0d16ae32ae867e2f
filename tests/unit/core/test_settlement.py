"""Settling: the races of two deployments, and what holds for any number of them."""

import pytest
from pipeline.core.history import Outcome
from pipeline.core.settlement import OnNoVerdict, Plan, Situation, decide, outcome_of
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict

from tests.unit.specimens import GOOD, A, B, C

PASSED, FAILED, PENDING, NONE = (
    Verdict.PASSED,
    Verdict.FAILED,
    Verdict.PENDING,
    Verdict.NONE,
)
LINE = (GOOD, A, B, C)
ANCESTRY = frozenset(
    (older, newer) for i, newer in enumerate(LINE) for older in LINE[:i]
)


def situation(
    live: Sha | None,
    validated: Sha | None,
    verdicts: dict[Sha, Verdict],
    healthy: tuple[Sha, ...] = (GOOD, A, B),
    ancestry: frozenset[tuple[Sha, Sha]] = ANCESTRY,
) -> Situation:
    """Return what is known, the commits standing on one line by default."""
    return Situation(live, validated, healthy, verdicts, ancestry)


@pytest.mark.parametrize(
    ("live", "validated", "verdicts", "plan"),
    [
        # One deployment, of A.
        (A, GOOD, {}, Plan(GOOD)),
        (A, GOOD, {A: PASSED}, Plan(A)),
        (A, GOOD, {A: FAILED}, Plan(GOOD, serve=GOOD)),
        (A, GOOD, {A: NONE}, Plan(GOOD, serve=GOOD)),
        # B was deployed before A's verdict: A's comes first ...
        (B, GOOD, {A: FAILED}, Plan(GOOD)),
        (B, GOOD, {A: FAILED, B: PASSED}, Plan(B)),
        (B, GOOD, {A: FAILED, B: FAILED}, Plan(GOOD, serve=GOOD)),
        (B, GOOD, {A: PASSED}, Plan(A)),
        (B, A, {A: PASSED, B: FAILED}, Plan(A, serve=A)),
        (B, A, {A: PASSED, B: PASSED}, Plan(B)),
        # ... or B's.
        (B, GOOD, {B: PASSED}, Plan(B)),
        (B, B, {B: PASSED, A: FAILED}, Plan(B)),
        (B, B, {B: PASSED, A: PASSED}, Plan(B)),
        (B, GOOD, {B: FAILED}, Plan(GOOD, serve=GOOD)),
        (GOOD, GOOD, {B: FAILED, A: FAILED}, Plan(GOOD)),
        (GOOD, GOOD, {B: FAILED, A: PASSED}, Plan(A, serve=A, is_forward=True)),
        # A late success rolls forward, but never over something newer and good.
        (GOOD, GOOD, {A: PASSED}, Plan(A, serve=A, is_forward=True)),
        (B, B, {A: PASSED, B: PASSED}, Plan(B)),
        (A, B, {A: PASSED, B: PASSED}, Plan(B, serve=B, is_forward=True)),
        # Nothing to return to; nothing known to serve.
        (A, None, {A: FAILED}, Plan(None, is_stranded=True)),
        (A, None, {A: PASSED}, Plan(A)),
        (None, GOOD, {A: PASSED}, Plan(A)),
        (None, GOOD, {A: FAILED}, Plan(GOOD)),
    ],
)
def test_races(
    live: Sha | None,
    validated: Sha | None,
    verdicts: dict[Sha, Verdict],
    plan: Plan,
) -> None:
    """Whoever's verdict comes first, the newest good commit ends up serving."""
    known = situation(live, validated, verdicts)
    assert decide(known, OnNoVerdict.ROLLBACK) == plan


@pytest.mark.parametrize(
    ("verdict", "serve"), [(NONE, None), (PENDING, None), (FAILED, GOOD)]
)
def test_keeping_without_verdict(verdict: Verdict, serve: Sha | None) -> None:
    """``keep`` leaves a commit without verdict up; a failure still goes."""
    plan = decide(situation(A, GOOD, {A: verdict}), OnNoVerdict.KEEP)
    assert plan == Plan(GOOD, serve=serve)


def test_never_healthy_is_never_validated() -> None:
    """A success of a commit that was not live and healthy here moves nothing."""
    known = situation(GOOD, GOOD, {A: PASSED}, healthy=(GOOD,))
    assert decide(known, OnNoVerdict.ROLLBACK) == Plan(GOOD)


def test_older_deployed_later_moves_nothing_back() -> None:
    """An ancestor that is put up after its descendant does not become validated."""
    known = situation(A, B, {A: PASSED, B: PASSED}, healthy=(B, A))
    assert decide(known, OnNoVerdict.ROLLBACK).validated == B


def test_force_push_goes_by_deployment() -> None:
    """Without common ancestry the commit that was deployed last is the newer one."""
    known = situation(B, A, {A: PASSED, B: PASSED}, (A, B), ancestry=frozenset())
    assert decide(known, OnNoVerdict.ROLLBACK) == Plan(B)


def test_adopted_pointer_counts_as_good() -> None:
    """A validated commit that this journal never saw deployed is still returned to."""
    known = situation(A, GOOD, {A: FAILED}, healthy=(A,))
    assert decide(known, OnNoVerdict.ROLLBACK) == Plan(GOOD, serve=GOOD)


@pytest.mark.parametrize(
    ("plan", "was_live", "verdict", "outcome"),
    [
        (Plan(A), True, PASSED, Outcome.VALIDATED),
        (Plan(B), False, PASSED, Outcome.SUPERSEDED),
        (Plan(A, serve=A, is_forward=True), False, PASSED, Outcome.VALIDATED),
        (Plan(GOOD), False, FAILED, Outcome.SUPERSEDED),
        (Plan(GOOD, serve=GOOD), True, FAILED, Outcome.ROLLED_BACK),
        (Plan(GOOD, serve=GOOD), True, NONE, Outcome.ROLLED_BACK),
        (Plan(GOOD), True, NONE, Outcome.FAILED),
        (Plan(None, is_stranded=True), True, FAILED, Outcome.FAILED),
    ],
)
def test_outcome(
    plan: Plan, was_live: bool, verdict: Verdict, outcome: Outcome
) -> None:
    """Each judged deployment ends in one of the four ways, named for what happened."""
    assert outcome_of(A, plan, was_live, verdict) is outcome
