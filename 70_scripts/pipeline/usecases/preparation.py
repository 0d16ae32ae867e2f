"""Everything that can fail before anything is touched."""

import tempfile
from pathlib import Path

from pipeline.core import messages
from pipeline.core.history import Deployment, Kind, Outcome, Step
from pipeline.effects.processes import CommandFailed
from pipeline.errors import PipelineError, Refused
from pipeline.usecases.environment import Environment


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
        tempfile.TemporaryDirectory(prefix="pipeline-prepare-") as folder,
    ):
        env.store.pin(sha)
        env.store.export(sha, env.strategy_files, Path(folder))
        env.strategy.prepare(sha, Path(folder))


def prepare_or_end(env: Environment, deployment: Deployment) -> None:
    """Prepare a version, fetched if it is new; when that fails, end its deployment.

    Raises:
        Refused: it cannot be prepared; nothing was touched.
    """
    try:
        if deployment.order.kind is Kind.DEPLOY:
            fetch(env, deployment)
        prepare(env, deployment)
    except (CommandFailed, PipelineError, OSError) as problem:
        seen = problem.seen if isinstance(problem, PipelineError) else str(problem)
        reasons = (messages.problem(seen), "Nothing was touched")
        notice = messages.failed(deployment.order, reasons)
        env.journal.end(deployment, Outcome.FAILED, seen, notice)
        raise Refused(
            f"deploying {deployment.sha.short} to {env.name}",
            seen,
            "nothing was touched; mend the cause and deploy again",
        ) from problem
