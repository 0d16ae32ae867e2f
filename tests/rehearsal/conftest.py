"""A throw-away origin with a clone, and the loopback services."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from rehearsal.discord import DiscordServer
from rehearsal.github import GitHubServer, ScriptedRun
from rehearsal.github.runs import Job, Run

from tests.rehearsal.samples import SECONDS, Repository, one_job


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


@pytest.fixture
def sha(repository: Repository, quiet_github: GitHubServer) -> str:
    """Return a pushed commit with a completed run and a job."""
    repository.workflow("ci.yml", one_job("echo", "on: [push, workflow_dispatch]"))
    repository.push("first")
    sha = repository.push("feat: second")
    (run,) = quiet_github.script_runs(ScriptedRun(sha, jobs={}))
    quiet_github.ledger.put_job(
        Job(
            id=quiet_github.ledger.new_id(),
            run_id=run.id,
            attempt=1,
            key="only",
            name="only",
            labels=("ubuntu-latest",),
            created_at=run.created_at,
            status="completed",
            conclusion="success",
            started_at=run.created_at,
            completed_at=run.created_at + 1,
        )
    )
    return sha


@pytest.fixture
def http(quiet_github: GitHubServer) -> Iterator[httpx.Client]:
    """Return a plain client without a token."""
    with httpx.Client(base_url=quiet_github.api_url) as client:
        yield client


@pytest.fixture
def api(github: GitHubServer) -> httpx.Client:
    """Return a client with a token."""
    headers = {"authorization": f"Bearer {github.token}"}
    return httpx.Client(
        base_url=f"{github.api_url}/repos/team/app/actions", headers=headers
    )
