"""Worktrees that were removed, moved, or whose administration was pruned.

What lies in a worktree's place is never removed: a tree that lost its administration
gets a new one, and what differs from the commit is a hand edit like any other.
"""

import tempfile
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.errors import ConfigurationError
from pipeline.adapters.git_store import Store


def mend_worktree(store: Store, place: Path, sha: Sha) -> str:
    """Make a place a worktree of the store again; return what was done, or nothing.

    Args:
        store: whose worktree it is.
        place: where it is, or should be.
        sha: the commit of a worktree that has to be made.

    Raises:
        ConfigurationError: something else is there.
        CommandFailed: git could not do it.
    """
    if is_worktree(store, place):
        return ""
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise _taken(place)
    if (place / ".git").is_dir():
        raise _taken(place)
    if place.is_dir() and any(place.iterdir()):
        store.repair_worktree(place)
        if is_worktree(store, place):
            return "repaired"
        _link_again(store, place, sha)
        return f"linked again, at {sha.short}"
    if place.is_dir():
        place.rmdir()
    store.prune_worktrees()
    store.add_worktree(place, sha)
    return f"new worktree at {sha.short}"


def is_worktree(store: Store, place: Path) -> bool:
    """Tell whether a place and the store agree that it is a worktree."""
    try:
        text = (place / ".git").read_text(encoding="utf-8")
        administration = Path(text.removeprefix("gitdir:").strip())
        named = (administration / "gitdir").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return False
    folder = (store.path / "worktrees").resolve()
    is_ours = administration.resolve().parent == folder
    return is_ours and Path(named).resolve() == (place / ".git").resolve()


def _link_again(store: Store, place: Path, sha: Sha) -> None:
    """Give a tree a new administration; its files stay as they are."""
    store.prune_worktrees()
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".mending-") as folder:
        made = Path(folder) / place.name
        store.add_worktree(made, sha, is_empty=True)
        (made / ".git").replace(place / ".git")
        store.repair_worktree(place)
    store.read_index(place)


def _taken(place: Path) -> ConfigurationError:
    return ConfigurationError(
        f"mending the worktree {place}",
        "something else is there",
        "move it away, then run again",
    )
