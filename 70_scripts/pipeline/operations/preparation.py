"""Everything that can fail before anything is touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.core import messages
from pipeline.core.log_tail import block, of_text
from pipeline.core.deployment import Deployment, Kind, Outcome, Step
from pipeline.effects.scratch import scratch
from pipeline.errors import EXPECTED, PipelineError, Refused, cause_of, evidence_of
from pipeline.operations.environment import Environment


def fetch(env: Environment, deployment: Deployment) -> None:
    """Fetch, and make sure that the commit may be deployed.

    Raises:
        CommandFailed: it could not be fetched.
        Refused: the commit is not on the deployed branch.
    """
    env.announce("fetching")
    with env.journal.step(deployment, Step.FETCH):
        env.store.fetch()
    if not env.store.is_deployable(deployment.sha):
        raise Refused(
            "finding the commit", "it is not on the deployed branch", "push it there"
        )


def prepare(env: Environment, deployment: Deployment) -> None:
    """Build what the version needs, before anything is touched.

    Raises:
        CommandFailed: it does not build, or its compose file does not parse.
    """
    sha = deployment.sha
    env.announce(f"preparing {sha.short}")
    with (
        env.journal.step(deployment, Step.PREPARE),
        scratch("prepare", env.store.path.parent) as folder,
    ):
        env.store.pin(sha)
        env.store.export(sha, env.strategy.files, folder)
        if sha not in env.journal.deployments.healthy(env.name):
            # What served here before is not refused when it is needed most.
            env.check_host_use(sha, folder)
        env.strategy.prepare(sha, folder)


def prepare_or_end(env: Environment, deployment: Deployment) -> None:
    """Prepare a version, fetched if it is new; when that fails, end its deployment.

    Raises:
        Refused: it cannot be prepared; nothing was touched.
    """
    with _ending(env, deployment):
        if deployment.order.kind is Kind.DEPLOY:
            fetch(env, deployment)
        prepare(env, deployment)
        _check_artefact(env, deployment)


def back_up_or_end(env: Environment, deployment: Deployment) -> None:
    """Keep what will be changed, proved to be restorable; else end the deployment.

    Raises:
        Refused: there is no backup; nothing was touched.
    """
    if env.backup is None:
        return
    env.announce("backing up")
    made: list[str] = []
    with (
        _ending(env, deployment),
        env.journal.step(deployment, Step.BACKUP, detail=lambda: made[0]),
    ):
        made.append(env.backup(env))


def _check_artefact(env: Environment, deployment: Deployment) -> None:
    """Make sure that what another environment has proved is what goes up here."""
    proved = env.journal.commits.proved(env.name, deployment.sha)
    found = env.strategy.artefact(deployment.sha)
    kind = found.partition(":")[0]
    if not env.is_judged and proved.startswith(f"{kind}:") and proved != found:
        raise Refused(
            "comparing with what was proved",
            f"it was proved with {proved}, here is {found}",
            "deploy it there again",
        )


@contextmanager
def _ending(env: Environment, deployment: Deployment) -> Iterator[None]:
    """End a deployment that fails before anything is touched."""
    try:
        yield
    except EXPECTED as problem:
        seen = problem.seen if isinstance(problem, PipelineError) else str(problem)
        said = messages.problem(cause_of(problem)), "Nothing was touched"
        reasons = (*said, *block(of_text(evidence_of(problem))))
        notice = messages.failed(deployment.order, reasons)
        env.journal.end(deployment, Outcome.FAILED, seen, notice)
        raise Refused(
            f"deploying {deployment.sha.short} to {env.name}",
            seen,
            "nothing was touched; mend the cause and deploy again",
        ) from problem
