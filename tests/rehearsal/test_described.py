"""GitHub's description of its API, as the pipeline's requests are held to it."""

import json

import pytest
from pipeline.effects.http import Http
from pipeline.adapters.github_api import GitHubApi
from rehearsal.github import GitHubServer

from tests.rehearsal import described
from tests.rehearsal.described import flaw_of
from tests.unit.clock import FakeClock

REPO = "/repos/o/r"
RUNS = f"{REPO}/actions/workflows/ci.yml/runs"
DEPLOYMENT = {"ref": "a" * 40, "environment": "prod", "required_contexts": []}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "flaw"),
    [
        ("GET", RUNS, "head_sha=a&event=push&per_page=100", None, ""),
        ("GET", RUNS, "sha=a", None, "has no parameters ['sha']"),
        ("GET", f"{REPO}/actions/workflow/ci.yml/runs", "", None, "no such operation"),
        ("POST", f"{REPO}/deployments", "", DEPLOYMENT, ""),
        ("POST", f"{REPO}/deployments", "", {**DEPLOYMENT, "sha": "a"}, "['sha']"),
        ("POST", f"{REPO}/deployments", "", {**DEPLOYMENT, "ref": 7}, "ref"),
        ("POST", f"{REPO}/deployments", "", {}, "ref"),
        ("POST", f"{REPO}/deployments", "", None, "none where one is"),
        ("POST", f"{REPO}/deployments/7/statuses", "", {"state": "success"}, ""),
        ("POST", f"{REPO}/deployments/7/statuses", "", {"state": "fine"}, "state"),
        ("POST", f"{REPO}/statuses/{'a' * 40}", "", {"state": "pending"}, ""),
        ("PUT", f"{REPO}/statuses/{'a' * 40}", "", {"state": "x"}, "no such operation"),
    ],
)
def test_what_is_not_described_is_found(
    method: str, path: str, query: str, body: dict[str, object] | None, flaw: str
) -> None:
    """Paths, methods, parameters, fields and their values are GitHub's or a flaw."""
    raw = b"" if body is None else json.dumps(body).encode()
    found = flaw_of(method, path, query, raw)
    assert flaw in found and bool(found) is bool(flaw)


def test_the_pipelines_requests_are_looked_at(
    quiet_github: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request of the pipeline's own client passes this check on its way."""
    seen = []
    monkeypatch.setattr(described, "flaw_of", lambda *one: seen.append(one) or "")
    http, url = Http(through_proxy=False), quiet_github.api_url
    api = GitHubApi(http, url, "team/app", quiet_github.token, FakeClock())
    path = "/repos/team/app/statuses/abc"
    api.ask("POST", f"{url}{path}?x=1", body={"state": "odd"})
    assert seen == [("POST", path, "x=1", b'{"state":"odd"}')]
