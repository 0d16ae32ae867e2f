"""What a push makes happen, with the real act."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.samples import (
    CHECKOUT,
    Repository,
    log_of,
    one_job,
)

pytestmark = pytest.mark.act


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


def test_the_end_of_a_run_starts_what_waits_for_it(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """`workflow_run` fires whatever the conclusion, and tells of the run."""
    repository.workflow(
        "ci.yml",
        "name: CI\non: push\n"
        "jobs: {a: {runs-on: ubuntu-latest, steps: [{run: exit 1}]}}",
    )
    repository.workflow(
        "settle.yml",
        """
on: {workflow_run: {workflows: [CI], types: [completed]}}
jobs:
  settle:
    runs-on: self-hosted
    env:
      TOLD: >-
        ${{ github.event.workflow_run.conclusion }}
        ${{ github.event.workflow_run.head_sha }}
        ${{ github.event.workflow_run.event }}
    steps: [{run: echo "$TOLD"}]
""",
    )
    sha = repository.push()
    run = finished(sha, "settle.yml")
    (job,) = github.jobs(run)
    assert f"failure {sha} push" in github.ledger.log(job.id)
    assert run.trigger.event == "workflow_run"
