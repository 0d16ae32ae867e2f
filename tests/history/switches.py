"""What takes guards out: substitutes for parts of the pipeline, for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from pipeline.core import settlement as core
from pipeline.core.deployment import Deployment
from pipeline.core.messages import Notice
from pipeline.core.settlement import OnNoVerdict, Plan, Situation
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict
from pipeline.journal import writer, deployments
from pipeline.adapters.health import Unhealthy
from pipeline.operations import rollout, deploy, resume, manual_rollback, settlement

from tests.history import mortal

Switch = Callable[[], AbstractContextManager[Any]]


def replaced(owner: object, name: str, substitute: object) -> Switch:
    """Replace a part of the pipeline while the guard is out."""
    return lambda: patch.object(owner, name, substitute)


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""
    return None


@contextmanager
def recovering_nothing() -> Iterator[None]:
    """Let nobody carry on what died half-way."""
    with ExitStack() as stack:
        for caller in (deploy, settlement, resume, manual_rollback):
            stack.enter_context(patch.object(caller, "recover", nothing))
        yield


@contextmanager
def unlocked(*_: object, **__: object) -> Iterator[None]:
    """Let everybody in."""
    yield


def pointing_back(situation: Situation, mode: OnNoVerdict) -> Plan:
    """Decide rightly, but point at the oldest SHA that passed."""
    plan = core.decide(situation, mode)
    passed = (
        sha
        for sha in situation.healthy
        if situation.verdict(sha) is Verdict.PASSED and sha != situation.validated
    )
    return replace(plan, validated=next(passed, plan.validated))


def all_deployed(self: deployments.Deployments, environment: str) -> tuple[Sha, ...]:
    """Return what was deployed, healthy or not."""
    where = "d.environment = ? AND d.kind = 'deploy'"
    found = self.where(where, environment)
    return tuple(dict.fromkeys(one.sha for one in found))


@contextmanager
def telling_apart() -> Iterator[None]:
    """Write each notice in a transaction of its own, after that of its fact."""
    tell = writer.Journal._tell
    late: list[tuple[int | None, Notice]] = []

    def keep(_: object, ended: int | None, notice: Notice | None) -> None:
        if notice is not None:
            late.append((ended, notice))

    @contextmanager
    def transaction(self: mortal.MortalJournal) -> Iterator[None]:
        with mortal.mortal_transaction(self._database, self._fate):
            yield
        kept, late[:] = list(late), []
        for each in kept:
            with mortal.mortal_transaction(self._database, self._fate):
                tell(self, *each)

    with (
        patch.object(writer.Journal, "_tell", keep),
        patch.object(mortal.MortalJournal, "_transaction", transaction),
    ):
        yield


def left_unhealthy(env: Any, put_up: Deployment) -> None:
    """Put a version up, and leave it there as it is."""
    with suppress(Unhealthy):
        rollout.roll_out(env, put_up)
