"""A git worktree: what one environment serves from.

Every answer is read from plumbing commands' output and exit codes, never from prose.
"""

import itertools
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import let_others_read, let_owner_write
from pipeline.effects.processes import CommandFailed, Completed
from pipeline.adapters.git import (
    CHECKOUT_TIMEOUT,
    QUERY_TIMEOUT,
    disable_attributes,
    git,
    pattern,
)
from pipeline.adapters.git_files import require_plain_worktree
from pipeline.adapters.git_locks import await_unlocked, writing
from pipeline.adapters.hand_edits import HandEdits
from pipeline.adapters.kept_commit import commit_files

MOST_NAMED = 3


class Worktree:
    """What one environment serves from; it belongs to the pipeline."""

    def __init__(self, path: Path) -> None:
        """Use the worktree at ``path``."""
        self.path = path

    def head(self) -> Sha:
        """Return the commit that is checked out."""
        return Sha(self._git("rev-parse", "HEAD").text)

    def head_file(self) -> Path:
        """Return the file that holds HEAD."""
        return Path(self._git("rev-parse", "--absolute-git-dir").text) / "HEAD"

    def commit(self) -> Sha | None:
        """Return the commit that is checked out, None where there is none."""
        command = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        text = self._git(*command, allowed=(0, 1, 128)).text
        return Sha(text) if text else None

    def hand_edits(
        self, onto: Sha | None = None, known: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Return the paths of what somebody edited, added or removed by hand.

        Args:
            onto: the commit that comes: what it would overwrite counts, too.
            known: other commits whose files are nobody's edits.
        """
        with suppress(OSError):  # Whoever may only look cannot write it.
            disable_attributes(self._common_directory())
        return self._edits().find(self.commit() or "", onto or "", known)

    def kept(self, label: str) -> tuple[str, ...]:
        """Return the refs of what was kept aside under a label, in order."""
        patterns = (f"refs/kept/{label}", f"refs/kept/{label}-*")
        command = ("for-each-ref", "--format=%(refname)", "--sort=creatordate")
        return tuple(self._git(*command, *patterns).text.split())

    def is_kept(self, commit: Sha, refs: Iterable[str]) -> bool:
        """Tell whether a commit is part of what was kept aside."""
        command = ("merge-base", "--is-ancestor", str(commit))
        return any(self._git(*command, ref, allowed=(0, 1)).code == 0 for ref in refs)

    def keep_aside(self, label: str, paths: Sequence[str] | None = None) -> str:
        """Commit hand edits, and what HEAD adds, to a ref of their own.

        Args:
            label: names the ref; one more is made where it is taken.
            paths: of the edits; None looks for them.

        Returns:
            The ref, ``refs/kept/<label>``, or one with ``-2``, ``-3`` … after it.
        """
        files = self.hand_edits() if paths is None else paths
        head, message = self.commit() or "", f"Kept aside before {label}"
        with self._edits().unflagged() as index:
            commit = commit_files(self._git, self.path, head, files, index, message)
        number = len(self.kept(label)) + 1
        ref = f"refs/kept/{label}" + (f"-{number}" if number > 1 else "")
        with writing(self._common_directory()):
            self._git("update-ref", ref, commit)
        return ref

    def await_unlocked(self) -> None:
        """Wait until nobody else is changing the tree; a dead git's locks go.

        Raises:
            TimedOut: a person's git kept its lock.
        """
        await_unlocked(self.head_file().parent, self.path)

    def reset(self, sha: Sha) -> tuple[str, ...]:
        """Make the tree that of the commit, detached, nothing left over.

        A repository that somebody cloned into the tree stays: it is somebody's work,
        and cannot be kept aside.

        Returns:
            What could not be removed, as a remark; what is served does not need it.

        Raises:
            CommandFailed: the commit's files are not all there.
            TimedOut: a person's git kept its lock.
        """
        self.await_unlocked()
        disable_attributes(self._common_directory())
        with writing(self.head_file().parent):
            self._repair_index()
            hidden = self._hidden()
            self._clear_the_way(sha)
            self._check_out(sha)
        remarks = self._clean(hidden)
        self._let_others_read()
        return remarks

    def _check_out(self, sha: Sha) -> None:
        command = ("checkout", "--quiet", "--detach", "--force", str(sha))
        try:
            self._git(*command, timeout=CHECKOUT_TIMEOUT)
        except CommandFailed:
            # Somebody forbade writing to a folder that is the pipeline's own.
            if not let_owner_write(self.path):
                raise
            self._git(*command, timeout=CHECKOUT_TIMEOUT)

    def _repair_index(self) -> None:
        """Let git look at every file; an index that is damaged is made anew."""
        try:
            self._edits().unflag()
        except CommandFailed:
            self._index().unlink(missing_ok=True)
            self._git("read-tree", "HEAD", allowed=(0, 128))

    def _clear_the_way(self, sha: Sha) -> None:
        """Remove the folders that stand where the commit has files."""
        for path in self._edits().blocking(self.commit() or "", sha):
            place = self.path / path
            if any(place.rglob(".git")):
                place.rename(_free_name(place))  # A repository of somebody's own.
            else:
                shutil.rmtree(
                    place, ignore_errors=True
                )  # What was in it by hand was kept aside.

    def _hidden(self) -> frozenset[str]:
        """Return the untracked paths that ``.gitignore`` hides now."""
        options = ("--others", "--ignored", "--exclude-standard", "--directory", "-z")
        found = self._git("ls-files", *options, allowed=(0, 128)).stdout.split(b"\0")
        return frozenset(os.fsdecode(name) for name in found if name)

    def _clean(self, hidden: frozenset[str]) -> tuple[str, ...]:
        """Remove what is untracked, but not what only the version before hid."""
        spared = sorted(hidden - self._hidden()) if hidden else ()
        options = [part for path in spared for part in ("-e", pattern(path))]
        try:
            command = ("clean", "--quiet", "-fd", *options)
            self._git(*command, timeout=CHECKOUT_TIMEOUT)
        except CommandFailed as failure:
            lines = failure.output.strip().splitlines()[:MOST_NAMED]
            return (f"Not all could be removed from {self.path}: {'; '.join(lines)}",)
        return ()

    def _edits(self) -> HandEdits:
        return HandEdits(self.path, self._index(), self._git)

    def _index(self) -> Path:
        return self.head_file().with_name("index")

    def _let_others_read(self) -> None:
        """Let a container's user read the tree, whatever umask a hand reset had."""
        names = self._git("ls-files", "-z").stdout.split(b"\0")
        let_others_read(self.path, (Path(os.fsdecode(name)) for name in names if name))

    def _common_directory(self) -> Path:
        directory = self.head_file().parent
        file = directory / "commondir"
        if not file.is_file():
            return directory
        return (directory / file.read_text(encoding="utf-8").strip()).resolve()

    def _git(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        allowed: tuple[int, ...] = (0,),
        timeout: float = QUERY_TIMEOUT,
    ) -> Completed:
        require_plain_worktree(self.path)
        # Somebody's sparse checkout would leave files out of what is served.
        place = ("-c", "core.sparseCheckout=false", "-C", str(self.path))
        return git(*place, *arguments, env=env, allowed=allowed, timeout=timeout)


def _free_name(place: Path) -> Path:
    names = (place.with_name(f"{place.name}.kept-{n}") for n in itertools.count(1))
    return next(name for name in names if not os.path.lexists(name))
