"""A burst of pushes, deployed by the real workflow under the real act."""

import pytest

from tests.sandbox.vm import Vm
from tests.sandbox.world import World

pytestmark = [pytest.mark.slow, pytest.mark.act]
PUSHES = 100
SWITCHES = (
    "SELECT d.sha FROM step s JOIN deployment d ON d.id = s.deployment "
    "WHERE s.name = 'reset' AND NOT s.is_done AND d.id > 1"
)


def commits(vm: Vm, number: int) -> list[str]:
    """Make so many commits, one upon the other; return them in order."""
    vm.git("add", "--all")
    shas = []
    for count in range(number):
        vm.git("commit", "--quiet", "--allow-empty", "--message", f"Push {count}")
        shas.append(vm.git("rev-parse", "HEAD"))
    return shas


@pytest.mark.timeout(600)
def test_a_burst_of_pushes_leads_to_three_switches_at_most(site: World) -> None:
    """Of 100 pushes in a row few are put up, and the last one serves, validated."""
    site.vm.bring("cd-preprod.yml")
    shas = commits(site.vm, PUSHES)
    for sha in shas:
        site.ci(sha)
    for sha in shas:
        site.vm.git("push", "--quiet", "origin", f"{sha}:main")
    run = site.github.wait_for_run(shas[-1], "cd-preprod.yml", 120)
    assert run.conclusion == "success"
    assert site.end(shas[-1]) == "validated"
    switched = [row[0] for row in site.vm.journal(SWITCHES)]
    assert (site.vm.serving(), site.vm.validated()) == (shas[-1], shas[-1])
    assert switched[-1] == shas[-1] and len(switched) <= 3
    assert all(outcome for _, _, outcome in site.vm.ends())
