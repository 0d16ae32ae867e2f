"""Production: refused before anything is touched, or whole; the old version back."""

import fcntl
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pipeline.core.deployment import Step

from tests.faults.interrupted import KILLER
from tests.faults.rows import PROMOTION_STEPS, WORDS, cases
from tests.sandbox import starting
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import SURE, World

DEPLOY = ("--confirm", "DEPLOY")
CHANGED = "<title>Mangetamain, changed</title>"
SPOILED = """
import runpy, sys
from pipeline.adapters.backup.tree import TreeCopy
finish = TreeCopy.finish
def spoiling(copy):
    finish(copy)
    if (copy.target / "orders.csv").exists():
        (copy.target / "orders.csv").write_text("1;2;4")
TreeCopy.finish = spoiling
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def promote(world: World, *options: str, code: int = 0) -> str:
    """Promote with the real script; return what it told."""
    return world.vm.script("promote", *(options or DEPLOY), code=code).stderr


def served(world: World) -> str:
    """Return the SHA that production reports."""
    return world.vm.serving(world.vm.prod_port)


def run_python(world: World, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run this interpreter on the VM, with the configuration as last argument."""
    config = ("--config", str(world.vm.config))
    environment = {"HOME": str(world.vm.home), "PYTHONPATH": str(SCRIPTS)}
    return starting.run(
        (sys.executable, *arguments, *config),
        env={**os.environ, **environment},
        capture_output=True,
    )


def changed(world: World) -> str:
    """Validate a version whose page differs; return its SHA."""
    (world.vm.clone / "10_preprod" / "page.html").write_text(CHANGED)
    sha = world.push("Changed")
    world.settle(sha, "passed")
    return sha


def backups(world: World) -> list[str]:
    """Return the names of production's backups."""
    folder = world.vm.root / "backups" / "prod"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("word", cases("prod", WORDS))
def test_only_the_word_itself_will_do(patient: World, word: str) -> None:
    """Anything but DEPLOY, letter by letter, is refused, told, and touches nothing."""
    before = patient.vm.ends()
    done = patient.vm.script("promote", f"--confirm={word}", code=3)
    assert "gh workflow run cd-prod.yml -f confirm=DEPLOY" in done.stderr
    assert (patient.vm.ends(), served(patient), backups(patient)) == (before, "", [])
    assert "⛔ PROD - Refused" in patient.told()


def test_without_a_word_it_says_what_to_type(patient: World) -> None:
    """Called with nothing at all, the script says what it wants."""
    assert "type exactly DEPLOY" in promote(patient, "--sha=", code=3)


@pytest.mark.fault("prod", "first deploy ever")
def test_the_first_promotion_ever(patient: World) -> None:
    """Nothing served before: backed up all the same, deployed, verified, told."""
    promote(patient)
    assert served(patient) == patient.good
    assert len(backups(patient)) == 1
    message = next(text for text in patient.vm.notices() if "🎯" in text)
    assert message.splitlines()[:2] == [
        "🎯 PRODUCTION - Deployment successful ✅",
        f"SHA: {patient.good[:7]}",
    ]
    assert "PREPROD ✅ → PROD ✅" in message and "URL: https://" in message


def test_where_both_stand_is_shown_first(patient: World) -> None:
    """SHAs, the commits between, who validated what: in the log and the summary."""
    promote(patient)
    hostile = "`x` | <b> @everyone ::error::gotcha"
    sha = patient.push(hostile)
    patient.settle(sha, "passed")
    summary = patient.vm.home / "summary.md"
    done = patient.vm.script(
        "promote", *DEPLOY, GITHUB_STEP_SUMMARY=str(summary), GITHUB_ACTIONS="true"
    )
    lines = done.stderr.splitlines()
    assert f"PREPROD    {sha[:7]}, healthy" in lines
    assert f"PROD       {patient.good[:7]}, healthy" in lines
    assert not [line for line in lines if line.startswith("::error")]
    text = summary.read_text()
    assert f"`{sha[:7]}`" in text and r"\@everyone" in text and "serves on prod" in text


@pytest.mark.fault("prod", "unvalidated SHA")
def test_an_unvalidated_sha_is_refused(patient: World) -> None:
    """What awaits its verdict, what failed, what is unknown: nothing is touched."""
    awaiting = patient.push("Awaiting")
    before = patient.vm.ends()
    for sha in (awaiting, "f" * 40):
        told = promote(patient, *DEPLOY, "--sha", sha, code=3)
        assert "not validated" in told
    assert (patient.vm.ends(), served(patient), backups(patient)) == (before, "", [])


@pytest.mark.fault("prod", "nothing validated yet")
def test_nothing_validated_yet(world: World) -> None:
    """Where nothing was ever validated there is nothing to promote."""
    world.vm.create()
    assert "nothing is validated yet" in promote(world, code=3)


def test_deploy_leads_to_promote(patient: World) -> None:
    """Production is not deployed to without the word."""
    done = patient.vm.script("deploy", "prod", "--sha", patient.good, code=3)
    assert "promote --confirm DEPLOY" in done.stderr
    assert served(patient) == ""


def test_what_was_rolled_back_on_preprod_is_not_promoted(patient: World) -> None:
    """A validated version that a person took away from preprod stays out of prod."""
    promote(patient)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    patient.vm.script("rollback", "preprod", *SURE)
    assert "rolled back by hand" in promote(patient, code=3)
    assert served(patient) == patient.good


def test_an_older_version_is_a_rollback(patient: World) -> None:
    """Promoting what prod has left behind is refused, naming what does it."""
    promote(patient)
    changed(patient)
    promote(patient)
    told = promote(patient, *DEPLOY, "--sha", patient.good, code=3)
    assert "rollback prod --to" in told


@pytest.mark.fault("prod", "health fails")
def test_failed_health_brings_the_old_version_back(patient: World) -> None:
    """Told with the failing step and the run; what was put back needs no commands."""
    promote(patient)
    sha = changed(patient)
    patient.vm.configure(health={"deadline": 1}, app={"content": "Mangetamain</title>"})
    run = {"SERVER_URL": "https://gh", "REPOSITORY": "o/r", "RUN_ID": "7"}
    run["ACTIONS"] = "true"
    job = {f"GITHUB_{name}": value for name, value in run.items()}
    patient.vm.script("promote", *DEPLOY, code=5, **job)
    assert served(patient) == patient.good
    assert patient.vm.serving() == sha, "preprod was touched"
    (told,) = [text for text in patient.vm.notices() if "↩️ PROD" in text]
    assert "confirm: " in told and "https://gh/o/r/actions/runs/7" in told
    assert "git reset" not in told
    assert "rolled back here" in promote(patient, code=3), "a bad SHA is remembered"


@pytest.mark.fault("prod", "health fails, left for a person")
def test_a_failure_may_be_left_for_a_person(patient: World) -> None:
    """With rollback_on_failure off, what failed stays up and a human is called."""
    promote(patient)
    changed(patient)
    patient.vm.prod["rollback_on_failure"] = False
    patient.vm.configure(health={"deadline": 1}, app={"content": "Mangetamain</title>"})
    promote(patient, code=6)
    assert "NOT ROLLED BACK" in patient.told()
    assert f"git reset --hard {patient.good}" in patient.told()


@pytest.mark.fault("prod", "first deploy ever, health fails")
def test_a_first_version_that_fails_pages_a_human(patient: World) -> None:
    """Without an earlier version there is nothing to return to, and that is said."""
    patient.vm.configure(health={"deadline": 1}, app={"content": "never there"})
    promote(patient, code=6)
    assert "there is no earlier version" in patient.told()


@pytest.mark.fault("prod", "backup cannot be written")
def test_no_backup_no_promotion(patient: World) -> None:
    """Where the backup cannot be written, nothing is touched."""
    promote(patient)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    folder = patient.vm.root / "backups"
    folder.rename(patient.vm.root / "moved")
    folder.write_text("in the way")
    assert "nothing was touched" in promote(patient, code=3)
    assert served(patient) == patient.good
    assert patient.vm.ends()[-1] == ("deploy", newer, "failed")
    head = patient.vm.git("rev-parse", "HEAD", at=patient.vm.root / "20_prod")
    assert head == patient.good
    folder.unlink()
    promote(patient)
    assert served(patient) == newer


@pytest.mark.fault("prod", "backup cannot be read back")
def test_a_backup_that_differs_stops_the_promotion(patient: World) -> None:
    """A copy that is not what was copied is found before anything is touched."""
    data = patient.vm.root / "data"
    data.mkdir()
    (data / "orders.csv").write_text("1;2;3")
    patient.vm.configure(backup={"paths": ["data"]})
    script = str(SCRIPTS / "promote.py")
    done = run_python(patient, "-c", SPOILED, script, *DEPLOY)
    assert done.returncode == 3 and b"nothing was touched" in done.stderr
    assert (served(patient), backups(patient)) == ("", [])
    assert patient.vm.ends()[-1] == ("deploy", patient.good, "failed")
    promote(patient)
    assert served(patient) == patient.good and len(backups(patient)) == 1


def freeze(action: str) -> list[dict[str, str]]:
    """Return windows that have all of this week's days but none of the others."""
    today = datetime.now(ZoneInfo("UTC")).strftime("%A")
    other = "Monday" if today != "Monday" else "Tuesday"
    whole = {"timezone": "UTC", "action": action}
    return [
        {"start": f"{today} 00:00", "end": f"{other} 00:00", **whole},
        {"start": f"{other} 00:00", "end": f"{today} 00:00", **whole},
    ]


@pytest.mark.fault("prod", "freeze window that refuses")
def test_a_freeze_refuses_unless_overridden(patient: World) -> None:
    """A window that refuses does, and who overrides it is told to all."""
    patient.vm.configure(freeze=freeze("refuse"))
    assert "production is frozen" in promote(patient, code=3)
    assert served(patient) == ""
    options = (*DEPLOY, "--override-freeze=true")
    patient.vm.script("promote", *options, GITHUB_ACTOR="grace", GITHUB_ACTIONS="true")
    assert served(patient) == patient.good
    (told,) = [text for text in patient.vm.notices() if "Freeze overridden" in text]
    assert "@grace" in told


@pytest.mark.fault("prod", "freeze window that warns")
def test_a_freeze_warns(patient: World) -> None:
    """A window that only warns is said, and the promotion goes on."""
    patient.vm.configure(freeze=freeze("warn"))
    assert "freeze window" in promote(patient)
    assert served(patient) == patient.good


@pytest.mark.parametrize("step", cases("prod", PROMOTION_STEPS))
def test_a_promotion_that_dies_is_resumed_to_its_end(
    patient: World, step: Step
) -> None:
    """Killed in any step, `resume` brings it to the end it would have had."""
    promote(patient)
    sha = changed(patient)
    vm = patient.vm
    script = str(SCRIPTS / "promote.py")
    killed = (str(KILLER), "after", f"{step.word} begun", script)
    died = run_python(patient, *killed, *DEPLOY)
    assert died.returncode == -9
    vm.script("resume")
    assert served(patient) == sha
    assert vm.ends()[-1] == ("deploy", sha, "validated")
    assert len([text for text in vm.notices() if "🎯" in text]) == 2
    assert not [path for path in backups(patient) if path.startswith(".")]


@pytest.mark.fault("prod", "rollback by hand")
def test_rollback_by_hand_is_a_deployment_like_any_other(patient: World) -> None:
    """Back to the previous good version, backed up, verified, remembered."""
    promote(patient)
    sha = changed(patient)
    promote(patient)
    patient.vm.script("rollback", "prod", *SURE)
    assert served(patient) == patient.good
    assert patient.vm.serving() == sha, "preprod was touched"
    assert len(backups(patient)) == 3
    assert "rolled back here" in promote(patient, code=3)
    promote(patient, *DEPLOY, "--override-bad")
    assert served(patient) == sha


def test_preprod_and_prod_do_not_wait_for_each_other(patient: World) -> None:
    """A promotion goes on while preprod is locked, and leaves preprod alone."""
    with (patient.vm.state / "preprod.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        promote(patient)
    assert served(patient) == patient.good


def test_people_on_ssh_are_asked_for_the_word(patient: World) -> None:
    """The script for people asks on a terminal, and takes nothing but the word."""
    for word, code in ((b"deploy\n", 3), (b"DEPLOY\n", 0)):
        master, slave = pty.openpty()
        argv = (sys.executable, SCRIPTS / "promote.py", "--config", patient.vm.config)
        process = starting.start(
            argv,
            env={**os.environ, "HOME": str(patient.vm.home)},
            stdin=slave,
            stdout=slave,
            stderr=subprocess.DEVNULL,
        )
        os.write(master, word)
        assert process.wait(60) == code
        os.close(master)
        os.close(slave)
    assert served(patient) == patient.good


def test_both_manual_ways_touch_only_prod(patient: World) -> None:
    """A reset in 20_prod with a restart is seen by status, and nothing else moves."""
    promote(patient)
    sha = changed(patient)
    promote(patient)
    vm = patient.vm
    tree = vm.root / "20_prod"
    vm.git("reset", "--quiet", "--hard", patient.good, at=tree)
    patient.restart_by_hand("prod")
    assert (served(patient), vm.serving()) == (patient.good, sha)
    assert vm.git("rev-parse", "HEAD", at=vm.root / "10_preprod") == sha
    seen = patient.status("prod")
    assert seen["has_drifted"] and seen["serving"] == patient.good
    vm.git("revert", "--no-edit", sha)
    vm.git("push", "--quiet", "origin", "HEAD:main")
    reverted = vm.git("rev-parse", "HEAD")
    patient.deploy(reverted)
    patient.settle(reverted, "passed")
    promote(patient)
    assert served(patient) == vm.serving() == reverted
    assert not patient.status("prod")["has_drifted"]
    assert (
        not Path(vm.root / "20_prod" / "10_preprod" / "page.html").read_text()
        == CHANGED
    )
