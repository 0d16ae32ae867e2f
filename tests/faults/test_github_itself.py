"""GitHub's own ways: jobs that are dropped, deployments by hand, jobs that fail."""

import json

import pytest
import requests

from tests.sandbox.world import World

CLASS = "GitHub itself"
JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ada",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "1",
}


def settle_after_ci(world: World, sha: str) -> str:
    """Settle as settle.yml does, started by the end of a commit's CI; return words."""
    run = world.github.runs(sha)[0]
    url = f"{world.github.api_url}/repos/o/r/actions/runs/{run.id}"
    event = world.vm.home / "event.json"
    body = requests.get(url, timeout=20).json()
    event.write_text(json.dumps({"workflow_run": body}))
    job = {
        **JOB,
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(event),
    }
    return world.vm.script("settle", "preprod", "--sha", sha, code=None, **job).stderr


@pytest.mark.fault(CLASS, "a waiting deployment is dropped, its CI fails")
@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "cancelled"])
def test_a_commit_that_was_never_deployed_is_told(
    patient: World, conclusion: str
) -> None:
    """No deployment ends with that verdict: people are told all the same, once."""
    dropped = patient.vm.push("Dropped from its group")
    patient.ci(dropped, conclusion)
    for _ in range(2):
        settle_after_ci(patient, dropped)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    told = [text for text in patient.vm.notices() if dropped[:7] in text]
    assert len(told) == 1 and "never deployed here" in told[0]
    assert "Dropped from its group" in told[0] and "Reason: " in told[0]
    patient.wait(lambda: "never deployed here" in patient.told())


@pytest.mark.fault(CLASS, "a waiting deployment is dropped, its CI passes")
def test_a_commit_that_was_never_deployed_may_pass(patient: World) -> None:
    """It was not live here, so it is not validated, and nobody has to know."""
    dropped, before = patient.vm.push("Dropped"), patient.vm.notices()
    patient.ci(dropped, "success")
    settle_after_ci(patient, dropped)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert patient.vm.notices() == before


@pytest.mark.fault(CLASS, "a failed job of another workflow")
def test_a_job_that_failed_is_told_by_the_vm(patient: World) -> None:
    """The VM's own scripts tell of it, through the outbox, with the job's commit."""
    event = patient.vm.home / "event.json"
    event.write_text(json.dumps({"head_commit": {"message": "docs: a page"}}))
    job = {
        **JOB,
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": patient.good,
    }
    patient.discord.refuse_connections()
    patient.vm.script("notify", "--from-job", "❌ Documentation failed", **job)
    assert patient.vm.notices()[-1].splitlines() == [
        "❌ Documentation failed",
        f"SHA: {patient.good[:7]}",
        "Author: @ada",
        "Message: docs: a page",
        "Run: https://github.example/o/r/actions/runs/1",
    ]
    patient.discord.accept_connections()
    patient.vm.script("notify")
    assert "Documentation failed" in patient.told()
