"""Commands that run beside each other: their words kept in a file, their end ours.

Ctrl-C at a terminal reaches none of them by itself, since each leads a session of its
own: whoever starts one ends it.
"""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

COULD_NOT_START = 127
GRACE = 10.0
POLL = 0.05


class _Process(NamedTuple):
    parent: int
    start: int


class Background:
    """A command that was started and is not waited for."""

    def __init__(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]
    ) -> None:
        """Start it; one that cannot start has ended with 127, its words say why."""
        self._words = TemporaryFile()
        self._process: subprocess.Popen[bytes] | None = None
        # In the order of descent: a parent that outlived its child would go on.
        self._family: dict[tuple[int, int], None] = {}
        try:
            self._process = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._words.write(str(error).encode())

    @property
    def code(self) -> int | None:
        """Return its exit code as a shell counts, None while it runs."""
        if self._process is None:
            return COULD_NOT_START
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    @property
    def output(self) -> str:
        """Return what it said so far, both streams as they came."""
        self._words.flush()
        # Not by seeking: the command shares the position, and may still write.
        size = os.fstat(self._words.fileno()).st_size
        return os.pread(self._words.fileno(), size, 0).decode("utf-8", "replace")

    def interrupt(self) -> None:
        """Ask it to end as Ctrl-C does: a test run then cleans up after itself."""
        if self._process and self.code is None:
            self._family |= dict.fromkeys(_family(self._process.pid))
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End at once what is left of it and of all that it started."""
        if self._process is None:
            return
        if self.code is None:
            self._family |= dict.fromkeys(_family(self._process.pid))
        running = _running()
        for pid, start in self._family:
            # By its start too: the id may belong to somebody else by now.
            if pid in running and running[pid].start == start:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.wait()


def end_all(commands: Iterable[Background], grace: float = GRACE) -> None:
    """End commands: asked first, killed after ``grace`` seconds or at an interrupt."""
    left = list(commands)
    limit = time.monotonic() + grace
    try:
        for command in left:
            command.interrupt()
        while any(each.code is None for each in left) and time.monotonic() < limit:
            time.sleep(POLL)
    finally:
        # Also those that ended: what they left behind.
        for command in left:
            command.kill()


def _family(pid: int) -> list[tuple[int, int]]:
    """Return a process and all that descend from it, each after its parent."""
    running = _running()
    children: dict[int, list[int]] = defaultdict(list)
    for member, process in running.items():
        children[process.parent].append(member)
    family = [pid]
    for member in family:  # Grows while it is walked.
        family += children[member]
    return [(member, running[member].start) for member in family if member in running]


def _running() -> dict[int, _Process]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses may hold anything: count from its end (proc(5)).
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            found[int(stat.parent.name)] = _Process(int(fields[1]), int(fields[19]))
    return found
