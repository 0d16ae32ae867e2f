"""Whatever dies, wherever: resumed, it ends as if nothing had died."""

import fcntl
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.interrupted import (
    Undisturbed,
    deploy,
    end_of,
    interrupt,
    judge,
    points,
)
from tests.faults.rows import DEPLOY_POINTS, MOMENTS, RETURN_POINTS, SETTLE_POINTS
from tests.sandbox.world import World


@pytest.mark.fault("deaths", "no fact is forgotten")
def test_every_fact_is_a_row(running: World, undisturbed: Undisturbed) -> None:
    """The facts that the scripts journal are exactly those at which they are killed."""
    facts = {verb: set(names) for verb, (_, names) in undisturbed.items()}
    # A message that Discord had not taken before, on a busy machine, begins here.
    facts["settle"].discard("begin")
    assert facts == {
        "deploy": set(DEPLOY_POINTS),
        "watch_ci": set(RETURN_POINTS),
        "settle": set(SETTLE_POINTS),
    }
    assert running.vm.serving() == running.good


@pytest.mark.parametrize(
    "moment, point", points("deaths", "deploy", DEPLOY_POINTS, *MOMENTS)
)
def test_a_killed_deployment_is_carried_on(
    running: World,
    undisturbed: Undisturbed,
    moment: str,
    point: str,
) -> None:
    """Killed at any of its facts and resumed, a deployment ends as it would have."""
    assert deploy(running, moment, point) == undisturbed["deploy"][0]


@pytest.mark.parametrize(
    "moment, point", points("deaths", "watch_ci", RETURN_POINTS, *MOMENTS)
)
def test_a_killed_watcher_is_made_up_for(
    awaiting: World,
    undisturbed: Undisturbed,
    moment: str,
    point: str,
) -> None:
    """Killed while it rolls back, at any of its facts, a watcher is made up for."""
    end = judge(awaiting, "watch_ci", "failure", moment, point)
    assert end == undisturbed["watch_ci"][0]


@pytest.mark.parametrize(
    "moment, point", points("deaths", "settle", SETTLE_POINTS, *MOMENTS)
)
def test_a_killed_settle_is_made_up_for(
    awaiting: World,
    undisturbed: Undisturbed,
    moment: str,
    point: str,
) -> None:
    """Killed while it validates, at any of its facts, a settle is made up for."""
    end = judge(awaiting, "settle", "success", moment, point)
    assert end == undisturbed["settle"][0]


@pytest.mark.fault("deaths", "resume itself killed")
def test_a_killed_resume_is_resumed(running: World, undisturbed: Undisturbed) -> None:
    """What carries on can die as well: the next one carries on."""
    sha = running.vm.push("Next")
    running.ci(sha)
    interrupt(running, "after", "switch begun", "deploy", "preprod", "--sha", sha)
    interrupt(running, "before", "confirm done", "resume")
    running.vm.script("resume")
    running.end(sha)
    assert end_of(running) == undisturbed["deploy"][0]


@pytest.mark.fault("deaths", "killed again and again at the same step")
def test_what_always_dies_is_given_up(running: World) -> None:
    """A deployment that was interrupted three times is rolled back, and it is told."""
    sha = running.vm.push("Deadly")
    interrupt(running, "after", "switch done", "deploy", "preprod", "--sha", sha)
    for _ in range(2):
        interrupt(running, "after", "switch done", "resume")
    running.vm.script("resume")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    assert "it was interrupted 3 times" in running.told()


@pytest.mark.fault("deaths", "lock holder dead")
def test_a_dead_holder_leaves_no_lock(running: World) -> None:
    """The lock of a process that was killed is free: the next one does not wait."""
    holder = subprocess.Popen(
        ("flock", running.vm.state / "preprod.lock", "sleep", "600"),
        start_new_session=True,
    )
    lock = running.vm.state / "preprod.lock"
    running.wait(lambda: is_locked(lock))
    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait()
    sha = running.push("After it")
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds a lock."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def reboot(world: World) -> None:
    """End every process of the VM, and let what they left speak of an earlier boot."""
    world.vm.stop()
    world.wait(lambda: not world.vm.serving())
    record = world.vm.state / "preprod-app.json"
    pid, started, _ = json.loads(record.read_text())
    record.write_text(json.dumps([pid, started, "the boot before"]))


@pytest.mark.fault("deaths", "reboot, nothing open")
def test_after_a_reboot_the_validated_version_serves(running: World) -> None:
    """What served before the machine went down is started again by resume."""
    reboot(running)
    running.vm.script("resume")
    assert running.vm.serving() == running.vm.validated() == running.good
    assert len(running.vm.ends()) == 1


@pytest.mark.parametrize("conclusion", ["success", "failure"])
@pytest.mark.fault("deaths", "reboot while the verdict is awaited")
def test_after_a_reboot_the_verdict_is_awaited_again(
    awaiting: World, conclusion: str
) -> None:
    """App and watcher are started again, and the verdict is settled as ever."""
    sha = awaiting.vm.pushed[-1]
    reboot(awaiting)
    awaiting.vm.script("resume")
    assert awaiting.vm.serving() == sha
    awaiting.ci(sha, conclusion)
    awaiting.end(sha)
    right = sha if conclusion == "success" else awaiting.good
    assert awaiting.vm.serving() == awaiting.vm.validated() == right


@pytest.mark.fault("deaths", "reboot in the middle of a deployment")
def test_a_reboot_in_the_middle_is_carried_on(
    running: World, undisturbed: Undisturbed
) -> None:
    """A deployment that the machine took down with it is carried on."""
    sha = running.vm.push("Next")
    running.ci(sha)
    interrupt(running, "before", "confirm done", "deploy", "preprod", "--sha", sha)
    reboot(running)
    running.vm.script("resume")
    running.end(sha)
    assert end_of(running) == undisturbed["deploy"][0]


@pytest.mark.fault("deaths", "the app stopped by a person")
def test_what_a_person_stopped_stays_so(running: World) -> None:
    """An app that was stopped while the machine ran is not started behind a back."""
    running.vm.stop()
    running.wait(lambda: not running.vm.serving())
    running.vm.script("resume")
    assert running.vm.serving() == ""
    assert running.vm.validated() == running.good
    assert len(running.vm.ends()) == 1


@pytest.mark.fault("deaths", "the watcher killed")
def test_a_watcher_that_was_killed_is_replaced(running: World) -> None:
    """A watcher that died while CI ran is replaced by resume; the verdict settles."""
    sha = running.push("Watched")
    running.vm.kill("watch_ci.py")
    running.ci(sha, "failure")
    running.vm.script("resume")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault("deaths", "the runner's job-end clean-up")
def test_the_watcher_survives_the_end_of_the_job(running: World) -> None:
    """What GitHub's runner sweeps away at a job's end is neither app nor watcher."""
    sha = running.vm.push("From a job")
    mark = f"github_{sha}"
    running.vm.script("deploy", "preprod", "--sha", sha, RUNNER_TRACKING_ID=mark)
    for process in Path("/proc").glob("[0-9]*"):
        if mark.encode() in read(process / "environ"):
            os.kill(int(process.name), signal.SIGKILL)
    assert running.vm.serving() == sha
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good


def read(path: Path) -> bytes:
    """Return what a file holds, nothing where it is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
