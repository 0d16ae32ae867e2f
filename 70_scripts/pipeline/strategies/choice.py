"""Which strategy an environment has, made from configuration."""

import os
from dataclasses import replace
from pathlib import Path, PurePath

from pipeline.config import Config, StrategyName
from pipeline.core.compose_allowance import Allowance
from pipeline.gateways.docker import ComposeProject
from pipeline.gateways.git_store import Store
from pipeline.gateways.git_worktree import Worktree
from pipeline.gateways.host_policy import HostPolicy
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
    file = f"{COMPOSE_FOLDER}/docker-compose-{name}.yml"
    prefix = f"{_prefix(name)}_"
    dependencies = replace(dependencies, compose_file=file, prefix=prefix)
    project = ComposeProject(
        config.paths.root / file,
        variables=compose_variables(config, name),
    )
    return Restart(name, project, dependencies, image.name, image.build_deadline)


def host_policy_of(config: Config, name: str, store: Store) -> HostPolicy:
    """Return what an environment's versions may use of the host."""
    settings, root = config.environment(name), config.paths.root
    has_file = settings.strategy is not StrategyName.PROCESS
    prefix = _prefix(name)
    variables = compose_variables(config, name)
    tree = root / settings.worktree
    git_directory = root / ".pipeline" / "repo.git" / "worktrees" / tree.name
    s3_file = settings.s3_file or Path(os.devnull)
    others = [one for key, one in config.environments.items() if key != name]
    allowance = Allowance(
        keys=frozenset(config.compose.allow),
        project=settings.project,
        image=variables[f"{prefix}_IMAGE"],
        tree=tree,
        readable=(git_directory, s3_file, Path(os.devnull)),
        writable=_data_of(config, [root / one.worktree for one in others]),
        bind=settings.bind,
        other_ports=frozenset(one.port for one in others),
        real=Path,
    )
    file = root / COMPOSE_FOLDER / f"docker-compose-{name}.yml"
    project = ComposeProject(file, variables=variables) if has_file else None
    return HostPolicy(store, root, project, allowance)


def _data_of(config: Config, others: list[Path]) -> tuple[Path, ...]:
    """Return the declared data, without what belongs to another environment."""
    declared = (config.paths.root / path for path in config.backup.paths)
    data = (
        path for path in declared if not any(path.is_relative_to(o) for o in others)
    )
    return (*data, *config.compose.binds)


def compose_variables(config: Config, name: str) -> dict[str, str]:
    """Return what an environment's compose file must know of the configuration."""
    settings = config.environment(name)
    prefix = _prefix(name)
    return {
        f"{prefix}_PROJECT": settings.project,
        f"{prefix}_IMAGE": f"{config.image.name}:{settings.project}",
        f"{prefix}_BIND": settings.bind,
        f"{prefix}_PORT": str(settings.port),
        f"{prefix}_S3_FILE": str(settings.s3_file or os.devnull),
        "BASE_IMAGE": config.image.base,
    }


def compose_places(config: Config, name: str) -> dict[str, str]:
    """Return where an environment's compose file finds what it mounts.

    Absolute: Compose counts paths from the folder that the file is named in, which
    may be a link.
    """
    root, worktree = config.paths.root, config.environment(name).worktree
    prefix = _prefix(name)
    store = root / ".pipeline" / "repo.git"
    return {
        f"{prefix}_TREE": str(root / worktree),
        f"{prefix}_HEAD_DIR": str(store / "worktrees" / PurePath(worktree).name),
    }


def _prefix(name: str) -> str:
    return name.upper().replace("-", "_")


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
