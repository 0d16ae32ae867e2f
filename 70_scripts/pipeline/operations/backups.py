"""Backups of an environment: what goes into one, and what makes and restores them.

The caller holds the environment's lock.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.account import expand_home
from pipeline.effects.processes import CommandFailed, run
from pipeline.errors import ConfigurationError, Refused
from pipeline.adapters.backup.creation import Contents, create
from pipeline.adapters.backup.restoration import restore
from pipeline.adapters.backup.store import Backup, BackupStore
from pipeline.adapters.compose import image_id
from pipeline.adapters.git_store import Store
from pipeline.adapters.secrets import FILE_NAME as SECRETS
from pipeline.strategies.variables import COMPOSE_FOLDER, compose_variables
from pipeline.operations.environment import Environment


def store_of(config: Config, environment: str) -> BackupStore:
    """Return where an environment's backups are."""
    return BackupStore(config.paths.root / "backups" / environment)


def places_of(config: Config) -> dict[str, Path]:
    """Return where each declared data path is, links on the way followed."""
    root = config.paths.root
    return {
        declared: (root / expand_home(Path(declared))).resolve()
        for declared in config.backup.paths
    }


def shield(config: Config, store: Store) -> None:
    """Keep deployments' hands off the declared data that lies in a worktree."""
    root = config.paths.root
    worktrees = [root / each.worktree for each in config.environments.values()]
    store.exclude_from_clean(
        place.relative_to(worktree.resolve()).as_posix()
        for place in places_of(config).values()
        for worktree in worktrees
        if place.is_relative_to(worktree.resolve()) and place != worktree.resolve()
    )


def contents_of(
    config: Config, config_file: Path, environment: str, sha: Sha | None, image: str
) -> Contents:
    """Return what a backup of an environment has in it.

    Args:
        config: the configuration in force.
        config_file: its file.
        environment: whose backup it is.
        sha: what serves there now, None if nothing does.
        image: the id of the image that serves, empty where there is none.
    """
    folder = config.paths.root / COMPOSE_FOLDER
    files = (config_file, folder / f"docker-compose-{environment}.yml", folder / ".env")
    return Contents(
        environment=environment,
        sha=sha,
        image=image,
        data=places_of(config),
        kept={file.name: file for file in files if file.is_file()},
        excluded=frozenset({(config.paths.state / SECRETS).resolve()}),
    )


def image_in_service(config: Config, environment: str) -> str:
    """Return the id of the image that an environment serves from, empty if none.

    Raises:
        ConfigurationError: the engine does not answer.
    """
    if config.environment(environment).strategy == "process":
        return ""
    prefix = environment.upper().replace("-", "_")
    try:
        return image_id(compose_variables(config, environment)[f"{prefix}_IMAGE"])
    except CommandFailed as error:
        raise ConfigurationError(
            "asking the engine which image serves", str(error), "see `docker info`"
        ) from error


def create_backup(
    store: BackupStore,
    contents: Contents,
    now: float,
    keep: int,
    protected: frozenset[Sha] = frozenset(),
) -> Backup:
    """Make a backup that was read back and tried out, then prune the oldest.

    Args:
        store: where it goes.
        contents: what goes into it.
        now: seconds since the epoch.
        keep: how many of the newest stay.
        protected: SHAs whose newest backup stays whatever its age, such as the one to
            roll back to.

    Raises:
        Refused: it could not be made; nothing else was touched.
    """
    backup = create(store, contents, now)
    store.prune(keep, protected)
    return backup


def back_up(config: Config, config_file: Path, env: Environment) -> Backup:
    """Back an environment up as it is; its newest and the one to return to stay.

    Raises:
        Refused: it could not be made, or a hook failed; nothing else was touched.
        ConfigurationError: the engine does not answer.
    """
    serving, live = env.endpoint.probe(is_deep=False).sha, env.journal.deployments.live(
        env.name
    )
    point = live.rollback_point if live else None
    shield(config, env.store)
    image = image_in_service(config, env.name)
    contents = contents_of(config, config_file, env.name, serving, image)
    protected = frozenset(sha for sha in (serving, point) if sha)
    now, keep = env.clock.now(), config.backup.keep
    with _between_hooks(config, env):
        store = store_of(config, env.name)
        backup = create_backup(store, contents, now, keep, protected)
    if not backup.manifest.size:
        env.announce("the backup holds 0 bytes of data: see backup.paths")
    return backup


@contextmanager
def _between_hooks(config: Config, env: Environment) -> Iterator[None]:
    """Run the team's hooks before and after; what the first began the second ends.

    Raises:
        Refused: one of them failed.
    """
    hooks = config.backup
    try:
        _run_hook(config, env, "before_backup", hooks.before_backup)
        yield
    finally:
        _run_hook(config, env, "after_backup", hooks.after_backup)


def _run_hook(
    config: Config, env: Environment, name: str, command: tuple[str, ...]
) -> None:
    if not command:
        return
    env.announce(f"{name}: {command[0]}")
    variables = {"PIPELINE_ENVIRONMENT": env.name}
    try:
        root, limit = config.paths.root, config.backup.hook_deadline
        run(command, cwd=root, env=variables, timeout=limit)
    except CommandFailed as error:
        todo = f"mend the command in backup.{name}, then try again"
        raise Refused(f"running {name} of {env.name}", str(error), todo) from error


def restore_backup(
    store: BackupStore, name: str, places: Mapping[str, Path]
) -> tuple[Path, ...]:
    """Put the data of a backup back, after reading all of it.

    Returns:
        Where what stood there was moved to.

    Raises:
        ConfigurationError: there is no such backup.
        Refused: it is damaged, or cannot be restored; nothing was changed.
    """
    return restore(store.verified(name), places)
