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

COULD_NOT_START = 127
GRACE = 10.0
POLL = 0.05


class Background:
    """A command that was started and is not waited for."""

    def __init__(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]
    ) -> None:
        """Start it; one that cannot start has ended with 127, its words say why."""
        self._words = TemporaryFile()
        self._process: subprocess.Popen[bytes] | None = None
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
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it at once, with everything that it started."""
        if self._process and self.code is None:
            for pid in _family(self._process.pid):
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
        for command in left:
            command.kill()


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it, whatever their session."""
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses may hold anything; the parent's id follows it.
            parent = stat.read_text(errors="replace").rpartition(")")[2].split()[1]
            children[int(parent)].append(int(stat.parent.name))
    family = [pid]
    for member in family:  # Grows while it is walked.
        family += children[member]
    return family
