"""When the way back is barred too: exit 6, a human is paged, the truth is told."""

import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.rows import cases
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import World

CLASS = "rollback fails"
LATER = Path(__file__).with_name("later.py")


def break_python(world: World) -> None:
    """Let no version start any more, although all is installed."""
    for python in (world.vm.root / ".pipeline" / "venvs").glob("*/bin/python"):
        python.unlink()
        python.write_text("#!/bin/sh\nexit 1\n")
        python.chmod(0o755)


def prune(world: World) -> None:
    """Lose the installed dependencies, and the place to install them again."""
    venvs = world.vm.root / ".pipeline" / "venvs"
    shutil.rmtree(venvs)
    venvs.write_text("not a folder")


def expect_more(world: World) -> None:
    """Expect what the old version does not have either."""
    world.vm.configure(health={"deadline": 1}, app={"content": "not on the page"})


BARRED: dict[str, Callable[[World], None]] = {
    "restart fails": break_python,
    "old version unhealthy too": expect_more,
}


@pytest.mark.parametrize("bar", cases(CLASS, BARRED))
def test_a_failed_rollback_is_not_called_one(
    running: World, bar: Callable[[World], None]
) -> None:
    """When the old version does not serve either: exit 6, and a human is called."""
    bar(running)
    sha = running.vm.push("Unhealthy", exits=True)
    running.deploy(sha, code=6)
    assert running.end(sha) == "failed"
    assert running.vm.validated() == running.good
    assert "PREPROD - Rolled back" not in running.told()
    assert "🚨 PREPROD - NOT ROLLED BACK" in running.told()
    assert "A human is needed" in running.told()
    assert None not in [outcome for _, _, outcome in running.vm.ends()]


@pytest.mark.fault(CLASS, "image pruned, not to be built again")
def test_what_cannot_be_built_again_pages(awaiting: World) -> None:
    """A red verdict whose way back lost its dependencies for good pages a human."""
    sha = awaiting.vm.pushed[-1]
    prune(awaiting)
    awaiting.settle(sha, "failed", code=6)
    assert awaiting.vm.validated() == awaiting.good
    assert "PREPROD - Rolled back" not in awaiting.told()
    assert "A human is needed" in awaiting.told()
    assert None not in [outcome for _, _, outcome in awaiting.vm.ends()]


@pytest.mark.fault(CLASS, "image pruned")
def test_what_was_pruned_is_built_again(awaiting: World) -> None:
    """A version whose dependencies were pruned since is prepared before it returns."""
    sha = awaiting.vm.pushed[-1]
    for verdict, served, code in (("failed", awaiting.good, 5), ("passed", sha, 0)):
        shutil.rmtree(awaiting.vm.root / ".pipeline" / "venvs")
        awaiting.settle(sha, verdict, code)
        assert awaiting.vm.serving() == served
    assert awaiting.vm.validated() == sha


@pytest.mark.fault("containers", "port taken")
def test_a_taken_port_pages_and_is_mended(running: World) -> None:
    """While a stranger has the port nothing is called serving; later all is well."""
    sha = running.vm.push("No room for it")
    running.vm.stop()
    running.wait(lambda: not running.vm.serving())
    with closing(socket.socket()) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", running.vm.port))
        stranger.listen()
        running.vm.configure(health={"deadline": 1, "probe_timeout": 0.3})
        running.deploy(sha, code=6)
    assert running.vm.validated() == running.good
    assert "A human is needed" in running.told()
    running.vm.configure()
    running.deploy(running.good)
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "nothing to return to")
def test_nothing_to_return_to_pages_a_human(world: World) -> None:
    """The first deployment ever has no way back: exit 6, a human is called."""
    world.vm.create()
    sha = world.vm.push("Broken from the start", exits=True)
    world.deploy(sha, code=6)
    assert world.end(sha) == "failed"
    assert world.vm.validated() == ""
    assert "A human is needed" in world.told()
    assert "again, verified" not in world.told()


@pytest.mark.fault(CLASS, "tried again by the timer, paged once")
def test_a_failed_rollback_is_tried_again(awaiting: World) -> None:
    """At growing intervals, with one page; once its cause is gone it serves, told."""
    sha = awaiting.vm.pushed[-1]
    prune(awaiting)
    awaiting.settle(sha, "failed", code=6)
    awaiting.vm.script("resume", code=6)
    for _ in range(3):
        awaiting.vm.script("resume")
    returns = [end for kind, _, end in awaiting.vm.ends() if kind == "rollback"]
    assert returns == ["failed", "failed"], "it was tried each time"
    assert awaiting.told().count("NOT ROLLED BACK") == 1
    (awaiting.vm.root / ".pipeline" / "venvs").unlink()
    awaiting.vm.python_file(LATER, "70", str(SCRIPTS / "resume.py"))
    assert awaiting.vm.serving() == awaiting.good
    assert "PREPROD - Rolled back" in awaiting.told()
    ends = awaiting.vm.ends()
    awaiting.vm.python_file(LATER, "9000", str(SCRIPTS / "resume.py"))
    assert awaiting.vm.ends() == ends


@pytest.mark.fault(CLASS, "on production, mended since")
def test_a_failed_rollback_on_production_is_tried_again(patient: World) -> None:
    """Production's version is put back as soon as what barred it is gone."""
    promote = ("promote", "--confirm", "DEPLOY")
    patient.vm.script(*promote)
    sha = patient.push("Next")
    patient.settle(sha, "passed")
    expect_more(patient)
    patient.vm.script(*promote, code=6)
    patient.vm.configure(ci={"deadline": 600})
    patient.vm.script("resume")
    assert patient.vm.serving(patient.vm.prod_port) == patient.good
    assert patient.told().count("NOT ROLLED BACK") == 1
    assert "PROD - Rolled back" in patient.told()
