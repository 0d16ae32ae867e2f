"""A script that is forked sees, says and ends what one that is started does."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox import starting
from tests.sandbox.starting import SCRIPTS, Forked, run, start

PROBE = (sys.executable, str(Path(__file__).with_name("probe.py")))
ENDS = ("0", "5", "leave", "raise", "interrupt", "full", "SIGTERM", "SIGKILL")
CAPTURED = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
UNCOMMON = {"NAME": "v\udcff ü", "EMPTY": "", "TZ": "Asia/Tokyo"}
# Starts one that waits, says which, and waits for it.
CLIENT = """
import sys
from tests.sandbox.starting import start
process = start((sys.executable, *sys.argv[1:], "wait"))
print(process.pid, flush=True)
process.wait()
"""


def without(*names: str) -> dict[str, str]:
    """Return this environment without some names."""
    return {name: text for name, text in os.environ.items() if name not in names}


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, waited for or not."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def await_end(pid: int) -> None:
    """Wait, within bounds, until a process that is not ours is gone."""
    with_limit = (
        "timeout",
        "20",
        "sh",
        "-c",
        'while kill -0 "$0"; do sleep 0.05; done',
    )
    if not is_gone(pid):
        subprocess.run((*with_limit, str(pid)), stderr=subprocess.DEVNULL, check=False)
    assert is_gone(pid)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cwd": "/"},
        {"umask": 0o027, "start_new_session": True},
        {"env": {**os.environ, **UNCOMMON}},
        {"env": without("HOME", "PATH")},
    ],
    ids=["as it is", "cwd", "umask, session", "uncommon variables", "few variables"],
)
def test_it_sees_the_same(options: dict[str, Any]) -> None:
    """Arguments, environment, place, umask, files, streams, signals: all alike."""
    argv = (*PROBE, "see", "two words", "ü")
    usual = {"stdin": subprocess.DEVNULL, "env": dict(os.environ)}
    options = {**usual, **options, **CAPTURED}
    process = start(argv, **options)
    assert isinstance(process, Forked)
    told = process.communicate(timeout=60)
    real = subprocess.run(argv, **options, check=True)
    assert told[1] == real.stderr == b""
    assert json.loads(told[0]) == json.loads(real.stdout)


def test_it_inherits_umask_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this process has changed of itself holds for what it starts."""
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o077)
    try:
        done = run((*PROBE, "see"), capture_output=True, check=True)
    finally:
        os.umask(before)
    seen = json.loads(done.stdout)
    assert (seen["umask"], seen["cwd"]) == (0o077, str(tmp_path))


@pytest.mark.parametrize("how", ENDS)
def test_it_ends_the_same(how: str) -> None:
    """Exit code, signal, words and a bug's traceback are those of a real start."""
    process = start((*PROBE, how), **CAPTURED, text=True)
    assert isinstance(process, Forked)
    told = process.communicate(timeout=60)
    real = subprocess.run((*PROBE, how), capture_output=True, text=True, check=False)
    assert (process.returncode, *told) == (real.returncode, real.stdout, real.stderr)


def test_streams_are_those_that_were_given(tmp_path: Path) -> None:
    """A pipe is read, a file is written, and a terminal is one."""
    with open(tmp_path / "words", "w+") as file:
        options = {"stdin": subprocess.PIPE, "stderr": file, "text": True}
        process = start((*PROBE, "echo"), **options)
        process.communicate("typed")
        file.seek(0)
        assert file.read() == "typed\n"
    ours, theirs = pty.openpty()
    process = start((*PROBE, "see"), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    with open(ours, "rb") as screen:
        seen = json.loads(screen.readline())
        assert process.wait(60) == 0
    assert seen["are_terminals"] == [True, True, True]


def test_two_are_not_alike() -> None:
    """Nobody draws the numbers that another one drew."""
    drawn = {run((*PROBE, "random"), capture_output=True).stdout for _ in range(3)}
    assert len(drawn) == 3


def test_it_is_waited_for_and_ended() -> None:
    """A wait has an end, and so has a script that would go on."""
    process = start((*PROBE, "wait"), stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"waits\n"
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.terminate()
    assert process.wait(60) == -signal.SIGTERM
    with pytest.raises(subprocess.TimeoutExpired):
        run((*PROBE, "wait"), timeout=0.5, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("victim", ["the client", "the server"])
def test_nothing_is_left_behind(victim: str) -> None:
    """A script goes when its client is killed, and when its server is."""
    argv = (sys.executable, "-c", CLIENT, PROBE[1])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env) as client:
        assert client.stdout
        pid = int(client.stdout.readline())
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        assert int(parent) != client.pid, "it was not forked"
        os.kill(client.pid if victim == "the client" else int(parent), signal.SIGKILL)
        await_end(pid)
        await_end(int(parent))


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        (PROBE, {"env": {**os.environ, "PYTHONUTF8": "1"}}),
        (PROBE, {"env": {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "elsewhere"}}),
        (PROBE, {"pass_fds": (0,)}),
        ((sys.executable, "-u", PROBE[1]), {}),
        ((sys.executable, "/no/such/file.py"), {}),
        (("python3", PROBE[1]), {}),
    ],
    ids=["mode", "language", "descriptors", "option", "no file", "another Python"],
)
def test_what_needs_a_real_start_has_one(
    argv: tuple[str, ...], options: dict[str, Any]
) -> None:
    """What the interpreter itself reads, and what is not ours, is not forked."""
    with start((*argv, "0"), **options, stderr=subprocess.DEVNULL) as process:
        assert not isinstance(process, Forked)


def test_another_copy_of_the_library_is_started(tmp_path: Path) -> None:
    """A script brings the library that lies beside it, never this checkout's."""
    copy = tmp_path / "status.py"
    copy.write_text("import pipeline")
    (tmp_path / "pipeline.py").write_text("print('another')")
    assert run((sys.executable, copy), capture_output=True).stdout == b"another\n"
    assert (SCRIPTS / "status.py").exists() and starting.REPOSITORY in SCRIPTS.parents
