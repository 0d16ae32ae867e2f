"""Processes: lists of arguments, a deadline for the whole family, a clean start."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline.effects.processes import (
    CommandFailed,
    clean_environment,
    run,
    spawn_detached,
)

from tests.unit.waiting import has_died, wait_until

PYTHON = (sys.executable, "-SE", "-c")
FAMILY = "sleep 60 & echo $! > {0}.new; mv {0}.new {0}; wait"
SAY_ENVIRONMENT = (
    "import json, os, sys; "
    "print(json.dumps([dict(os.environ), os.getcwd(), os.getsid(0)]), flush=True); "
    "sys.stdin.read(); sys.stderr.write('done')"
)


def test_output_and_code_come_back(tmp_path: Path) -> None:
    """Both streams, the exit code and the folder are those of the command."""
    script = "import os,sys; print(os.getcwd()); sys.stderr.write('e'); sys.exit(3)"
    done = run((*PYTHON, script), cwd=tmp_path, allowed=(0, 3))
    assert (done.code, done.text, done.stderr) == (3, str(tmp_path), b"e")


@pytest.mark.parametrize(
    "text", ["$(touch planted)", "; touch planted", "`touch planted`", "a\nb", "'\"\\"]
)
def test_arguments_are_only_text(tmp_path: Path, text: str) -> None:
    """No shell ever reads an argument."""
    script = "import sys; sys.stdout.write(sys.argv[1])"
    done = run((*PYTHON, script, text), cwd=tmp_path)
    assert done.stdout.decode() == text
    assert not (tmp_path / "planted").exists()


def test_environment_is_added() -> None:
    """What is given is added to this process's environment."""
    script = "import os; print(os.environ['OWN'], 'HOME' in os.environ)"
    assert run((*PYTHON, script), env={"OWN": "x"}).text == "x True"


def test_failure_says_what_and_how() -> None:
    """An exit code that is not allowed is an error with the command and its words."""
    with pytest.raises(CommandFailed, match="exited with 7:\nout\nerr") as caught:
        run(("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (caught.value.code, caught.value.output) == (7, "out\nerr\n")


@pytest.mark.parametrize("command", ["no-such-command", "/", "./missing"])
def test_command_that_cannot_start(command: str) -> None:
    """A missing tool is a failed command, as in a shell."""
    with pytest.raises(CommandFailed) as caught:
        run((command,))
    assert caught.value.code == 127


def test_huge_output_is_quoted_in_part() -> None:
    """An error stays readable however much was printed."""
    with pytest.raises(CommandFailed) as caught:
        run((*PYTHON, "print('x' * 100_000); exit(1)"))
    assert len(str(caught.value)) < 2500


def test_timeout_ends_the_whole_family(tmp_path: Path) -> None:
    """At its deadline a command dies with its children, also its grandchildren."""
    pid_file = tmp_path / "pid"
    with pytest.raises(CommandFailed) as caught:
        run(("sh", "-c", f"echo why >&2; {FAMILY.format(pid_file)}"), timeout=0.5)
    assert (caught.value.code, caught.value.output) == (None, "why\n")
    assert "did not end in time" in str(caught.value)
    assert has_died(int(pid_file.read_text()))


def test_interrupt_ends_the_whole_family(tmp_path: Path) -> None:
    """Ctrl-C at the terminal leaves no half-done command behind."""
    pid_file = tmp_path / "pid"
    script = (
        "import signal; from pipeline.effects.processes import run\n"
        # A test run in the background of a shell has Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run(('sh', '-c', {FAMILY.format(pid_file)!r}))"
    )
    path = os.pathsep.join(sys.path)
    caller = subprocess.Popen(
        (sys.executable, "-c", script),
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
    )
    wait_until(pid_file.exists, "the command to start")
    caller.send_signal(signal.SIGINT)
    assert caller.wait(60) != 0
    assert has_died(int(pid_file.read_text()))


def test_clean_environment_keeps_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the job's mark nor its secrets reach what outlives the job."""
    for name in ("RUNNER_TRACKING_ID", "DISCORD_WEBHOOK_URL", "GITHUB_TOKEN", "CI"):
        monkeypatch.setenv(name, "job's own")
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/docker.sock")
    kept = clean_environment({"OWN": "x"})
    assert "job's own" not in kept.values()
    assert (kept["OWN"], kept["DOCKER_HOST"]) == ("x", "unix:///run/docker.sock")
    assert kept["PATH"] == os.environ["PATH"]


def test_detached_process_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its own session, no mark of the job, no input, and a log for its words."""
    monkeypatch.setenv("RUNNER_TRACKING_ID", "job")
    log = tmp_path / "log"
    with log.open("wb") as file:
        argv = (*PYTHON, SAY_ENVIRONMENT)
        pid = spawn_detached(argv, log=file.fileno(), cwd=tmp_path, env={"OWN": "x"})
    assert has_died(pid)
    line, _, rest = log.read_text().partition("\n")
    environment, folder, session = json.loads(line)
    assert (environment["OWN"], "RUNNER_TRACKING_ID" in environment) == ("x", False)
    assert (folder, session, rest) == (str(tmp_path), pid, "done")


def test_detached_process_outlives_its_starter(tmp_path: Path) -> None:
    """When its starter and the starter's whole group are gone, it still runs."""
    script = (
        "import os, signal, pathlib, sys\n"
        "from pipeline.effects.processes import spawn_detached\n"
        "log = os.open(os.devnull, os.O_WRONLY)\n"
        "pid = spawn_detached(('sleep', '60'), log=log, cwd=pathlib.Path('/'))\n"
        "print(pid, flush=True)\n"
        "os.killpg(0, signal.SIGKILL)\n"
    )
    starter = subprocess.run(
        (sys.executable, "-c", script),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        start_new_session=True,
        timeout=30,
    )
    pid = int(starter.stdout)
    try:
        assert starter.returncode == -signal.SIGKILL
        assert not has_died(pid, within=0.2)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_lines_show_as_they_come(tmp_path: Path) -> None:
    """What takes long is followed line by line, and is whole at the end."""
    seen = list[str]()

    def show(line: str) -> None:
        seen.append(line)
        (tmp_path / "go").touch()  # Until the first line was shown it does not go on.

    script = "echo a; while [ ! -e go ]; do :; done; echo b >&2; exit 3"
    with pytest.raises(CommandFailed) as failed:
        run(("sh", "-c", script), cwd=tmp_path, show=show)
    assert seen == ["a", "b"] and failed.value.code == 3
    assert failed.value.output == "a\nb\n"


def test_what_shows_its_lines_is_killed_late(tmp_path: Path) -> None:
    """At its timeout it ends like every command."""
    with pytest.raises(CommandFailed) as failed:
        run(("sh", "-c", "echo a; sleep 60"), timeout=0.3, show=lambda _: None)
    assert failed.value.code is None
