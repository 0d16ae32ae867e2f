"""A copy of exactly the code that prod serves, or would serve."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git import git
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Source:
    """Which commit is prod's, where it is kept, and how that is known."""

    store: Store
    sha: Sha
    reason: str


def find_source(config: Config, checkout: Path) -> Source:
    """Return prod's commit.

    On the VM: the one that prod's worktree is at, before the first promotion the last
    validated one. Elsewhere nobody knows; then it is the newest of the branch that is
    deployed, as last fetched, and HEAD in a repository that has none.

    Raises:
        CommandFailed: there is no repository, or no commit.
    """
    kept = config.paths.root / ".pipeline" / "repo.git"
    branch = config.github.branch
    if kept.is_dir():
        store = Store(kept, branch)
        sha, reason = _on_the_vm(config)
        return Source(store, sha or store.tip(), reason or f"the newest of {branch}")
    found = git("-C", str(checkout), "rev-parse", "--absolute-git-dir").text
    store = Store(Path(found), branch)
    try:
        return Source(store, store.tip(), f"the newest of origin/{branch}")
    except CommandFailed:
        return Source(store, Worktree(checkout).head(), "HEAD")


def _on_the_vm(config: Config) -> tuple[Sha | None, str]:
    if "prod" in config.environments:
        tree = config.paths.root / config.environments["prod"].worktree
        if (tree / ".git").exists():
            return Worktree(tree).head(), "what prod serves"
    validated = StateFile(config.paths.state / "last-validated-sha.txt").read()
    return validated, "the last validated one" if validated else ""
