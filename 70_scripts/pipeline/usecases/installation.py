"""Setting a VM up: run again, it repairs or upgrades, and destroys nothing.

The pipeline that guards is a copy of its own, outside every tree that gets reset.
"""

from collections.abc import Callable
from pathlib import Path

from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.account import refuse_other_user
from pipeline.effects.files import make_folder, write_atomically
from pipeline.gateways.docker import env_line
from pipeline.gateways.git_store import Store
from pipeline.gateways.state_file import StateFile
from pipeline.usecases.backups import shield
from pipeline.usecases.layout import Layout
from pipeline.usecases.releases import Releases, link


def install(
    config: Config,
    releases: Releases,
    origin: str,
    variables: dict[str, str],
    say: Callable[[str], None],
) -> Sha:
    """Make or mend the deployment root and the state directory.

    Args:
        config: where they are.
        releases: the pipeline's own versions.
        origin: the URL to fetch from.
        variables: what the compose files must know.
        say: tells the person what is being done.

    Returns:
        The commit whose pipeline is in force.

    Raises:
        ConfigurationError: a place is taken by something else.
        CommandFailed: git, or the pipeline's installation, could not do its part.
    """
    layout, store = releases.layout, releases.store
    _make_state(config.paths.state)
    make_folder(layout.root)
    say(f"==> {layout.store}: fetching {config.github.branch}")
    store.create(origin)
    shield(config, store)
    store.fetch()
    for name, settings in config.environments.items():
        _add_worktree(store, layout.root / settings.worktree, say)
        _link_compose_file(layout, name, settings.worktree)
    lines = "".join(f"{env_line(*each)}\n" for each in sorted(variables.items()))
    write_atomically(layout.root / "30_docker" / ".env", lines)
    link(layout.root / "70_scripts", Path(".pipeline") / "current" / "70_scripts")
    return _in_force(config, releases)


def _make_state(state: Path) -> None:
    """Make the state directory, which other operators may read but not change.

    What is secret in it has a mode of its own; one that is there keeps its mode.
    """
    refuse_other_user(state)
    make_folder(state)


def _in_force(config: Config, releases: Releases) -> Sha:
    """Return the commit whose pipeline is in force; a new VM adopts one."""
    found = releases.layout.in_force()
    if found is None or not releases.layout.current.exists():
        found = _first_release(config, releases.store)
        releases.adopt(found)
    return found


def _add_worktree(store: Store, place: Path, say: Callable[[str], None]) -> None:
    if not place.exists():
        tip = store.tip()
        say(f"==> {place}: new worktree at {tip.short}")
        store.add_worktree(place, tip)


def _first_release(config: Config, store: Store) -> Sha:
    """Return the last validated SHA; where none is, somebody has to begin."""
    written = StateFile(config.paths.state / "last-validated-sha.txt").read()
    return written if written and store.is_deployable(written) else store.tip()


def _link_compose_file(layout: Layout, name: str, worktree: str) -> None:
    file = f"docker-compose-{name}.yml"
    folder = layout.root / "30_docker"
    folder.mkdir(exist_ok=True)
    link(folder / file, Path("..") / worktree / "30_docker" / file)
