"""Which strategy an environment has, made from configuration."""

import os

from pipeline.config import Config, StrategyName
from pipeline.gateways.docker import ComposeProject
from pipeline.gateways.git_store import Store
from pipeline.gateways.git_worktree import Worktree
from pipeline.gateways.supervisor import Supervisor
from pipeline.strategies import Strategy
from pipeline.strategies.dependencies import Dependencies
from pipeline.strategies.process import Process
from pipeline.strategies.restart import Restart

COMPOSE_FOLDER = "30_docker"


def strategy_of(config: Config, name: str, store: Store) -> Strategy:
    """Return the strategy of an environment."""
    image = config.image
    dependencies = Dependencies(store, image.defined_by, image.base)
    if config.environment(name).strategy is StrategyName.PROCESS:
        return _process(config, name, dependencies)
    project = ComposeProject(
        config.paths.root / COMPOSE_FOLDER / f"docker-compose-{name}.yml",
        variables=compose_variables(config, name),
    )
    return Restart(name, project, dependencies, image.name, image.build_deadline)


def compose_variables(config: Config, name: str) -> dict[str, str]:
    """Return what an environment's compose file must know of the configuration."""
    settings = config.environment(name)
    prefix = name.upper().replace("-", "_")
    return {
        f"{prefix}_PROJECT": settings.project,
        f"{prefix}_IMAGE": f"{config.image.name}:{settings.project}",
        f"{prefix}_BIND": settings.bind,
        f"{prefix}_PORT": str(settings.port),
        f"{prefix}_S3_FILE": str(settings.s3_file or os.devnull),
        "BASE_IMAGE": config.image.base,
    }


def _process(config: Config, name: str, dependencies: Dependencies) -> Process:
    settings, state = config.environment(name), config.paths.state
    return Process(
        environment=name,
        settings=settings,
        worktree=Worktree(config.paths.root / settings.worktree),
        dependencies=dependencies,
        supervisor=Supervisor(state / f"{name}-app.json", state / f"{name}-app.log"),
        venvs=config.paths.root / ".pipeline" / "venvs",
        build_deadline=config.image.build_deadline,
    )
