"""Settling where it is easily done once too often, or in the wrong place."""

from tests.sandbox.world import World

STOP = """
import sys
from pathlib import Path
from pipeline.config import load_config
from pipeline.adapters.supervisor import Supervisor
state = load_config(Path(sys.argv[1])).paths.state
Supervisor(state / "preprod-app.json", state / "preprod-app.log").stop()
"""


def test_a_verdict_moves_nothing_on_prod(patient: World) -> None:
    """Production never follows a verdict: settling there is refused."""
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", patient.good)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    arguments = ("prod", "--sha", patient.good, "--verdict", "failed")
    patient.vm.script("settle", *arguments, code=3)
    assert patient.vm.serving(patient.vm.prod_port) == patient.good


def test_the_last_word_on_prod_is_not_a_question(patient: World) -> None:
    """A deployment to prod awaits no CI, and its notice says how it ended."""
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", patient.good)
    titles = ("🚀 PROD -", "🎯 PRODUCTION -")
    mine = [text for text in patient.vm.notices() if text.startswith(titles)]
    assert "🎯 PRODUCTION - Deployment successful ✅" in mine[-1]
    assert not [text for text in mine if "CI verification" in text]


def test_one_rollback_is_told_once(patient: World) -> None:
    """A SHA that others' failure brought back is rolled back with one notice."""
    first = patient.push("First")
    second = patient.vm.push("Unhealthy", exits=True)
    patient.deploy(second, code=5)
    assert patient.vm.serving() == first
    patient.settle(first, "failed", 5)
    assert patient.vm.serving() == patient.good
    told = [text for text in patient.vm.notices() if first[:7] in text]
    mine = [text for text in told if f"Instead of: {first[:7]}" in text]
    assert len([text for text in mine if "Rolled back" in text]) == 1
    assert not [text for text in told if "❌" in text]


def test_a_drift_is_told_once(patient: World) -> None:
    """Settling again over the same change by hand repeats no alert."""
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    tree = patient.vm.root / "10_preprod"
    patient.vm.git("reset", "--quiet", "--hard", patient.good, at=tree)
    patient.restart_by_hand()
    for _ in range(2):
        patient.settle(newer, "passed")
    assert patient.vm.serving() == patient.good, "a change by hand was undone"
    assert len([text for text in patient.vm.notices() if "Drifted" in text]) == 1


def test_what_failed_once_is_not_tried_for_ever(patient: World) -> None:
    """A roll forward that did not serve is not repeated by the next verdict."""
    page = patient.vm.clone / "10_preprod" / "page.html"
    page.write_text("<title>Mangetamain, changed</title>")
    changed = patient.push("Changed")
    patient.settle(changed, "failed", 5)
    patient.vm.configure(health={"deadline": 1}, app={"content": "Mangetamain</title>"})
    patient.settle(changed, "passed", 5)
    before = patient.vm.ends()
    assert patient.vm.serving() == patient.good
    patient.settle(changed, "passed", 5)
    assert patient.vm.ends() == before
    assert patient.vm.serving() == patient.good


def test_an_app_that_is_down_has_not_drifted(patient: World) -> None:
    """Where nothing answers, a failed verdict still leads back to the good one."""
    sha = patient.push("Goes down")
    patient.vm.python(STOP, str(patient.vm.config))
    assert patient.vm.serving() == ""
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.good


def test_nothing_is_its_own_way_back(patient: World) -> None:
    """A SHA that is deployed again over itself is not its own rollback point."""
    patient.deploy(patient.good)
    points = patient.vm.journal("SELECT rollback_point FROM deployment ORDER BY id")
    assert points[-1] == (None,)


def test_setup_keeps_its_own_to_itself(patient: World) -> None:
    """Others do not write the state, and what is no link is not replaced by one."""
    assert patient.vm.state.stat().st_mode & 0o022 == 0
    link = patient.vm.root / "30_docker" / "docker-compose-preprod.yml"
    link.unlink()
    link.write_text("somebody's own file: not a link, yet there")
    arguments = ("--origin", str(patient.vm.origin))
    refusal = patient.vm.script("setup_vm", *arguments, code=2).stderr
    assert "move it away" in refusal
    assert link.read_text().startswith("somebody's own")


def test_what_prod_rolled_back_is_remembered(patient: World) -> None:
    """A validated SHA that failed on prod is refused there, and leaves nothing open."""
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", patient.good)
    page = patient.vm.clone / "10_preprod" / "page.html"
    page.write_text("<title>Mangetamain, changed</title>")
    changed = patient.push("Changed")
    patient.settle(changed, "passed")
    patient.vm.configure(health={"deadline": 1}, app={"content": "Mangetamain</title>"})
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", changed, code=5)
    assert patient.vm.serving(patient.vm.prod_port) == patient.good
    assert None not in [end for _, _, end in patient.vm.ends()]
    patient.vm.script("promote", "--confirm", "DEPLOY", "--sha", changed, code=3)
