"""A real git repository, as somebody's clone and the origin that it pushes to."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha

NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.invalid")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it printed."""
    command = ("git", "-C", str(folder), *AUTHOR, *arguments)
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **NOBODY},
    )
    return done.stdout.rstrip("\n")


@dataclass(frozen=True, slots=True)
class Clone:
    """Where a developer works; ``origin`` is what the pipeline fetches from."""

    path: Path
    origin: Path

    def commit(self, files: dict[str, str], subject: str = "change") -> Sha:
        """Commit files on the current branch."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", f"--message={subject}")
        return Sha(git(self.path, "rev-parse", "HEAD"))

    def push(self, *options: str) -> None:
        """Push the current commit to the origin's main branch."""
        git(self.path, "push", "--quiet", *options, "origin", "HEAD:main")


def make_clone(folder: Path) -> Clone:
    """Make an empty origin and a clone of it."""
    origin, path = folder / "origin.git", folder / "clone"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(folder, "clone", "--quiet", str(origin), str(path))
    return Clone(path, origin)
