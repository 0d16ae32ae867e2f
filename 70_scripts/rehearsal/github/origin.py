"""Ask the bare repository questions.

Owns every git command of the stand-in. Refuses to change history beyond merging what
somebody wants merged: pushing is the user's, clones go to directories of their own.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ZERO_SHA = "0" * 40
MERGER = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.com")
_FIELDS = "%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; the dates are ISO 8601 texts, as git prints them."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str, str]
    committer: tuple[str, str, str]
    message: str

    @property
    def title(self) -> str:
        """Return the first line of the message."""
        return self.message.split("\n", 1)[0]


class Origin:
    """The repository that everybody pushes to."""

    def __init__(self, path: Path) -> None:
        """Remember where the bare repository is."""
        self.path = path

    def resolve(self, revision: str) -> str | None:
        """Return the SHA of a commit named in any way git knows, if there is one."""
        # --end-of-options: a revision may come from a request and look like an option.
        arguments = ("--quiet", "--end-of-options", revision + "^{commit}")
        found = self._run("rev-parse", "--verify", *arguments, check=False)
        return found.strip() or None

    def has_object(self, name: str) -> bool:
        """Tell whether an object is here."""
        return self._succeeds("cat-file", "-e", name)

    def commit(self, sha: str) -> Commit:
        """Return what one commit says."""
        text = self._run("show", "--no-patch", f"--format=format:{_FIELDS}", sha)
        lines = text.split("\n", 9)
        return Commit(
            lines[0],
            lines[1],
            tuple(lines[2].split()),
            (lines[3], lines[4], lines[5]),
            (lines[6], lines[7], lines[8]),
            lines[9].rstrip("\n"),
        )

    def workflow_texts(self, sha: str) -> dict[str, str]:
        """Return the workflow files of a commit, by path."""
        names = self._run(
            "ls-tree", "-z", "--name-only", sha, ".github/workflows/"
        ).split("\0")
        paths = [name for name in names if name.endswith((".yml", ".yaml"))]
        return {path: self._run("show", f"{sha}:{path}") for path in paths}

    def changed_paths(self, before: str, after: str) -> tuple[str, ...]:
        """Return what a push changed; a new branch counts from its first parent."""
        base = before if before != ZERO_SHA and self.has_object(before) else None
        pair = (base, after) if base else ("--root", "-m", "--first-parent", after)
        names = self._run(
            "diff-tree", "-r", "-z", "--name-only", "--no-commit-id", *pair
        )
        return tuple(name for name in names.split("\0") if name)

    def commits_between(self, base: str, head: str) -> tuple[str, ...]:
        """Return the commits of head that base has not, oldest first."""
        return tuple(self._run("rev-list", "--reverse", head, f"^{base}").split())

    def merge(self, base: str, head: str, message: str) -> str | None:
        """Merge two commits into a new one of no branch; None if they conflict."""
        tree = self._run("merge-tree", "--write-tree", base, head, check=False).strip()
        if not re.fullmatch("[0-9a-f]{40}", tree):
            return None
        parents = ("-p", base, "-p", head)
        made = ("commit-tree", tree, *parents, "-m", message)
        return self._run(*MERGER, *made).strip()

    def set_ref(self, ref: str, sha: str) -> None:
        """Let a ref name a commit."""
        self._run("update-ref", ref, sha)

    def check_out(self, sha: str, target: Path, remote: str) -> None:
        """Check a commit out into a fresh directory that names this remote."""
        options = ("--quiet", "--shared", "--no-checkout")
        self._run("clone", *options, str(self.path), str(target))
        self._run("checkout", "--quiet", "--detach", sha, at=target)
        self._run("remote", "set-url", "origin", remote, at=target)

    def _succeeds(self, *arguments: str) -> bool:
        command = ("git", "-C", str(self.path), *arguments)
        return subprocess.run(command, capture_output=True).returncode == 0

    def _run(self, *arguments: str, check: bool = True, at: Path | None = None) -> str:
        finished = subprocess.run(
            ("git", "-C", str(at or self.path), *arguments),
            capture_output=True,
            check=check,
            encoding="utf-8",
            errors="replace",
        )
        return finished.stdout
