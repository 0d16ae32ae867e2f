"""GitHub's Environments page after the real scripts have run."""

from typing import Any

import pytest
import requests

from tests.sandbox.world import World


@pytest.fixture
def reporting(running: World) -> World:
    """Give a world whose token may write deployments."""
    secrets = running.vm.state / "secrets.env"
    token = running.github.token
    secrets.write_text(secrets.read_text() + f"PIPELINE_GITHUB_TOKEN={token}\n")
    return running


def shown(world: World) -> list[tuple[str, str, str]]:
    """Return environment, SHA and newest state of each deployment, oldest first."""
    headers = {"Authorization": f"Bearer {world.github.token}"}
    base = f"{world.github.api_url}/repos/o/r/deployments"

    def get(url: str) -> Any:
        return requests.get(url, headers=headers, timeout=20).json()

    return [
        (
            one["environment"],
            one["sha"],
            (get(f"{base}/{one['id']}/statuses") or [{"state": "new"}])[0]["state"],
        )
        for one in get(f"{base}?per_page=100")[::-1]
    ]


def test_deployments_and_rollbacks_are_on_githubs_page(reporting: World) -> None:
    """Validated, rolled back, promoted: what GitHub shows is what happened."""
    world, good = reporting, reporting.good
    bad = world.push("Bad")
    assert shown(world)[-1] == ("preprod", bad, "in_progress")
    world.ci(bad, "failure")
    assert world.end(bad) == "rolled back"
    expected = [
        ("preprod", good, "inactive"),
        ("preprod", bad, "failure"),
        ("preprod", good, "success"),
    ]
    world.wait(lambda: shown(world) == expected)
    world.vm.script("promote", "--confirm", "DEPLOY", "--sha", good)
    assert shown(world) == [*expected, ("prod", good, "success")]
    headers = {"Authorization": f"Bearer {world.github.token}"}
    url = f"{world.github.api_url}/repos/o/r/commits/{bad}/statuses"
    statuses = requests.get(url, headers=headers, timeout=20).json()
    newest = statuses[0]
    assert (newest["context"], newest["state"]) == ("preprod", "failure")
    assert {one["context"] for one in statuses} == {"preprod"}


def test_github_down_changes_no_deployment(reporting: World) -> None:
    """Without GitHub everything ends as it should, and is told later, once."""
    world, good = reporting, reporting.good
    world.vm.configure(ci={"deadline": 600})
    world.github.refuse_connections()
    sha = world.vm.push("Unheard")
    assert "reported" in world.deploy(sha)
    world.settle(sha, "passed")
    assert world.vm.serving() == sha == world.vm.validated()
    world.github.accept_connections()
    for _ in range(2):
        world.vm.script("notify")
    assert shown(world) == [("preprod", good, "inactive"), ("preprod", sha, "success")]
