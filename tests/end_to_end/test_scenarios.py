"""The team's ways of working: the real workflows, act and pipeline, a quick app.

Only the checks are stood in for: they pass unless the commit says otherwise.
"""

from typing import Any

import httpx
import pytest
from rehearsal.github.runs import Run

from tests.sandbox.world import World

pytestmark = [pytest.mark.slow, pytest.mark.act, pytest.mark.timeout(600)]
SECONDS = 180.0
CHECKS = """#!/bin/sh
# Fail where the commit says so.
! grep -q '"fails": true' 10_preprod/behaviour.json
"""


@pytest.fixture
def team(site: World) -> World:
    """Give a repository with every workflow that a change to the app goes through."""
    site.vm.bring("ci.yml", "cd-preprod.yml", "settle.yml", "cd-prod.yml")
    (site.vm.clone / "70_scripts" / "run_ci_checks.sh").write_text(CHECKS)
    site.good = site.vm.push("ci: the workflows")
    validated(site, site.good)
    return site


def validated(team: World, sha: str) -> None:
    """Wait until a push to main is validated; it must serve then."""
    assert ended(team, sha, "ci.yml").conclusion == "success"
    assert team.end(sha) == "validated"
    assert team.vm.serving() == team.vm.validated() == sha


def ended(team: World, sha: str, workflow: str) -> Run:
    """Return a commit's run of a workflow, ended."""
    return team.github.wait_for_run(sha, workflow, SECONDS)


def ask(team: World, method: str, path: str, **body: object) -> Any:
    """Ask GitHub for something, as `gh` does; return its answer."""
    url = f"{team.github.api_url}/repos/o/r{path}"
    headers = {"Authorization": f"Bearer {team.github.token}"}
    answer = httpx.request(method, url, json=body, headers=headers, trust_env=False)
    return answer.raise_for_status().json() if answer.content else None


def merged(team: World, branch: str) -> str:
    """Open a pull request, see it pass, merge it; return the merge."""
    pull = ask(team, "POST", "/pulls", title=branch, head=branch, base="main")
    assert ended(team, pull["head"]["sha"], "ci.yml").conclusion == "success"
    return str(ask(team, "PUT", f"/pulls/{pull['number']}/merge")["sha"])


def promoted(team: World, sha: str) -> None:
    """Type DEPLOY; production must serve the SHA then."""
    before = len(team.github.runs(workflow="cd-prod.yml"))
    path = "/actions/workflows/cd-prod.yml/dispatches"
    ask(team, "POST", path, ref="main", inputs={"confirm": "DEPLOY"})
    runs = team.github.runs(workflow="cd-prod.yml")
    assert len(runs) == before + 1
    team.github.ledger.wait_until(
        lambda ledger: bool((run := ledger.run(runs[0].id)) and run.is_completed),
        SECONDS,
    )
    assert team.vm.serving(team.vm.prod_port) == sha
    assert f"🎯 PRODUCTION - Deployment successful ✅\nSHA: {sha[:7]}" in team.told()


def test_a_feature_from_its_branch_to_preprod(team: World) -> None:
    """Only a merge deploys: neither the branch nor its pull request touches the VM."""
    vm = team.vm
    vm.git("switch", "--quiet", "--create", "feature")
    broken = vm.push("feat: half done", "feature", fails=True)
    pull = ask(team, "POST", "/pulls", title="Feature", head="feature", base="main")
    run = ended(team, broken, "ci.yml")
    assert (run.trigger.event, run.conclusion) == ("pull_request", "failure")
    done = vm.push("feat: done", "feature")
    assert ended(team, done, "ci.yml").conclusion == "success"
    started = {run.path for sha in (broken, done) for run in team.github.runs(sha)}
    assert started == {".github/workflows/ci.yml"}
    assert vm.serving() == team.good
    validated(team, str(ask(team, "PUT", f"/pulls/{pull['number']}/merge")["sha"]))


def test_a_hotfix_to_production(team: World) -> None:
    """Branch, pull request, merge, preprod, DEPLOY: production serves the merge."""
    promoted(team, team.good)
    team.vm.git("switch", "--quiet", "--create", "hotfix")
    team.vm.push("fix: what hurts", "hotfix")
    sha = merged(team, "hotfix")
    validated(team, sha)
    assert team.vm.serving(team.vm.prod_port) == team.good, "production waits"
    promoted(team, sha)


def test_a_rollback_by_revert(team: World) -> None:
    """A reverted commit is a deployment like any other, on preprod and on prod."""
    worse = team.vm.push("feat: worse, though CI passes")
    validated(team, worse)
    promoted(team, worse)
    team.vm.git("revert", "--no-edit", "HEAD")
    team.vm.git("push", "--quiet", "origin", "HEAD:main")
    sha = team.vm.git("rev-parse", "HEAD")
    validated(team, sha)
    promoted(team, sha)
    assert team.vm.git("diff", "--stat", team.good, sha) == ""


def test_a_push_that_asks_for_no_ci_is_not_deployed(team: World) -> None:
    """No workflow starts for it; the next push, which contains it, is deployed."""
    quiet = team.vm.push("docs: a comma [skip ci]")
    sha = team.vm.push("feat: more")
    validated(team, sha)
    assert team.github.runs(quiet) == []
    assert (quiet,) not in team.vm.journal("SELECT sha FROM deployment")
