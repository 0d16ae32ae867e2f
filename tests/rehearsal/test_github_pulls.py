"""Pull requests and switched-off workflows, with the real act."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.samples import Repository, log_of, one_job

pytestmark = pytest.mark.act
WORK = {"title": "Work", "head": "work", "base": "main"}
BOTH = "on: {push: {branches: [main]}, pull_request: {branches: [main]}}"
TELL = (
    'echo "sha=$GITHUB_SHA head=$GITHUB_HEAD_REF ref=$GITHUB_REF'
    ' secret=[${{ secrets.WEBHOOK }}]"; git cat-file -p HEAD'
)


Ask = Callable[..., Any]


@pytest.fixture
def ask(api: httpx.Client) -> Ask:
    """Return a function that asks about pull requests, as a page's buttons do."""

    def asked(method: str, path: str, status: int, **body: str) -> Any:
        answer = api.request(method, f"/../pulls{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    return asked


def branch_off(repository: Repository, script: str = TELL) -> tuple[str, str]:
    """Push main and a branch called work; return both SHAs."""
    head = f"{BOTH}\nconcurrency: ci-${{{{ github.head_ref || github.sha }}}}"
    text = one_job(script, head).replace(
        "steps:\n", "steps:\n      - uses: actions/checkout@v7\n"
    )
    repository.workflow("ci.yml", text)
    main = repository.push("on main")
    repository.write("work.txt", "done")
    return main, repository.push("some work", "work")


def test_a_pull_request_is_checked_as_it_would_be_merged(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    ask: Ask,
    finished: Callable[..., Run],
) -> None:
    """The run is about the head, checks the trial merge out, and sees no secret."""
    main, work = branch_off(repository)
    assert not github.runs(work), "a branch alone starts nothing"
    pull = ask("POST", "", 201, **WORK)
    assert (pull["state"], pull["head"]["sha"]) == ("open", work)
    assert pull["base"]["sha"] == main
    run = finished(work)
    assert (run.trigger.event, run.conclusion) == ("pull_request", "success")
    log = log_of(github, run)
    assert f"sha={run.trigger.trial} head=work ref=refs/pull/1/merge" in log
    assert f"parent {main}" in log and f"parent {work}" in log
    assert "secret=[]" in log
    listed = api.get("/workflows/ci.yml/runs", params={"head_sha": work}).json()
    (seen,) = listed["workflow_runs"]
    assert (seen["event"], seen["head_branch"], seen["head_sha"]) == (
        "pull_request",
        "work",
        work,
    )


def test_a_merge_is_a_push(
    repository: Repository,
    github: GitHubServer,
    ask: Ask,
    finished: Callable[..., Run],
) -> None:
    """More work is checked again; merging starts what a push to the base starts."""
    branch_off(repository, "true")
    ask("POST", "", 201, **WORK)
    more = repository.commit("more work", more="yes")
    repository.git("push", "--quiet", "origin", "HEAD:work")
    assert finished(more).trigger.payload["action"] == "synchronize"
    merged = ask("PUT", "/1/merge", 200)
    assert merged["merged"]
    run = finished(merged["sha"])
    assert (run.trigger.event, run.trigger.branch) == ("push", "main")
    ask("PUT", "/1/merge", 405)


def test_a_conflict_is_neither_checked_nor_merged(
    repository: Repository, github: GitHubServer, ask: Ask
) -> None:
    """What cannot be merged starts no run, as on GitHub."""
    branch_off(repository, "true")
    repository.git("reset", "--quiet", "--hard", "HEAD^")
    repository.write("work.txt", "otherwise")
    repository.push("meanwhile")
    pull = ask("POST", "", 201, **WORK)
    assert pull["mergeable"] is False and not github.runs(pull["head"]["sha"])
    ask("PUT", "/1/merge", 405)


def test_a_switched_off_workflow_starts_nothing(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """Neither a push nor a dispatch starts it until it is switched on again."""
    repository.workflow("ci.yml", one_job("true", "on: [push, workflow_dispatch]"))
    repository.workflow("other.yml", one_job("true"))
    finished(repository.push())
    assert api.put("/workflows/ci.yml/disable").status_code == 204
    assert api.get("/workflows/ci.yml").json()["state"] == "disabled_manually"
    sha = repository.push("unseen")
    finished(sha, "other.yml")
    assert not github.runs(sha, "ci.yml")
    dispatch = api.post("/workflows/ci.yml/dispatches", json={"ref": "main"})
    assert dispatch.status_code == 422
    assert api.put("/workflows/ci.yml/enable").status_code == 204
    assert finished(repository.push("seen")).conclusion == "success"
