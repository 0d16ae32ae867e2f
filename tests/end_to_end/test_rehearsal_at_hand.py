"""The rehearsal as people play with it: ready at once, told as it goes, soon ended."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.checkout import clone_into

pytestmark = [pytest.mark.rehearsal, pytest.mark.timeout(600)]
PATIENCE = 300.0  # seconds
LONGEST_END = 60.0  # Three seconds alone; the suites beside this one take their part.


class Rehearsal:
    """A rehearsal that runs, with a folder of its own for all that it makes."""

    def __init__(self, clone: Path, folder: Path) -> None:
        """Start it, as a person at a terminal would."""
        self.scratch, self._screen = folder / "tmp", folder / "screen"
        self.scratch.mkdir()
        argv = (sys.executable, "70_scripts/rehearse.py", "--keep", "--no-play")
        with self._screen.open("wb") as screen:
            self.process = subprocess.Popen(
                argv,
                cwd=clone,
                env={**os.environ, "TMPDIR": str(self.scratch)},
                stdout=screen,
                stderr=subprocess.STDOUT,
            )

    @property
    def screen(self) -> str:
        """Return what it has told so far."""
        return self._screen.read_text(encoding="utf-8")

    def wait(self, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait until something is so."""
        pause, end = Event(), monotonic() + patience
        while not is_so():
            assert monotonic() < end, self.screen[-3000:]
            pause.wait(0.05)

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code, which must come at once."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LONGEST_END)

    def processes(self) -> list[str]:
        """Return the command lines that name this rehearsal's folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                line = (process / "cmdline").read_bytes()
            except OSError:
                continue
            # What is still being removed is none of it.
            if os.fsencode(self.scratch) in line and not line.startswith(b"rm\0"):
                found.append(line.decode())
        return found


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    """Give a rehearsal in which nothing is played."""
    started = Rehearsal(clone_into(tmp_path / "clone"), tmp_path)
    yield started
    if started.process.poll() is None:
        started.process.send_signal(signal.SIGINT)
        started.process.wait(60)


@pytest.mark.act
def test_it_stands_ready_tells_what_happens_and_ends_at_once(
    rehearsal: Rehearsal,
) -> None:
    """Nothing is played; a push is told with its run's page; Ctrl-C ends all of it."""
    rehearsal.wait(lambda: "Ctrl-C ends it." in rehearsal.screen)
    assert "Act 1" not in rehearsal.screen and "Timeline" not in rehearsal.screen
    found = re.search(r"clone +cd (\S+)", rehearsal.screen)
    assert found
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for command in (
        ("commit", "--quiet", "--allow-empty", "--message", "By hand"),
        ("push", "--quiet", "origin", "HEAD:main"),
    ):
        subprocess.run(("git", "-C", found[1], *who, *command), check=True)
    deployed = r"GitHub +CD preprod \w{7}: success  http://\S+/actions/runs/\d+"
    rehearsal.wait(lambda: re.search(deployed, rehearsal.screen))
    assert re.search(r"Discord +🚀 PREPROD - ", rehearsal.screen)
    assert re.search(r"preprod +deploy of \w{7}: verify done", rehearsal.screen)
    assert rehearsal.interrupt() == 0
    assert rehearsal.screen.endswith("\nending\n")
    assert rehearsal.processes() == []


def test_ctrl_c_while_it_is_set_up_leaves_nothing_behind(rehearsal: Rehearsal) -> None:
    """One line, and neither a process nor a file."""
    rehearsal.wait(lambda: rehearsal.processes())
    assert rehearsal.interrupt() == 130
    last = rehearsal.screen.splitlines()[-1]
    assert last == "interrupted: everything is ended and removed"
    assert "Traceback" not in rehearsal.screen
    assert rehearsal.processes() == []
    rehearsal.wait(lambda: not list(rehearsal.scratch.iterdir()), 60)
