"""The lock: one holder, freed by whatever ends the holder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.effects.clock import SystemClock
from pipeline.errors import ConfigurationError, TimedOut
from pipeline.adapters.lock import held, is_held

from tests.unit.clock import FakeClock

HOLD = (
    "import sys, pathlib\n"
    "from pipeline.effects.clock import SystemClock\n"
    "from pipeline.adapters.lock import held\n"
    "with held(pathlib.Path(sys.argv[1]), SystemClock(), patience=5):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the lock is."""
    return tmp_path / "preprod.lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that holds the lock until its input ends."""
    with subprocess.Popen(
        (sys.executable, "-c", HOLD, str(path)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_second_one_waits_then_gives_up(
    path: Path, holder: subprocess.Popen[bytes], clock: FakeClock
) -> None:
    """While another process works, this one waits as long as it has patience."""
    with pytest.raises(TimedOut, match="held it for 30 s"):
        with held(path, clock, patience=30):
            raise AssertionError("two holders")
    assert 30 <= clock.elapsed < 31
    assert is_held(path)


def test_a_lock_that_cannot_be_opened_is_said(path: Path, clock: FakeClock) -> None:
    """A file system that is full or read-only, or a folder there, is said in words."""
    path.mkdir()
    with pytest.raises(ConfigurationError, match="locking preprod.lock"):
        with held(path, clock, patience=30):
            raise AssertionError("nobody holds it")


def test_without_patience_it_asks_once(
    path: Path, holder: subprocess.Popen[bytes], clock: FakeClock
) -> None:
    """A second watcher of the same commit leaves at once."""
    with pytest.raises(TimedOut), held(path, clock, patience=0):
        raise AssertionError("two holders")
    assert clock.slept == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_death_of_the_holder_frees_it(
    path: Path, holder: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    """Whatever kills the holder, the next one gets the lock: nothing is stale."""
    holder.send_signal(number)
    assert holder.wait(60) == -number
    assert not is_held(path)
    with held(path, SystemClock(), patience=0):
        assert is_held(path)


def test_end_of_the_holder_frees_it(
    path: Path, holder: subprocess.Popen[bytes]
) -> None:
    """Who waits gets the lock as soon as the holder is done."""
    assert holder.stdin
    holder.stdin.close()
    with held(path, SystemClock(), patience=10):
        assert is_held(path)


def test_children_do_not_inherit_it(path: Path, clock: FakeClock) -> None:
    """A process that the holder started does not keep the lock for it."""
    with held(path, clock, patience=0):
        child = subprocess.Popen(("sleep", "60"), close_fds=False)
    try:
        assert not is_held(path)
    finally:
        child.kill()
        child.wait()


def test_error_inside_frees_it(path: Path, clock: FakeClock) -> None:
    """A failure while holding the lock lets it go, and the file stays."""
    with pytest.raises(ZeroDivisionError), held(path, clock, patience=0):
        raise ZeroDivisionError
    assert not is_held(path)
    assert path.exists() and path.stat().st_mode & 0o077 == 0


def test_missing_lock_is_free(path: Path) -> None:
    """Asking does not make the lock."""
    assert not is_held(path)
    assert not path.exists()
