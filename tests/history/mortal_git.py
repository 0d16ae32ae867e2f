"""Real repositories, in a process that can die at each of git's commands."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pipeline.core.sha import Sha
from pipeline.effects.processes import Completed
from pipeline.adapters.git_store import Commit, Store
from pipeline.adapters.worktree import Worktree

from tests.history.death import Fate


class MortalStore(Store):
    """The real store; each git command is a step.

    What never changes about commits that are in the store, such as their ancestry, is
    asked of git once a process: it is most of what a history would wait for.
    """

    answers: ClassVar[dict[object, Any]] = {}

    def __init__(
        self, path: Path, branch: str, fate: Fate, stored: set[object]
    ) -> None:
        """Use the store at ``path``; ``stored`` is what is known to be in it."""
        super().__init__(path, branch)
        self._fate, self._stored = fate, stored

    def has(self, sha: Sha) -> bool:
        """Ask git, until it is there."""
        if sha not in self._stored and super().has(sha):
            self._stored.add(sha)
        return sha in self._stored

    def was_deployed(self, sha: Sha) -> bool:
        """Ask git, until it is pinned; nothing unpins it."""
        if ("pinned", sha) not in self._stored and super().was_deployed(sha):
            self._stored.add(("pinned", sha))
        return ("pinned", sha) in self._stored

    def pin(self, sha: Sha) -> None:
        """Let git pin it, until it is."""
        if not self.was_deployed(sha):
            super().pin(sha)

    def export(self, sha: Sha, paths: Sequence[str], into: Path) -> None:
        """Let git write the files, once of each commit: nobody here looks twice."""
        self._once(("export", sha), partial(super().export, sha, paths, into), sha)

    def is_ancestor_or_same(self, older: str, newer: str) -> bool:
        """Ask git, once of two commits."""
        ask = partial(super().is_ancestor_or_same, older, newer)
        return bool(self._once((older, newer), ask, older, newer))

    def ancestry(self, shas: Iterable[Sha]) -> frozenset[tuple[Sha, Sha]]:
        """Ask git, once of each set of commits."""
        known = frozenset(shas)
        ask = partial(super().ancestry, known)
        pairs: frozenset[tuple[Sha, Sha]] = self._once(known, ask, *known)
        return pairs

    def commit(self, sha: Sha) -> Commit:
        """Ask git, once of each commit."""
        found: Commit = self._once(sha, partial(super().commit, sha), sha)
        return found

    def _once(self, key: object, ask: Callable[[], Any], *named: str) -> Any:
        self._fate.tick("git, of commits")
        # One step, whether git was asked before or not: histories must replay.
        fate, self._fate = self._fate, Fate()
        try:
            if not self._stored.issuperset(named):
                return ask()
            if key not in self.answers:
                self.answers[key] = ask()
            return self.answers[key]
        finally:
            self._fate = fate

    def _git(self, *arguments: str, **options: Any) -> Completed:
        run = partial(super()._git, *arguments, **options)
        self._fate.tick(f"git {arguments[0]}", run)
        return run()


class MortalWorktree(Worktree):
    """The real worktree; each git command is a step."""

    head_files: ClassVar[dict[Path, Path]] = {}

    def __init__(self, path: Path, fate: Fate) -> None:
        """Use the worktree at ``path``."""
        super().__init__(path)
        self._fate = fate

    def head(self) -> Sha:
        """Read what git would: a detached HEAD is a file with a SHA in it."""
        return Sha(self.head_file().read_text().strip())

    def head_file(self) -> Path:
        """Ask git, once: it stays where it is."""
        self._fate.tick("git, of places")
        if self.path not in self.head_files:
            self.head_files[self.path] = Worktree(self.path).head_file()
        return self.head_files[self.path]

    def _git(self, *arguments: str, **options: Any) -> Completed:
        run = partial(super()._git, *arguments, **options)
        self._fate.tick(f"git {arguments[0]}", run)
        return run()
