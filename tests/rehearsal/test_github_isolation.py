"""What a run must not leave behind or let out, with the real act."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.samples import (
    Repository,
    comes_to_be,
    one_job,
    only_job,
)

pytestmark = pytest.mark.act


def is_running(pid: str) -> bool:
    """Tell whether a process is there and not merely waiting to be reaped."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_what_a_job_leaves_behind_is_killed_at_its_end(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """Neither setsid nor nohup saves a process; a clean environment does."""
    mine, free = repository.home / "mine", repository.home / "free"
    quiet = "</dev/null >/dev/null 2>&1 &"
    repository.workflow(
        "ci.yml",
        f"""
on: push
jobs:
  leave:
    runs-on: self-hosted
    steps:
      - run: |
          setsid nohup sh -c 'echo $$ >{mine}; exec sleep 60' {quiet}
          unset RUNNER_TRACKING_ID
          setsid sh -c 'echo $$ >{free}; exec sleep 60' {quiet}
          until [ -s {mine} ] && [ -s {free} ]; do sleep 0.02; done
  look:
    needs: leave
    runs-on: self-hosted
    steps:
      - run: "! grep -qs '^State:.[^Z]' /proc/$(cat {mine})/status"
      - run: kill $(cat {free})
""",
    )
    run = finished(repository.push())
    assert run.conclusion == "success"


def test_secrets_are_masked_and_never_on_a_command_line(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """No log, name or summary shows a secret, nor does the process list."""
    repository.workflow(
        "ci.yml",
        """
on: push
jobs:
  only:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ secrets.WEBHOOK }}"
      - name: shout
        env: {KEY: "${{ secrets.KEY }}", HOOK: "${{ secrets.WEBHOOK }}"}
        run: |
          echo "key $KEY"
          echo "::error file=a.py,line=3::bad $HOOK"
          echo "sum $HOOK" >>"$GITHUB_STEP_SUMMARY"
          cat /proc/*/cmdline | tr '\\0' ' ' | grep -c "s3cr3[t]" && exit 1 || true
""",
    )
    run = finished(repository.push())
    job = only_job(github, run)
    assert run.conclusion == "success"
    shown = f"{job}{github.ledger.log(job.id)}"
    assert not [word for word in ("s3cr3t", "line-1", "line-2") if word in shown]
    assert "##[error]bad ***" in github.ledger.log(job.id)
    assert job.summary == "sum ***\n"
    kept = [path for path in repository.home.rglob("*.yml") if "secret" in path.name]
    assert not kept


def test_the_job_token_dies_with_its_run(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A token that worked within the job is refused afterwards."""
    kept, gate = repository.home / "token", repository.home / "gate"
    tell = one_job(f"printf %s '${{{{ github.token }}}}' >{kept}")
    wait = f"      - run: until [ -e {gate} ]; do sleep 0.02; done\n"
    repository.workflow("ci.yml", tell + wait)
    sha = repository.push()

    def status() -> int:
        headers = {"authorization": f"Bearer {kept.read_text()}"}
        runs = f"{github.api_url}/repos/team/app/actions/runs"
        return httpx.get(runs, headers=headers).status_code

    assert comes_to_be(lambda: kept.exists() and kept.read_text())
    assert status() == 200
    gate.touch()
    finished(sha)
    assert status() == 401


def test_stopping_ends_every_run_and_its_processes(
    repository: Repository, github: GitHubServer
) -> None:
    """Nothing that the service started outlives it."""
    pid = repository.home / "pid"
    script = f"setsid sleep 60 >/dev/null 2>&1 & echo $! >{pid}"
    repository.workflow("ci.yml", one_job(script) + "      - run: sleep 60\n")
    sha = repository.push()
    assert comes_to_be(lambda: pid.exists() and pid.read_text().strip())
    github.stop()
    assert not is_running(pid.read_text().strip())
    assert github.runs(sha)[0].conclusion == "cancelled"
