"""What strategies share that serve from one worktree and restart in their one place.

Start and switch are one act here: the worktree is reset, and the app restarted. What
people changed in the worktree is kept aside first.
"""

import shlex
from abc import ABC, abstractmethod

from pipeline.config import Config
from pipeline.core.deployment import Step
from pipeline.core.sha import Sha
from pipeline.adapters.git_files import require_plain_worktree
from pipeline.adapters.worktree import Worktree
from pipeline.strategies import Act, Release, Strategy


def worktree_of(config: Config, name: str) -> Worktree:
    """Return an environment's worktree.

    Raises:
        ConfigurationError: something else stands in its place.
    """
    worktree = Worktree(config.paths.root / config.environment(name).worktree)
    require_plain_worktree(worktree.path)  # Before anything is begun.
    return worktree


class InPlace(Strategy, ABC):
    """A strategy whose environment has one worktree, and one app that serves it."""

    def __init__(self, worktree: Worktree, files: tuple[str, ...]) -> None:
        """Serve ``worktree``; ``files`` are what preparing a version needs of it."""
        self._worktree = worktree
        self.files = files

    @abstractmethod
    def restart_by_hand(self) -> str:
        """Return the command that a person types to restart what was reset."""

    def rollout(self, release: Release) -> tuple[Act, ...]:
        """Return the one act: reset and restart."""

        def switch() -> tuple[str, ...]:
            release.announce(f"resetting to {release.sha.short}")
            remarks = self._worktree.reset(release.sha)
            release.announce("restarting")
            self.restart()
            return remarks

        return (Act(Step.SWITCH, switch),)

    def keep(self, release: Release) -> tuple[str, ...]:
        """Keep hand edits, and commits made here, on refs; return all of the label."""
        refs = self._worktree.kept(release.label)
        edits = self._worktree.hand_edits(release.sha, (*release.versions, *refs))
        if edits or self._has_own_commit(release, refs):
            refs = (*refs, self._worktree.keep_aside(release.label, edits))
        return refs

    def _has_own_commit(self, release: Release, refs: tuple[str, ...]) -> bool:
        """Tell whether a person committed to the worktree what nothing else has."""
        head = self._worktree.commit()
        if head is None or release.is_known(head):
            return False
        return not self._worktree.is_kept(head, refs)

    def version(self) -> Sha | None:
        """Return the commit that the worktree is at."""
        return self._worktree.commit()

    def by_hand(self, sha: Sha) -> tuple[str, ...]:
        """Return what a person types: a reset, and a restart."""
        place = shlex.quote(str(self._worktree.path))
        return (f"cd {place} && git reset --hard {sha}", self.restart_by_hand())
