"""Setting a VM up: run again, it repairs or upgrades, and destroys nothing.

The pipeline that guards is a copy of its own, outside every tree that gets reset.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.files import point_link, write_atomically
from pipeline.errors import ConfigurationError
from pipeline.gateways.git_store import Store
from pipeline.gateways.git_worktree import Worktree

RELEASED = ("70_scripts", "pipeline.yml", "pyproject.toml", "uv.lock")


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of DESIGN's deployment root."""

    root: Path

    @property
    def store(self) -> Path:
        """Return the bare repository."""
        return self.root / ".pipeline" / "repo.git"

    @property
    def current(self) -> Path:
        """Return the link to the pipeline that is in force."""
        return self.root / ".pipeline" / "current"

    def release(self, sha: Sha) -> Path:
        """Return where a version of the pipeline is kept."""
        return self.root / ".pipeline" / "releases" / sha


def install(
    config: Config,
    origin: str,
    variables: dict[str, str],
    say: Callable[[str], None],
) -> Sha:
    """Make or mend the deployment root and the state directory.

    Args:
        config: where they are.
        origin: the URL to fetch from.
        variables: what the compose files must know.
        say: tells the person what is being done.

    Returns:
        The commit whose pipeline is in force.

    Raises:
        ConfigurationError: a place is taken by something else.
        CommandFailed: git could not do its part.
    """
    layout = Layout(config.paths.root)
    config.paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    layout.root.mkdir(parents=True, exist_ok=True)
    say(f"==> {layout.store}: fetching {config.github.branch}")
    store = Store(layout.store, config.github.branch)
    store.create(origin)
    store.fetch()
    tip = store.tip()
    for name, settings in config.environments.items():
        worktree = Worktree(layout.root / settings.worktree)
        if not worktree.path.exists():
            say(f"==> {worktree.path}: new worktree at {tip.short}")
            store.add_worktree(worktree.path, tip)
        _link_compose_file(layout, name, settings.worktree)
    lines = "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))
    write_atomically(layout.root / "30_docker" / ".env", lines)
    return _release(store, layout, tip, say)


def _link_compose_file(layout: Layout, name: str, worktree: str) -> None:
    file = f"docker-compose-{name}.yml"
    folder = layout.root / "30_docker"
    folder.mkdir(exist_ok=True)
    _link(folder / file, Path("..") / worktree / "30_docker" / file)


def _release(store: Store, layout: Layout, tip: Sha, say: Callable[[str], None]) -> Sha:
    if layout.current.is_symlink():
        return Sha(layout.current.resolve().name)
    release = layout.release(tip)
    say(f"==> {release}: the pipeline of {tip.short}")
    release.mkdir(parents=True, exist_ok=True)
    store.export(tip, RELEASED, release)
    _link(layout.current, Path("releases") / tip)
    _link(layout.root / "70_scripts", Path(".pipeline") / "current" / "70_scripts")
    return tip


def _link(link: Path, target: Path) -> None:
    if link.exists() and not link.is_symlink():
        raise ConfigurationError(
            f"linking {link}", "something else is there", "move it away, then run again"
        )
    point_link(link, target)
