"""A throw-away repository, and the workflows that tests push to it."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from rehearsal.github import GitHubServer
from rehearsal.github.runs import Job, Run

SECONDS = 30.0
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
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


def one_job(script: str, head: str = "on: push", more: str = "") -> str:
    """Return a workflow of one job with one step."""
    return (
        f"name: CI\n{head}\njobs:\n  only:\n    runs-on: ubuntu-latest\n{more}"
        f"    steps:\n      - run: |\n          {script}\n"
    )


def waiting(gate: Path, head: str = "on: push", steps: str = "") -> str:
    """Return a workflow whose job waits for a file."""
    return f"""
name: CI
{head}
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - run: touch {gate}.begun; until [ -e {gate} ]; do sleep 0.02; done
{steps}"""


def only_job(github: GitHubServer, run: Run) -> Job:
    """Return the one job of a run."""
    (job,) = github.jobs(run)
    return job


def log_of(github: GitHubServer, run: Run) -> str:
    """Return everything that the jobs of a run printed."""
    return "".join(github.ledger.log(job.id) for job in github.jobs(run))


def comes_to_be(is_so: Callable[[], object]) -> bool:
    """Wait, within bounds, until something is so; tell whether it is."""
    pause, end = Event(), monotonic() + SECONDS
    while not (found := is_so()) and monotonic() < end:
        pause.wait(0.02)
    return bool(found)
