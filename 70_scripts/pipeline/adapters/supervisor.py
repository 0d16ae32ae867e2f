"""One long-lived process, known by its pid and its time of birth.

A pid alone is not enough: after a reboot it may be anybody's.
"""

import json
import os
import select
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.clock import boot_id
from pipeline.effects.files import make_way, read_plain, write_atomically
from pipeline.effects.processes import spawn_detached

GRACE = 5.0
MARK = "PIPELINE_SUPERVISED_BY"


@dataclass(frozen=True, slots=True)
class Birth:
    """A process, told from every other one that had or will have its pid."""

    pid: int
    started: str
    boot: str


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Start and stop one process; ``record`` remembers which, ``log`` what it said."""

    record: Path
    log: Path

    def start(self, argv: Sequence[str], descriptor: int, cwd: Path) -> None:
        """Start the process, its output going to ``descriptor``, which is closed."""
        with suppress(OSError):
            make_way(self.record)
            self.record.unlink(missing_ok=True)  # It speaks of another process.
        try:
            mark = {MARK: str(self.record)}
            pid = spawn_detached(argv, log=descriptor, cwd=cwd, env=mark)
        finally:
            os.close(descriptor)
        birth = _birth(pid)
        text = json.dumps([birth.pid, birth.started, birth.boot]) if birth else ""
        with suppress(OSError):  # Its mark tells it as well.
            write_atomically(self.record, text)

    def is_running(self) -> bool:
        """Tell whether the process that was started still runs."""
        return self._running() is not None

    def instance(self) -> str:
        """Return what tells the running process from every other, empty if none."""
        birth = self._running()
        return f"{birth.pid}@{birth.started}@{birth.boot}" if birth else ""

    def was_lost_with_machine(self) -> bool:
        """Tell whether the process was started before the machine last booted."""
        birth = self._recorded()
        return birth is not None and birth.boot != boot_id()

    def stop(self) -> None:
        """End the process and all its children, and wait until it is gone."""
        birth = self._running()
        if birth is None:
            return
        # The second signal also ends children that heeded the first one less.
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(birth.pid, number)
            _await_end(birth.pid, GRACE)

    def _running(self) -> Birth | None:
        birth = self._recorded()
        if birth is None:
            return self._marked()
        return birth if _birth(birth.pid) == birth else None

    def _marked(self) -> Birth | None:
        """Return the process that was started and could not be recorded."""
        mark = f"{MARK}={self.record}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                pid = int(process.name)
                variables = (process / "environ").read_bytes().split(b"\0")
                if mark in variables and os.getsid(pid) == pid:
                    return _birth(pid)
        return None

    def _recorded(self) -> Birth | None:
        try:
            return Birth(*json.loads(read_plain(self.record)))
        except (OSError, ValueError, TypeError, RecursionError):
            return None


def _await_end(pid: int, timeout: float) -> None:
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            select.select([descriptor], [], [], timeout)
        finally:
            os.close(descriptor)


def _birth(pid: int) -> Birth | None:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = boot_id()
    except OSError:
        return None
    # Fields after the name, which stands in brackets: state first, start time 20th.
    fields = line.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Birth(pid, fields[19], boot)
