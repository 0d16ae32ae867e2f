"""A git worktree: what one environment serves from.

Every answer is read from plumbing commands' output and exit codes, never from prose.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import let_others_read
from pipeline.effects.processes import CommandFailed, Completed
from pipeline.gateways.git import (
    CHECKOUT_TIMEOUT,
    QUERY_TIMEOUT,
    disable_attributes,
    git,
)
from pipeline.gateways.git_files import require_plain_worktree
from pipeline.gateways.git_locks import await_unlocked, writing

KEEPER = {
    "GIT_AUTHOR_NAME": "pipeline",
    "GIT_AUTHOR_EMAIL": "pipeline@localhost",
    "GIT_COMMITTER_NAME": "pipeline",
    "GIT_COMMITTER_EMAIL": "pipeline@localhost",
}

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

    def is_dirty(self) -> bool:
        """Tell whether somebody edited, added or removed files by hand."""
        with suppress(OSError):  # Whoever may only look cannot write it.
            disable_attributes(self._common_directory())
        # What a pushed .gitmodules says of submodules can make git give up.
        command = ("status", "--porcelain", "--ignore-submodules=all")
        return bool(self._git(*command).text)

    def kept(self, label: str) -> str | None:
        """Return the ref of what was kept aside under a label, None if nothing was."""
        ref = f"refs/kept/{label}"
        command = ("rev-parse", "--verify", "--quiet", ref)
        return ref if self._git(*command, allowed=(0, 1)).code == 0 else None

    def keep_aside(self, label: str) -> str:
        """Commit the tree as it stands, hand edits included, to a ref of its own.

        Returns:
            The ref, ``refs/kept/<label>``.
        """
        with tempfile.TemporaryDirectory(prefix="pipeline-index-") as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            self._git("read-tree", "HEAD", env=index)
            self._git("add", "--all", env=index)
            tree = self._git("write-tree", env=index).text
        message = f"Kept aside before {label}"
        commit = self._git(
            "commit-tree", tree, "-p", "HEAD", "-m", message, env=KEEPER
        ).text
        ref = f"refs/kept/{label}"
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
            self._git(
                *("checkout", "--quiet", "--detach", "--force", str(sha)),
                timeout=CHECKOUT_TIMEOUT,
            )
        remarks = self._clean()
        self._let_others_read()
        return remarks

    def _clean(self) -> tuple[str, ...]:
        try:
            self._git("clean", "--quiet", "-fd", timeout=CHECKOUT_TIMEOUT)
        except CommandFailed as failure:
            lines = failure.output.strip().splitlines()[:MOST_NAMED]
            return (f"Not all could be removed from {self.path}: {'; '.join(lines)}",)
        return ()

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
        place = ("-C", str(self.path))
        return git(*place, *arguments, env=env, allowed=allowed, timeout=timeout)
