"""The journal: facts that are added, never changed, and read as what they add up to."""

from dataclasses import replace

import pytest
from pipeline.core.deployment import Deployment, Kind, Outcome, Step
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.journal.writer import Journal

from tests.unit.clock import EPOCH, FakeClock
from tests.unit.specimens import GOOD, HOSTILE, A, B, C, a_run, an_order

PASSED = Judgement(Verdict.PASSED, "CI passed", a_run())
FAILED = Judgement(Verdict.FAILED, "CI failed", a_run(conclusion="failure"))


class PowerCut(Exception):
    """What ends a step before it is done."""


def put_up(
    journal: Journal,
    sha: Sha,
    kind: Kind = Kind.DEPLOY,
    environment: str = "preprod",
    until: Step = Step.CONFIRM,
    cause: int | None = None,
) -> Deployment:
    """Record a deployment with its steps, the last one being done too."""
    order = replace(an_order(environment, sha, kind), cause=cause)
    deployment = journal.start(order, GOOD)
    steps = list(Step)
    for step in steps[: steps.index(until) + 1]:
        with journal.step(deployment, step):
            pass
    return deployment


@pytest.mark.parametrize("text", HOSTILE[:-2], ids=lambda text: ascii(text[:12]))
def test_deployment_comes_back_as_recorded(
    journal: Journal, clock: FakeClock, text: str
) -> None:
    """Every field, hostile or not, is read back as it was written."""
    clock.elapsed = 5
    started = journal.start(an_order(actor=text, subject=text), GOOD)
    assert started.started_at == EPOCH + 5
    assert journal.deployments.newest("preprod") == started
    assert journal.deployments.newest("preprod", A) == started


def test_newest_is_of_its_environment_and_commit(journal: Journal) -> None:
    """Of several deployments the last one counts, each environment for itself."""
    old, again, other = (journal.start(an_order(sha=sha), None) for sha in (A, A, B))
    prod = journal.start(an_order("prod"), None)
    assert journal.deployments.newest("preprod", A) == again != old
    assert journal.deployments.newest("preprod") == other
    assert journal.deployments.newest("prod") == prod
    assert journal.deployments.newest("prod", B) is None


def test_step_is_marked_before_and_after(journal: Journal, clock: FakeClock) -> None:
    """Whatever dies in a step leaves its beginning in the journal, and no end."""
    deployment = journal.start(an_order(), None)
    with journal.step(deployment, Step.FETCH):
        clock.sleep(2)
    with pytest.raises(PowerCut), journal.step(deployment, Step.SWITCH):
        raise PowerCut
    assert journal.deployments.steps(deployment) == [
        (Step.FETCH, False, EPOCH),
        (Step.FETCH, True, EPOCH + 2),
        (Step.SWITCH, False, EPOCH + 2),
    ]


@pytest.mark.parametrize(
    ("until", "is_certain"),
    [
        (Step.FETCH, True),
        (Step.PREPARE, True),
        (Step.START, True),
        (Step.VERIFY, True),
        (Step.SWITCH, False),
    ],
)
def test_live_is_certain_or_unknown(
    journal: Journal, until: Step, is_certain: bool
) -> None:
    """From another's switch until its confirmation nobody knows what serves."""
    first = put_up(journal, A)
    put_up(journal, B, until=until)
    assert journal.deployments.live("preprod") == (first if is_certain else None)


def test_begun_verification_is_none(journal: Journal) -> None:
    """A health gate that never opened makes nothing live."""
    deployment = put_up(journal, A, until=Step.SWITCH)
    with pytest.raises(PowerCut), journal.step(deployment, Step.CONFIRM):
        raise PowerCut
    assert journal.deployments.live("preprod") is None
    assert journal.deployments.healthy("preprod") == ()


def test_live_follows_rollbacks(journal: Journal) -> None:
    """What was put back is what serves; other environments are not touched by it."""
    put_up(journal, A)
    put_up(journal, B)
    back = put_up(journal, A, Kind.ROLLBACK)
    prod = put_up(journal, C, environment="prod")
    assert (journal.deployments.live("preprod"), journal.deployments.live("prod")) == (
        back,
        prod,
    )
    assert journal.deployments.live("nowhere") is None


def test_healthy_is_in_the_order_of_deployment(journal: Journal) -> None:
    """What was asked for counts, each commit at its newest one; mending does not."""
    for sha in (A, B, A):
        newest = put_up(journal, sha)
    put_up(journal, B, Kind.ROLLBACK, cause=newest.id)
    put_up(journal, B, Kind.ROLL_FORWARD)
    put_up(journal, C, until=Step.SWITCH)
    put_up(journal, C, environment="prod")
    assert journal.deployments.healthy("preprod") == (B, A)


def test_a_rollback_by_hand_is_healthy(journal: Journal) -> None:
    """What a person went back to, and passed, is the newest that is known good."""
    for sha in (A, B):
        put_up(journal, sha)
    put_up(journal, A, Kind.ROLLBACK)
    assert journal.deployments.healthy("preprod") == (B, A)


def test_first_end_stays(journal: Journal) -> None:
    """A deployment ends once; what is said later changes neither end nor notices."""
    deployment = journal.start(an_order(), None)
    other = journal.start(an_order(sha=B), None)
    assert journal.deployments.open_on("preprod") == [deployment, other]
    journal.end(deployment, Outcome.VALIDATED, "first", Notice("first"))
    journal.end(deployment, Outcome.ROLLED_BACK, "second", Notice("second"))
    assert journal.deployments.outcome(deployment) is Outcome.VALIDATED
    assert journal.deployments.open_on("preprod") == [other]
    assert journal.deployments.open_on("prod") == []
    ended = journal.deployments.newest("preprod", A)
    assert ended and ended.outcome is Outcome.VALIDATED


def test_verdict_once_passed_has_passed(journal: Journal) -> None:
    """A later failure of the same commit does not take its success back."""
    for sha, judgement in ((A, FAILED), (A, PASSED), (A, FAILED), (B, FAILED)):
        journal.judge(sha, judgement)
    assert journal.commits.verdicts((A, B, C)) == {A: Verdict.PASSED, B: Verdict.FAILED}


def test_validation_is_remembered(journal: Journal) -> None:
    """The last validated commit is known, and which ones ever were."""
    assert journal.commits.validated() is None
    for sha in (A, B):
        journal.validate(sha, "preprod")
    assert journal.commits.validated() == B
    assert [journal.commits.was_validated(sha) for sha in (A, B, C)] == [
        True,
        True,
        False,
    ]
