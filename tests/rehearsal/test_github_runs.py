"""What a push makes happen, with the real act."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Job, Run

from tests.rehearsal.conftest import SECONDS, Repository

pytestmark = pytest.mark.act
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


def one_job(script: str, head: str = "on: push", more: str = "") -> str:
    """Return a workflow of one job with one step."""
    return (
        f"name: CI\n{head}\njobs:\n  only:\n    runs-on: ubuntu-latest\n{more}"
        f"    steps:\n      - run: |\n          {script}\n"
    )


def only_job(github: GitHubServer, run: Run) -> Job:
    """Return the one job of a run."""
    (job,) = github.jobs(run)
    return job


def has_passed_a_step(github: GitHubServer, sha: str) -> bool:
    """Tell whether a commit's run is past the first step of its file."""
    jobs = [job for run in github.runs(sha) for job in github.jobs(run)]
    return any(len(job.steps) > 2 and bool(job.steps[2].started_at) for job in jobs)


def is_running(pid: str) -> bool:
    """Tell whether a process is there and not merely waiting to be reaped."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def log_of(github: GitHubServer, run: Run) -> str:
    """Return everything that the jobs of a run printed."""
    return "".join(github.ledger.log(job.id) for job in github.jobs(run))


def test_a_push_is_answered_at_once_and_its_run_succeeds(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A push starts the workflows of the pushed commit, and the times are kept."""
    repository.workflow("ci.yml", one_job("echo hello", "on: {push: {branches: [m*]}}"))
    repository.workflow("cd.yml", one_job("echo deployed").replace("CI", "CD"))
    sha = repository.push("feat: first\n\nbody")
    runs = finished(sha), finished(sha, "cd.yml")
    assert [run.conclusion for run in runs] == ["success", "success"]
    assert [run.title for run in runs] == ["feat: first", "feat: first"]
    (push,) = github.pushes
    assert push.after == sha
    assert (
        push.received_at <= min(run.created_at for run in runs) < (push.received_at + 5)
    )


def test_the_event_and_the_checkout_are_those_of_the_commit(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A job sees the pushed commit even when the branch has moved on."""
    steps = (
        f"name: CI\non: push\njobs:\n  only:\n    runs-on: [self-hosted, Linux, X64]\n"
        f"    steps:\n      - uses: {CHECKOUT}\n      - run: |\n"
        '          echo "seen $(cat note) $GITHUB_SHA ${{ github.event.after }}"\n'
        '          echo "home $HOME of $GITHUB_REPOSITORY ${{ vars.PLACE }}"\n'
        '          echo "said ${{ github.event.head_commit.message }}"\n'
    )
    repository.workflow("ci.yml", steps)
    repository.write("note", "one")
    first = repository.commit("one")
    repository.git("push", "--quiet", "origin", "main")
    repository.write("note", "two")
    second = repository.push("two")
    for sha, note in ((first, "one"), (second, "two")):
        log = log_of(github, finished(sha))
        assert f"seen {note} {sha} {sha}" in log
        assert f"home {repository.home} of team/app paris" in log
        assert f"said {note}" in log


def test_a_failing_job_fails_its_run_and_skips_what_needs_it(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """Jobs, steps and the run carry the conclusions that GitHub gives them."""
    repository.workflow(
        "ci.yml",
        """
name: CI
on: [push]
jobs:
  bad:
    runs-on: ubuntu-latest
    strategy: {fail-fast: false, matrix: {version: ["3.11", "3.13"]}}
    steps:
      - run: "true"
      - name: maybe
        run: test "${{ matrix.version }}" = 3.11
      - run: echo never after a failure
      - {name: always, if: always(), run: echo tidy}
  tolerant:
    runs-on: ubuntu-latest
    steps:
      - {run: exit 3, continue-on-error: true}
  optional:
    runs-on: ubuntu-latest
    continue-on-error: true
    steps: [{run: exit 3}]
  after:
    needs: bad
    runs-on: ubuntu-latest
    steps: [{run: echo}]
  anyway:
    needs: bad
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: 'echo result ${{ needs.bad.result }}'}]
""",
    )
    run = finished(repository.push())
    jobs = {job.name: job for job in github.jobs(run)}
    assert run.conclusion == "failure"
    assert {name: job.conclusion for name, job in jobs.items()} == {
        "bad (3.11)": "success",
        "bad (3.13)": "failure",
        "tolerant": "success",
        "optional": "failure",
        "after": "skipped",
        "anyway": "success",
    }
    assert [(s.name, s.conclusion) for s in jobs["bad (3.13)"].steps] == [
        ("Set up job", "success"),
        ("Run true", "success"),
        ("maybe", "failure"),
        ("Run echo never after a failure", "skipped"),
        ("always", "success"),
        ("Complete job", "success"),
    ]
    assert "result failure" in github.ledger.log(jobs["anyway"].id)


def test_only_tolerated_failures_leave_a_run_green(
    repository: Repository, finished: Callable[..., Run]
) -> None:
    """A job that may fail does not fail its run."""
    may_fail = "    continue-on-error: true\n"
    repository.workflow("ci.yml", one_job("exit 1", more=may_fail))
    assert finished(repository.push()).conclusion == "success"


def test_a_job_is_seen_while_it_runs(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A failed job shows before its run is over."""
    gate = repository.home / "gate"
    repository.workflow(
        "ci.yml",
        f"""
on: push
jobs:
  fast: {{runs-on: ubuntu-latest, steps: [{{run: exit 1}}]}}
  slow:
    runs-on: ubuntu-latest
    steps: [{{run: 'until [ -e {gate} ]; do sleep 0.02; done'}}]
  last: {{runs-on: ubuntu-latest, needs: slow, steps: [{{run: echo}}]}}
""",
    )
    sha = repository.push()

    def is_so(ledger: Ledger) -> bool:
        states = {
            job.key: (job.status, job.conclusion)
            for run in github.runs(sha)
            for job in github.jobs(run)
        }
        return states == {
            "fast": ("completed", "failure"),
            "slow": ("in_progress", None),
            "last": ("queued", None),
        }

    assert github.ledger.wait_until(is_so, SECONDS)
    assert github.runs(sha)[0].status == "in_progress"
    gate.touch()
    assert finished(sha).conclusion == "failure"


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
    """No log, name, annotation or summary shows a secret, nor does the process list."""
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
    assert [(note.level, note.message) for note in job.annotations] == [
        ("failure", "bad ***")
    ]
    assert job.annotations[0].properties == {"file": "a.py", "line": "3"}
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
        return httpx.get(f"{github.api_url}/rate_limit", headers=headers).status_code

    assert github.ledger.wait_until(lambda _: has_passed_a_step(github, sha), SECONDS)
    assert status() == 200
    gate.touch()
    finished(sha)
    assert status() == 401


def test_a_missing_runner_fails_the_job(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A job for a runner that nobody plays does not pass unseen."""
    text = one_job("echo").replace("ubuntu-latest", "macos-latest")
    repository.workflow("ci.yml", text)
    run = finished(repository.push())
    assert run.conclusion == "failure"
    assert "No runner" in only_job(github, run).annotations[0].message


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs: {a: [",
        "on: push\njobs: {a: {runs-on: ubuntu-latest, needs: [b], steps: []}}",
        one_job("echo").replace("- run: |", "- uses: some/action@v1\n        with: |"),
    ],
    ids=["not YAML", "unknown need", "no stand-in"],
)
def test_what_cannot_start_is_a_startup_failure(
    repository: Repository,
    github: GitHubServer,
    finished: Callable[..., Run],
    text: str,
) -> None:
    """A workflow that cannot be started has a run, without jobs."""
    repository.workflow("ci.yml", text)
    run = finished(repository.push())
    assert run.conclusion == "startup_failure"
    assert not github.jobs(run)


def test_filters_decide_which_workflows_start(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """Branches, paths and `[skip ci]` are heeded, which act would not do."""
    for name, head in {
        "ci": "on: push",
        "docs": "on: {push: {paths: ['docs/**']}}",
        "other": "on: {push: {branches-ignore: [main]}}",
        "hand": "on: workflow_dispatch",
    }.items():
        repository.workflow(f"{name}.yml", one_job("echo", head))
    repository.push("add the workflows")
    repository.write("docs/a/page.md", "x")
    documented = repository.push()
    repository.write("app.py", "x")
    plain = repository.push()
    skipped = repository.push("wip [skip ci]")
    last = repository.push()
    finished(last)
    started = {
        sha: {Path(run.path).stem for run in github.runs(sha)}
        for sha in (documented, plain, skipped)
    }
    assert started == {documented: {"ci", "docs"}, plain: {"ci"}, skipped: set()}


def test_stopping_ends_every_run_and_its_processes(
    repository: Repository, github: GitHubServer
) -> None:
    """Nothing that the service started outlives it."""
    pid = repository.home / "pid"
    script = f"setsid sleep 60 >/dev/null 2>&1 & echo $! >{pid}"
    repository.workflow("ci.yml", one_job(script) + "      - run: sleep 60\n")
    sha = repository.push()
    assert github.ledger.wait_until(lambda _: has_passed_a_step(github, sha), SECONDS)
    github.stop()
    assert not is_running(pid.read_text().strip())
    assert github.runs(sha)[0].conclusion == "cancelled"
