"""The supervisor: its own process, told from every other one, and really ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.adapters import supervisor as gateway
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.supervisor import Supervisor

from tests.unit.waiting import has_died, wait_until

READY = "import signal; {} print('ready', flush=True); signal.pause()"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN);"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Return a supervisor that leaves nothing running."""
    made = Supervisor(tmp_path / "app.json", tmp_path / "app.log")
    yield made
    made.stop()


def start(supervisor: Supervisor, before: str = "") -> int:
    """Start a process that waits for signals; return its pid when it is ready."""
    supervisor.log.write_text("")
    descriptor = os.open(supervisor.log, os.O_WRONLY)
    argv = (sys.executable, "-SE", "-c", READY.format(before))
    supervisor.start(argv, descriptor, supervisor.log.parent)
    wait_until(lambda: "ready" in supervisor.log.read_text(), "the app to start")
    with pytest.raises(OSError):
        os.close(descriptor)
    return pid(supervisor)


def pid(supervisor: Supervisor) -> int:
    """Return the pid that was recorded."""
    number: int = json.loads(supervisor.record.read_text())[0]
    return number


def test_started_process_is_known(supervisor: Supervisor) -> None:
    """It runs, another supervisor of the same record knows it too, and it ends."""
    number = start(supervisor)
    again = Supervisor(supervisor.record, supervisor.log)
    assert supervisor.is_running() and again.is_running()
    again.stop()
    assert has_died(number, within=0)
    assert not supervisor.is_running()


def test_stubborn_process_is_killed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who ignores the polite signal gets the other one."""
    monkeypatch.setattr(gateway, "GRACE", 0.1)
    number = start(supervisor, STUBBORN)
    supervisor.stop()
    assert has_died(number, within=0)


def test_children_end_too(supervisor: Supervisor) -> None:
    """What the app started ends with it."""
    begin = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid);"
    start(supervisor, begin)
    child = int(supervisor.log.read_text().split()[0])
    supervisor.stop()
    assert has_died(child)


def test_death_is_noticed(supervisor: Supervisor) -> None:
    """A process that ended by itself is not running, also while nobody reaped it."""
    number = start(supervisor)
    os.kill(number, 9)
    assert has_died(number)
    assert not supervisor.is_running()


@pytest.mark.parametrize("field", [1, 2], ids=["time of birth", "boot"])
def test_reused_pid_fools_nobody(supervisor: Supervisor, field: int) -> None:
    """After a reboot the same pid is somebody else: neither running nor ended."""
    start(supervisor)
    truth = supervisor.record.read_text()
    forged = json.loads(truth)
    forged[field] = "1"
    supervisor.record.write_text(json.dumps(forged))
    assert not supervisor.is_running()
    supervisor.stop()
    supervisor.record.write_text(truth)
    assert supervisor.is_running()


def test_strange_name_is_read_right(supervisor: Supervisor, tmp_path: Path) -> None:
    """A process whose name holds brackets and blanks is still told by its birth."""
    odd = tmp_path / "a) R 1 (b"
    odd.symlink_to("/bin/sleep")
    descriptor = os.open(supervisor.log, os.O_WRONLY | os.O_CREAT)
    supervisor.start((str(odd), "60"), descriptor, tmp_path)
    assert supervisor.is_running()
    supervisor.stop()
    assert not supervisor.is_running()


@pytest.mark.parametrize(
    "record", [b"", b"{", b"[]", b"[1]", b"null", b'["x", "y", "z", 0]', b"\xff"]
)
def test_damaged_record_is_nobody(supervisor: Supervisor, record: bytes) -> None:
    """A record that cannot be read names no process, and stops none."""
    supervisor.record.write_bytes(record)
    assert not supervisor.is_running()
    supervisor.stop()


def test_stop_before_start(supervisor: Supervisor) -> None:
    """Where nothing was started there is nothing to end."""
    supervisor.stop()
    assert not supervisor.is_running()


def test_command_that_ends_at_once(supervisor: Supervisor, tmp_path: Path) -> None:
    """An app that cannot start is seen as ended, not as an error of the supervisor."""
    descriptor = os.open(supervisor.log, os.O_WRONLY | os.O_CREAT)
    supervisor.start(("false",), descriptor, tmp_path)
    wait_until(lambda: not supervisor.is_running(), "the command to end")


def test_missing_command_closes_the_log(supervisor: Supervisor, tmp_path: Path) -> None:
    """A missing program is told, and no descriptor is left open for it."""
    descriptor = os.open(supervisor.log, os.O_WRONLY | os.O_CREAT)
    with pytest.raises(CommandFailed):
        supervisor.start(("/no/such/program",), descriptor, tmp_path)
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_somebody_elses_process_is_left_alone(supervisor: Supervisor) -> None:
    """A pid alone is no reason to end a process."""
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as other:
        supervisor.record.write_text(json.dumps([other.pid, "1", "boot"]))
        supervisor.stop()
        assert other.poll() is None
        other.kill()


def test_what_an_earlier_boot_started_is_lost(supervisor: Supervisor) -> None:
    """A record of another boot is of a process that the machine took down with it."""
    assert not supervisor.was_lost_with_machine(), "nothing was started"
    number, started, boot = json.loads(started_record(supervisor))
    assert not supervisor.was_lost_with_machine()
    supervisor.stop()
    assert not supervisor.was_lost_with_machine(), "somebody stopped it"
    supervisor.record.write_text(json.dumps([number, started, f"not {boot}"]))
    assert supervisor.was_lost_with_machine()


def started_record(supervisor: Supervisor) -> str:
    """Start a process; return what was recorded of it."""
    start(supervisor)
    return supervisor.record.read_text()


def test_process_without_a_record_is_known(tmp_path: Path) -> None:
    """Where no record could be written the process is found and ended all the same."""
    supervisor = Supervisor(tmp_path / "no" / "folder" / "app.json", tmp_path / "log")
    supervisor.log.write_text("")
    argv = (sys.executable, "-SE", "-c", READY.format(""))
    supervisor.start(argv, os.open(supervisor.log, os.O_WRONLY), tmp_path)
    wait_until(lambda: "ready" in supervisor.log.read_text(), "the app to start")
    assert supervisor.is_running()
    supervisor.stop()
    assert not supervisor.is_running()
