"""Clocks that leap or are set back: the journal's order decides, nothing is lost."""

import json
import time
from pathlib import Path

import pytest

from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import SURE, World

LEAPING = Path(__file__).with_name("leaping.py")
HOUR, DAY = 3600, 24 * 3600


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("clock", case)


def script(
    world: World, seconds: float, verb: str, *arguments: str, code: int = 0
) -> str:
    """Run a script whose clock is so many seconds off; return what it printed."""
    path = str(SCRIPTS / f"{verb}.py")
    done = world.vm.python_file(LEAPING, str(seconds), path, *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout


@fault("set back by an hour: a passing re-run clears a bad SHA")
def test_a_rerun_clears_a_bad_sha(patient: World) -> None:
    """What passed after it was rolled back may serve again, whatever the clock says."""
    sha = patient.push("Flaky")
    patient.settle(sha, "failed", code=5)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    passed = ("preprod", "--sha", sha, "--verdict", "passed")
    script(patient, -HOUR, "settle", *passed, code=5)  # Its deployment stays undone.
    script(patient, -HOUR, "rollback", "preprod", "--to", sha, *SURE)
    assert patient.vm.serving() == sha
    assert patient.vm.validated() == newer


@fault("set back by an hour: a passing re-run brings back what a person took away")
def test_a_rerun_brings_back_what_was_withdrawn(patient: World) -> None:
    """After a rollback by hand, CI's second attempt is the later fact."""
    newer = patient.push("Newer")
    patient.ci(newer)
    patient.vm.script("settle", "preprod", "--sha", newer)
    patient.vm.script("rollback", "preprod", *SURE)
    assert patient.vm.serving() == patient.good
    run = patient.github.runs(newer)[0]
    patient.ci(newer, run_id=run.id, attempt=2)
    script(patient, -HOUR, "settle", "preprod", "--sha", newer)
    assert patient.vm.serving() == patient.vm.validated() == newer


@fault("set back by an hour: the newest backup stays")
def test_the_newest_backup_stays(running: World) -> None:
    """What was made last is the newest one, however old the clock says that it is."""
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", running.good)
    (running.vm.root / "20_prod/data").mkdir()
    running.vm.configure(backup={"keep": 1})
    running.vm.script("backup", "create")
    (made,) = json.loads(script(running, -HOUR, "backup", "create", "--json"))
    listed = json.loads(script(running, -HOUR, "backup", "list", "--json"))
    assert [one["name"] for one in listed] == [made["name"]]


@fault("a day ahead while it deploys")
def test_a_deployment_of_tomorrow_ends(running: World) -> None:
    """What seems to begin tomorrow is watched, judged and shown like any other."""
    sha = running.vm.push("Tomorrow")
    script(running, DAY, "deploy", "preprod", "--sha", sha)
    assert running.status()["serving"] == sha
    running.ci(sha)
    running.vm.script("resume")
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@fault("leaps by a month before a late success")
def test_a_late_success_is_found_after_a_leap(running: World) -> None:
    """A verdict is asked for again, each hour, however late the clock says it is."""
    sha = running.push("Flaky")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    run = running.github.runs(sha)[0]
    running.ci(sha, "success", run_id=run.id, attempt=2)
    later = 30 * DAY + HOUR - time.time() % HOUR + 5
    script(running, later, "resume")
    assert running.vm.serving() == running.vm.validated() == sha


@fault("leaps an hour ahead while CI runs")
def test_a_leap_ahead_ends_no_patience(patient: World) -> None:
    """What began a moment ago is not given up because the date says otherwise."""
    sha = patient.push("Awaited")
    patient.ci(sha, None, status="in_progress")
    for _ in range(2):  # A watcher that is started after the deadline is the last one.
        patient.vm.kill("watch_ci")
        script(patient, 2 * HOUR, "resume")
    assert patient.vm.serving() == sha and patient.vm.ends()[-1][2] is None
    run = patient.github.runs(sha)[0]
    patient.ci(sha, run_id=run.id)
    script(patient, 2 * HOUR, "settle", "preprod", "--sha", sha)
    assert patient.vm.serving() == patient.vm.validated() == sha
