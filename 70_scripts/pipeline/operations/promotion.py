"""Promotion: what preprod has proved goes to production, on a person's word.

The word is compared here, letter by letter: GitHub's own comparison ignores case.
Whatever is refused is told, and nothing is touched.
"""

from dataclasses import dataclass
from typing import NoReturn

from pipeline.core import messages
from pipeline.core.freeze import FreezeAction, FreezeWindow
from pipeline.core.deployment import Deployment, Kind, Order
from pipeline.core.sha import Sha
from pipeline.errors import Refused
from pipeline.operations.deploy import deploy
from pipeline.operations.environment import Environment
from pipeline.operations.live_version import live_version

WORD = "DEPLOY"
HOW = f"gh workflow run cd-prod.yml -f confirm={WORD}"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for; ``sha`` is None for preprod's last validated one."""

    confirmation: str
    sha: Sha | None
    actor: str
    run_url: str = ""
    overrides_freeze: bool = False
    overrides_bad: bool = False


def promote(
    preprod: Environment,
    prod: Environment,
    request: Request,
    window: FreezeWindow | None,
) -> Deployment:
    """Deploy a validated SHA to production, backed up first, verified after.

    Args:
        preprod: where it was proved.
        prod: where it goes.
        request: who wants what.
        window: the freeze window in force now, None outside of all.

    Raises:
        Refused: nothing was touched.
        FailedAndRolledBack: what served before serves again.
        RollbackFailed: a human is needed.
    """
    if request.confirmation != WORD:
        typed = f"{request.confirmation[:40]!r} was typed"
        _refuse(prod, request, typed, f"type exactly {WORD}: {HOW}")
    _check_freeze(prod, request, window)
    sha = _target(preprod, prod, request)
    live = live_version(prod).sha
    if live and live != sha and prod.store.is_ancestor_or_same(sha, live):
        reason = f"{live.short}, which contains it, is live already"
        todo = f"to go back: rollback {prod.name} --to SHA --confirm ROLLBACK"
        _refuse(prod, request, reason, todo)
    commit = prod.store.commit(sha)
    order = Order(
        environment=prod.name,
        sha=sha,
        kind=Kind.DEPLOY,
        actor=request.actor,
        subject=commit.subject,
        run_url=request.run_url,
        author=commit.author,
    )
    return deploy(prod, order, is_override=request.overrides_bad)


def _check_freeze(
    prod: Environment, request: Request, window: FreezeWindow | None
) -> None:
    if window is None:
        return
    prod.announce(f"freeze window: {window}")
    if request.overrides_freeze:
        prod.journal.tell(None, messages.freeze_overridden(request.actor, str(window)))
    elif window.action is FreezeAction.REFUSE:
        reason = f"production is frozen: {window}"
        _refuse(prod, request, reason, "wait, or override the freeze")


def _target(preprod: Environment, prod: Environment, request: Request) -> Sha:
    sha = request.sha or preprod.pointer.sha()
    if sha is None:
        _refuse(prod, request, "nothing is validated yet", "push, and let CI pass")
    if not preprod.journal.commits.was_validated(sha):
        bad = preprod.journal.commits.why_bad(preprod.name, sha)
        reason = "this SHA is not validated" + (f": {bad}" if bad else "")
        _refuse(prod, request, reason, "let it pass on preprod")
    if preprod.journal.commits.withdrawn(preprod.name, (sha,)):
        reason = f"this SHA was rolled back by hand on {preprod.name}"
        _refuse(prod, request, reason, "push a better one, or put it up there again")
    return sha


def _refuse(prod: Environment, request: Request, reason: str, todo: str) -> NoReturn:
    notice = messages.refused(prod.name, request.sha, reason, todo, request.actor)
    prod.journal.tell(None, notice)
    prod.deliver()
    raise Refused(f"promoting to {prod.name}", reason, todo)
