"""Carrying a journaled deployment from where it stands to where it comes to rest.

At rest it has ended, or it serves and a watcher awaits its verdict. Called again after
a death, it goes on from the journal; the caller holds the environment's lock.
"""

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.errors import EXPECTED
from pipeline.operations.rollout import retire
from pipeline.operations.environment import Environment
from pipeline.operations.coalescing import coalesced
from pipeline.operations.preparation import back_up_or_end, prepare_or_end
from pipeline.operations.automatic_rollback import roll_out_or_roll_back


def execute(env: Environment, deployment: Deployment) -> None:
    """Prepare a deployment, roll it out, and bring it to rest.

    Raises:
        Refused: it cannot be prepared; nothing was touched.
        FailedAndRolledBack: its rollback point serves again.
        RollbackFailed: a human is needed.
    """
    if not env.journal.deployments.has_begun(deployment, Step.KEEP):
        prepare_or_end(env, deployment)
        if reason := coalesced(env, deployment):
            notice = messages.superseded(deployment.order, (reason,))
            env.journal.end(deployment, Outcome.SUPERSEDED, reason, notice)
            env.announce(reason)
            return
        if env.backup and not env.journal.deployments.has_done(deployment, Step.BACKUP):
            back_up_or_end(env, deployment)
    if not env.journal.deployments.has_done(deployment, Step.CONFIRM):
        roll_out_or_roll_back(env, deployment)
    finalize(env, deployment)


def finalize(env: Environment, deployment: Deployment) -> None:
    """End a deployment that serves, or leave a watcher for its verdict."""
    order = deployment.order
    if order.kind is Kind.ROLLBACK:
        _end_withdrawn(env, order.sha)
    if order.kind is Kind.ROLL_FORWARD:
        notice = messages.rolled_forward(order, deployment.rollback_point)
        env.journal.end(deployment, Outcome.VALIDATED, "CI passed after all", notice)
    elif not env.is_judged or order.kind is Kind.ROLLBACK and _is_good(env, order):
        is_promotion = order.kind is Kind.DEPLOY
        promoted = messages.promoted(order, env.url)
        notice = promoted if is_promotion else messages.deployed(order)
        env.journal.end(deployment, Outcome.VALIDATED, "validated before", notice)
        retire(env)
    else:
        with env.journal.step(deployment, Step.WATCH):
            if not env.judged.watchers.is_watching(order.sha):
                _watch(env, order.sha)


def _watch(env: Environment, sha: Sha) -> None:
    try:
        env.announce(f"verdict awaited: {env.judged.watchers.launch(sha)}")
    except EXPECTED as trouble:
        # It serves, and the timer starts the next one.
        env.announce(f"no watcher yet, the timer starts one: {trouble}")


def _is_good(env: Environment, order: Order) -> bool:
    return env.journal.commits.was_validated(order.sha)


def _end_withdrawn(env: Environment, instead: Sha) -> None:
    """End what a rollback by hand took away before its verdict came."""
    found = env.journal.deployments.open_on(env.name)
    shas = [deployment.sha for deployment in found]
    withdrawn = env.journal.commits.withdrawn(env.name, shas)
    for deployment in found:
        if deployment.sha in withdrawn:
            notice = messages.withdrawn(deployment.order, instead)
            reason = "rolled back by hand"
            env.journal.end(deployment, Outcome.ROLLED_BACK, reason, notice)
