"""A git worktree: what one environment serves from.

Every answer is read from plumbing commands' output and exit codes, never from prose.
"""

import os
import tempfile
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import let_others_read, remove_if_abandoned
from pipeline.effects.processes import Completed, run
from pipeline.gateways.git_store import QUIET

KEEPER = {
    "GIT_AUTHOR_NAME": "pipeline",
    "GIT_AUTHOR_EMAIL": "pipeline@localhost",
    "GIT_COMMITTER_NAME": "pipeline",
    "GIT_COMMITTER_EMAIL": "pipeline@localhost",
}


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
        return bool(self._git("status", "--porcelain").text)

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
        self._git("update-ref", ref, commit)
        return ref

    def reset(self, sha: Sha) -> None:
        """Make the tree that of the commit, detached, nothing left over.

        A repository that somebody cloned into the tree stays: it is somebody's work,
        and cannot be kept aside.
        """
        remove_if_abandoned(self.head_file().with_name("index.lock"))
        self._git("checkout", "--quiet", "--detach", "--force", str(sha))
        self._git("clean", "--quiet", "-fd")
        self._let_others_read()

    def _let_others_read(self) -> None:
        """Let a container's user read the tree, whatever umask a hand reset had."""
        names = self._git("ls-files", "-z").stdout.split(b"\0")
        let_others_read(self.path, (Path(os.fsdecode(name)) for name in names if name))

    def _git(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        allowed: tuple[int, ...] = (0,),
    ) -> Completed:
        argv = ("git", "-C", str(self.path), "-c", "core.hooksPath=/dev/null")
        variables = {**QUIET, **(env or {})}
        return run((*argv, *arguments), env=variables, allowed=allowed)
