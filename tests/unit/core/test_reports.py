"""What GitHub is told follows from the journal, in words and lengths that it takes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.core.deployment import Deployment, Kind, Outcome
from pipeline.core.reports import Channel, Facts, reports

from tests.unit.specimens import HOSTILE, an_order

OPEN = None
DEPLOY, ROLLBACK, FORWARD = Kind.DEPLOY, Kind.ROLLBACK, Kind.ROLL_FORWARD
DONE, UNDONE, GONE, FAILED = (
    Outcome.VALIDATED,
    Outcome.ROLLED_BACK,
    Outcome.SUPERSEDED,
    Outcome.FAILED,
)


def facts(
    kind: Kind = DEPLOY,
    outcome: Outcome | None = OPEN,
    *,
    touched: bool = True,
    verified: bool = True,
    replaced: bool = False,
    reason: str = "because",
    subject: str = "Fix",
) -> Facts:
    """Return what the journal knows of a deployment."""
    order = an_order(kind=kind, subject=subject)
    deployment = Deployment(1, order, None, 5.0, outcome)
    return Facts(deployment, reason if outcome else "", touched, verified, replaced)


def told(known: Facts, *, judged: bool = True) -> str:
    """Return what is told, on one line."""
    found = reports(known, has_commit_status=judged)
    assert found[0].channel is Channel.DEPLOYMENT
    return " ".join(
        f"{'@' if one.channel is Channel.COMMIT else ''}{one.state}"
        for one in found[1:]
    )


CASES = [
    (facts(verified=False), "in_progress @pending"),
    (facts(), "in_progress @pending"),
    (facts(outcome=DONE), "success @success"),
    (facts(outcome=DONE, replaced=True), "success @success inactive"),
    (facts(outcome=UNDONE), "failure @failure"),
    (facts(outcome=UNDONE, replaced=True), "failure @failure"),
    (facts(outcome=FAILED), "failure @failure"),
    (facts(outcome=FAILED, touched=False, verified=False), "error @error"),
    (facts(outcome=GONE, verified=False), "inactive @error"),
    (facts(ROLLBACK, verified=False), "in_progress"),
    (facts(ROLLBACK), "success"),
    (facts(ROLLBACK, replaced=True), "success inactive"),
    (facts(ROLLBACK, DONE), "success"),
    (facts(ROLLBACK, FAILED), "failure"),
    (facts(FORWARD, DONE), "success @success"),
]


@pytest.mark.parametrize(("known", "expected"), CASES)
def test_states_follow_from_the_rows(known: Facts, expected: str) -> None:
    """Each kind and end has its words; a rollback says nothing of its commit."""
    assert told(known) == expected
    without = " ".join(w for w in expected.split() if not w.startswith("@"))
    assert told(known, judged=False) == without


@given(
    some.sampled_from(Kind),
    some.sampled_from([OPEN, *Outcome]),
    some.tuples(*[some.booleans()] * 3),
)
def test_success_is_no_false_word(
    kind: Kind, outcome: Outcome | None, flags: tuple[bool, bool, bool]
) -> None:
    """Success is said only of what is validated, or of a rollback that was verified."""
    names = ("touched", "verified", "replaced")
    known = facts(kind, outcome, **dict(zip(names, flags)))
    words = told(known).split()
    is_good = outcome is DONE or (outcome is OPEN and kind is not DEPLOY and flags[1])
    assert ("success" in words) == is_good
    assert ("inactive" in words) == (outcome is GONE or (is_good and flags[2]))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_descriptions_fit(hostile: str) -> None:
    """Hostile text becomes one visible line of at most 140 plain characters."""
    known = facts(outcome=FAILED, reason=hostile, subject=hostile)
    for report in reports(known, has_commit_status=True):
        assert len(report.description) <= 140
        assert report.description.isprintable()
        assert max(report.description) <= "\uffff"


def test_reason_is_said() -> None:
    """People read on GitHub why it ended as it did, and whose deployment it is."""
    found = reports(facts(outcome=UNDONE), has_commit_status=True)
    assert found[0].description == "Deploy: Fix"
    assert {one.description for one in found[1:]} == {"Rolled back: because"}
    replaced = replace(facts(outcome=DONE), is_replaced=True)
    assert reports(replaced, has_commit_status=False)[-1].description.startswith("Repl")
