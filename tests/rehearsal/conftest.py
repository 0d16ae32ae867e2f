"""A throw-away origin with a clone, and the loopback services."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rehearsal.discord import DiscordServer
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

SECONDS = 30.0
IDENTITY = ("-c", "user.name=Ann Author", "-c", "user.email=ann@example.org")


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare origin and a developer's clone of it."""

    origin: Path
    clone: Path
    home: Path

    def git(self, *arguments: str) -> str:
        """Run git in the clone and return what it prints."""
        command = ("git", "-C", str(self.clone), *IDENTITY, *arguments)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str = "change", **files: str) -> str:
        """Commit files, named with `__` for a slash, and return the SHA."""
        for name, text in files.items():
            self.write(name.replace("__", "/"), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str) -> None:
        """Write one file of the clone."""
        path = self.clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def workflow(self, name: str, text: str) -> None:
        """Write one workflow file."""
        self.write(f".github/workflows/{name}", text)

    def push(self, message: str = "change", ref: str = "main") -> str:
        """Commit what there is, push it, and return the SHA."""
        sha = self.commit(message)
        self.git("push", "--quiet", "origin", f"HEAD:{ref}")
        return sha


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an origin without commits, and a clone."""
    made = Repository(tmp_path / "origin.git", tmp_path / "clone", tmp_path / "home")
    made.home.mkdir()
    for options in (("--bare", str(made.origin)), (str(made.clone),)):
        command = ("git", "init", "--quiet", "--initial-branch=main", *options)
        subprocess.run(command, check=True)
    made.git("remote", "add", "origin", str(made.origin))
    return made


@pytest.fixture
def act() -> Path:
    """Return the real act of this environment."""
    beside = Path(sys.executable).with_name("act")
    found = beside if beside.exists() else shutil.which("act")
    assert found, "act is missing; install the rehearsal's dependencies"
    return Path(found)


@pytest.fixture
def github(repository: Repository, act: Path) -> Iterator[GitHubServer]:
    """Return a GitHub that performs what is pushed; its minutes last a second."""
    server = GitHubServer(
        repository.origin,
        "team",
        "app",
        act,
        repository.home,
        secrets={"WEBHOOK": "https://hook.example/s3cr3t", "KEY": "line-1\nline-2"},
        variables={"PLACE": "paris"},
        seconds_per_minute=1.0,
    )
    with server:
        yield server


@pytest.fixture
def quiet_github(repository: Repository) -> Iterator[GitHubServer]:
    """Return a GitHub on which pushes start nothing."""
    origin, home = repository.origin, repository.home
    with GitHubServer(origin, "team", "app", None, home) as server:
        yield server


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    """Return an empty channel."""
    with DiscordServer() as server:
        yield server


@pytest.fixture
def finished(github: GitHubServer) -> Callable[..., Run]:
    """Return a function that waits for a commit's run of a workflow to complete."""

    def wait(sha: str, workflow: str = "ci.yml", attempt: int = 1) -> Run:
        return github.wait_for_run(
            sha,
            workflow,
            SECONDS,
            lambda run: run.is_completed and run.attempt >= attempt,
        )

    return wait
