"""Which strategy an environment has, made from configuration."""

import os
from importlib import import_module
from pathlib import Path

from pipeline.config import Config
from pipeline.core.compose_allowance import Allowance
from pipeline.adapters.compose import ComposeProject
from pipeline.adapters.git_store import Store
from pipeline.adapters.host_policy import HostPolicy
from pipeline.strategies import MODULES, Strategy
from pipeline.strategies.variables import compose_file, compose_variables, prefix_of


def strategy_of(config: Config, name: str, store: Store) -> Strategy:
    """Return the strategy of an environment: what its module's ``build`` makes."""
    module = import_module(MODULES[config.environment(name).strategy])
    strategy: Strategy = module.build(config, name, store)
    return strategy


def host_policy_of(
    config: Config, name: str, store: Store, strategy: Strategy
) -> HostPolicy:
    """Return what an environment's versions may use of the host."""
    settings, root = config.environment(name), config.paths.root
    prefix = prefix_of(name)
    variables = compose_variables(config, name)
    tree = root / settings.worktree
    git_directory = root / ".pipeline" / "repo.git" / "worktrees" / tree.name
    s3_file = settings.s3_file or Path(os.devnull)
    others = [one for key, one in config.environments.items() if key != name]
    allowance = Allowance(
        keys=frozenset(config.compose.allow),
        project=settings.project,
        image=variables[f"{prefix}IMAGE"],
        tree=tree,
        readable=(git_directory, s3_file, Path(os.devnull)),
        writable=_data_of(config, [root / one.worktree for one in others]),
        bind=settings.bind,
        other_ports=frozenset(one.port for one in others),
        real=Path,
    )
    file = root / compose_file(name)
    has_file = compose_file(name) in strategy.compose_files
    project = ComposeProject(file, variables=variables) if has_file else None
    return HostPolicy(store, root, project, allowance)


def _data_of(config: Config, others: list[Path]) -> tuple[Path, ...]:
    """Return the declared data, without what belongs to another environment."""
    declared = (config.paths.root / path for path in config.backup.paths)
    data = (
        path for path in declared if not any(path.is_relative_to(o) for o in others)
    )
    return (*data, *config.compose.binds)
