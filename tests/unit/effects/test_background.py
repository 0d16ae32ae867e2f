"""Commands beside each other: their words, their codes, and that none survives."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pipeline.effects.background import Background, end_all

from tests.unit.waiting import has_died, wait_until

# A child that leads a session of its own, as the servers of a test run do.
FAMILY = "setsid sleep 60 & echo $! > {0}.new; mv {0}.new {0}; wait"
DEAF = "trap '' INT; " + FAMILY


def start(script: str, cwd: Path) -> Background:
    """Start a shell script."""
    return Background(("sh", "-c", script), cwd=cwd, env=os.environ)


def test_words_come_in_their_order(tmp_path: Path) -> None:
    """Both streams are one log, and the code is the command's own."""
    command = start("echo a; echo b >&2; echo c; exit 3", tmp_path)
    wait_until(lambda: command.code is not None, "the end")
    assert (command.code, command.output) == (3, "a\nb\nc\n")


def test_words_can_be_read_early(tmp_path: Path) -> None:
    """Reading what was said so far disturbs nothing that is said later."""
    command = start("echo a; while [ ! -e go ]; do :; done; echo b", tmp_path)
    wait_until(lambda: command.output == "a\n", "the first word")
    (tmp_path / "go").touch()
    wait_until(lambda: command.code is not None, "the end")
    assert command.output == "a\nb\n"


def test_command_that_cannot_start(tmp_path: Path) -> None:
    """A missing tool has ended as in a shell, and its name is told."""
    command = Background(("no-such-tool",), cwd=tmp_path, env=os.environ)
    assert command.code == 127 and "no-such-tool" in command.output
    end_all([command])


@pytest.mark.parametrize(
    ("script", "sign"),
    [(FAMILY, signal.SIGINT), (DEAF, signal.SIGKILL)],
    ids=["polite", "deaf"],
)
def test_end_leaves_nobody(tmp_path: Path, script: str, sign: signal.Signals) -> None:
    """Asked, then killed where deaf; children in sessions of their own end as well."""
    pid_file = tmp_path / "pid"
    command = start(script.format(pid_file), tmp_path)
    wait_until(pid_file.exists, "the child")
    child = int(pid_file.read_text())
    end_all([command], grace=1.0)
    assert command.code == 128 + sign
    try:
        assert has_died(child)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_parents_are_killed_before_their_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent that outlives its child would go on with what comes after it."""
    depth, killed, kill = 12, list[int](), os.kill
    nest = 'n=$1; echo $$ >>pids; [ $n = 0 ] || sh -c "$0" "$0" $((n - 1)); sleep 60'
    script = f"trap '' INT; exec sh -c '{nest}' '{nest}' {depth}"

    def record(pid: int, number: int) -> None:
        killed.append(pid)
        kill(pid, number)

    command = start(script, tmp_path)
    pids = tmp_path / "pids"
    wait_until(pids.exists, "the first")
    wait_until(lambda: len(pids.read_text().split()) > depth, "all of them")
    monkeypatch.setattr(os, "kill", record)
    end_all([command], grace=0.1)
    descent = [int(pid) for pid in pids.read_text().split()]
    assert [pid for pid in killed if pid in descent] == descent


def test_asking_lets_it_clean_up(tmp_path: Path) -> None:
    """A test run that is asked to end still does what it does at its end."""
    script = (
        "import pathlib, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try: print('up', flush=True); signal.pause()\n"
        "finally: pathlib.Path('cleaned').touch()"
    )
    command = Background((sys.executable, "-c", script), cwd=tmp_path, env=os.environ)
    wait_until(lambda: "up" in command.output, "its start")
    end_all([command])
    assert (tmp_path / "cleaned").exists() and command.code is not None
