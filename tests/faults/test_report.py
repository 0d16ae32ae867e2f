"""The figures of a VM on which things went well, badly, and badly by mistake."""

import json
from typing import Any

from tests.sandbox.world import World


def report(world: World, *options: str) -> dict[str, Any]:
    """Return what the script reports of each environment."""
    done = world.vm.script("report", "--json", *options)
    return {one["environment"]: one for one in json.loads(done.stdout)}


def test_the_journal_is_summed_up(patient: World) -> None:
    """Ends, rollbacks and a false positive are counted; the text names all of it."""
    red = patient.push("Red")
    patient.settle(red, "failed", code=5)
    late = patient.push("Late")
    patient.settle(late, "none", code=5)
    patient.settle(late, "passed")
    patient.vm.script("check_health", "--from", "inside", code=None)
    preprod = report(patient)["preprod"]
    assert preprod["deployments"] == 3
    assert preprod["ends"]["rolled back"] == 2
    assert (preprod["rollbacks"], preprod["rollback_success"]) == (2, 1.0)
    assert (preprod["false_positives"], preprod["false_positive_rate"]) == (1, 0.5)
    for name in ("to_live", "to_verdict", "to_roll_back"):
        assert 0 < preprod[name]["median"] <= preprod[name]["p95"] < 300
    assert preprod["uptime"]["outages"] == 0
    shown = patient.vm.script("report").stdout
    for words in ("false positives", "uptime", "live after", "preprod", "prod"):
        assert words in shown


def test_a_stretch_is_chosen(patient: World) -> None:
    """Nothing before it counts, and what is no stretch is a usage error."""
    assert report(patient, "--since", "2999-01-01")["preprod"]["deployments"] == 0
    assert report(patient, "--since", "1d")["preprod"]["deployments"] == 1
    refused = patient.vm.script("report", "--since", "soon", code=2)
    assert "neither like 90d" in refused.stderr
