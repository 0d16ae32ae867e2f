"""What cannot be printed, logged or removed is a remark, never a failure."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.mounting import Mounts
from tests.faults.test_git import tree
from tests.sandbox import starting
from tests.sandbox.vm import CACHE, SCRIPTS
from tests.sandbox.world import World

CLOSED = ("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("outputs", case)


@contextmanager
def full_device() -> Iterator[int]:
    """Give a device on which nothing can be written."""
    with open("/dev/full", "wb") as device:
        yield device.fileno()


@contextmanager
def unread_pipe() -> Iterator[int]:
    """Give a pipe that is full and that nobody reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while os.write(writing, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(writing, True)
    yield writing
    os.close(reading)
    os.close(writing)


@contextmanager
def broken_pipe() -> Iterator[int]:
    """Give a pipe whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def said_into(world: World, output: int, *arguments: object) -> int:
    """Run a script whose words go into ``output``; return its exit code."""
    verb, *rest = map(str, arguments)
    done = starting.run(
        (sys.executable, SCRIPTS / f"{verb}.py", *rest, "--config", world.vm.config),
        env={**os.environ, **CACHE, "HOME": str(world.vm.home)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        timeout=90,
    )
    return done.returncode


@pytest.mark.parametrize(
    "opened",
    [
        pytest.param(full_device, marks=fault("a full device")),
        pytest.param(unread_pipe, marks=fault("a pipe that nobody reads")),
        pytest.param(broken_pipe, marks=fault("a reader that is gone")),
    ],
)
def test_words_that_do_not_arrive_change_nothing(
    patient: World, opened: Callable[[], AbstractContextManager[int]]
) -> None:
    """Deployment and rollback end as ever where nobody can hear of them."""
    sha = patient.vm.push("Unheard")
    with opened() as output:
        deploy = ("deploy", "preprod", "--sha", sha)
        assert said_into(patient, output, *deploy) == 0
        assert patient.vm.serving() == sha
        settle = ("settle", "preprod", "--sha", sha, "--verdict", "failed")
        assert said_into(patient, output, *settle) == 5
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@fault("standard streams closed")
def test_closed_streams_change_nothing(patient: World) -> None:
    """No file that is opened takes the place of a stream and what is printed."""
    sha = patient.vm.push("Without streams")
    command = (*CLOSED, sys.executable, str(SCRIPTS / "deploy.py"), "preprod")
    done = subprocess.run(
        (*command, "--sha", sha, "--config", str(patient.vm.config)),
        env={**os.environ, **CACHE, "HOME": str(patient.vm.home)},
        timeout=90,
        check=False,
    )
    assert done.returncode == 0
    assert patient.vm.serving() == sha
    patient.settle(sha, "passed")
    assert patient.vm.validated() == sha


@fault("the watcher's log planted")
def test_a_planted_log_is_not_waited_for(running: World) -> None:
    """Pipes, folders and links where the log should be end in another log."""
    sha = running.vm.push("Logged elsewhere")
    running.ci(sha)
    logs = running.vm.logs
    logs.mkdir(exist_ok=True)
    os.mkfifo(logs / f"ci-watcher-{sha}.log")
    latest = logs / "ci-watcher-LATEST.log"
    latest.unlink(missing_ok=True)
    latest.mkdir()
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@fault("no folder for the watcher's log")
def test_no_log_is_no_failure(running: World) -> None:
    """A file in the place of each log folder leaves the watcher without one."""
    sha = running.vm.push("Not logged")
    running.ci(sha)
    for place in (running.vm.logs, running.vm.state / "logs"):
        if place.is_dir():
            place.rename(place.with_name(f"{place.name}-aside"))
        place.write_text("in the way")
    running.deploy(sha)
    assert running.end(sha) == "validated"


@fault("the temporary folder full")
def test_a_full_temporary_folder_is_not_used(patient: World, mounts: Mounts) -> None:
    """What is needed for a moment finds room beside the repository."""
    folder = patient.vm.home / "tmp"
    folder.mkdir()
    sha = patient.vm.push("No room")
    with mounts.small(folder, "64k"):
        (folder / "ballast").write_bytes(bytes(48 << 10))
        patient.vm.script("deploy", "preprod", "--sha", sha, TMPDIR=str(folder))
        arguments = ("preprod", "--sha", sha, "--verdict", "failed")
        patient.vm.script("settle", *arguments, code=5, TMPDIR=str(folder))
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@fault("leftovers that cannot be removed")
def test_leftovers_are_a_remark(patient: World, mounts: Mounts) -> None:
    """A folder that is in use stays, is named, and stops no deployment."""
    busy = tree(patient) / "10_preprod" / "busy"
    busy.mkdir()
    sha = patient.vm.push("Beside it")
    with mounts.small(busy, "64k"):
        (busy / "left.txt").write_text("left")
        patient.deploy(sha)
        assert patient.vm.serving() == sha
        assert "Not all could be removed" in patient.told()
        patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@fault("last-validated-sha.txt cannot be written")
def test_a_pointer_that_cannot_be_written_is_a_remark(patient: World) -> None:
    """The journal decides: deployments go on, and the file is mended later."""
    file: Path = patient.vm.state / "last-validated-sha.txt"
    file.unlink()
    file.mkdir()
    sha = patient.push("Without a file")
    patient.settle(sha, "passed", code=2)
    assert patient.end(sha) == "validated"
    newer = patient.push("The next one")
    patient.settle(newer, "failed", code=5)
    assert patient.vm.serving() == sha
    file.rmdir()
    patient.vm.script("resume")
    assert patient.vm.validated() == sha
