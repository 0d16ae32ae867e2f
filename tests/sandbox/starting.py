"""Starting Python scripts: forked from a server where they may be, else for real.

What a real start alone can show (the interpreter's own settings, another copy of the
library, another user) is started for real, without being asked to.
"""

import atexit
import inspect
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from socket import AF_UNIX, SOCK_SEQPACKET, send_fds, socket, socketpair
from threading import Lock
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "70_scripts"
SERVER = Path(__file__).with_name("fork_server.py")
ROOM = "." * 16_000
# What the interpreter reads before any script does.
SHAPING = ("PYTHON", "LC_", "LANG", "COVERAGE_")
PLAIN = {"cwd", "env", "stdin", "stdout", "stderr", "text", "errors", "encoding"}
PLAIN |= {"start_new_session", "umask"}
STREAMS = ("p2cread", "c2pwrite", "errwrite")
PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_starting = Lock()


def run(
    argv: Sequence[str | Path],
    *,
    timeout: float | None = None,
    capture_output: bool = False,
    check: bool = False,
    **options: Any,
) -> "subprocess.CompletedProcess[Any]":
    """Run a Python script to its end, as `subprocess.run` does."""
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(argv, **options) as process:
        try:
            told = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(process.args, process.returncode, *told)
    if check:
        done.check_returncode()
    return done


def start(argv: Sequence[str | Path], **options: Any) -> "subprocess.Popen[Any]":
    """Start a Python script, as `subprocess.Popen` does."""
    words = [str(word) for word in argv]
    kind = Forked if _may_be_forked(words, options) else subprocess.Popen
    return kind(words, **options)


def _may_be_forked(argv: list[str], options: Mapping[str, Any]) -> bool:
    script = Path(argv[1])
    is_ours = script.parent == SCRIPTS or script.is_relative_to(REPOSITORY / "tests")
    return (
        argv[0] == sys.executable
        and is_ours
        and script.is_file()
        and options.keys() <= PLAIN
        and _shaping(options.get("env") or os.environ) == _server().shaping
    )


def _shaping(env: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in env.items() if name.startswith(SHAPING)}


class Server:
    """The process that forks scripts, one for each process of tests."""

    def __init__(self) -> None:
        """Start it, its standard input the way to ask it; it ends with that."""
        self.shaping = _shaping(os.environ)
        self._control, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            (sys.executable, SERVER, SCRIPTS, ROOM), stdin=theirs.fileno()
        )
        theirs.close()
        atexit.register(self.stop)

    def ask(self, connection: socket, streams: Sequence[int]) -> None:
        """Hand over where the request comes from, and the script's streams."""
        send_fds(self._control, [b"\0"], [connection.fileno(), *streams])

    def stop(self) -> None:
        """End it, and every script that still runs."""
        self._control.close()
        self._process.wait()


def _server() -> Server:
    with _starting:
        return _started()


@cache
def _started() -> Server:
    return Server()


class Forked(subprocess.Popen[Any]):
    """A script that the server forked; it is waited for as any other process."""

    # What Popen does by itself before and after is done by it: pipes, communication.
    _told = inspect.signature(getattr(subprocess.Popen, "_execute_child"))

    def _execute_child(self, *given: Any) -> None:
        told = self._told.bind(self, *given).arguments
        streams = [
            number if told[name] == -1 else told[name]
            for number, name in enumerate(STREAMS)
        ]
        request = {
            "argv": self.args,
            "env": dict(os.environ if told["env"] is None else told["env"]),
            "cwd": str(told["cwd"] or os.getcwd()),
            "umask": _umask() if told["umask"] == -1 else told["umask"],
            "session": told["start_new_session"],
        }
        self._connection, theirs = socketpair()
        with theirs:
            _server().ask(theirs, streams)
        self._connection.sendall(json.dumps(request).encode() + b"\n")
        self.pid = self._number()
        self._child_created = True
        getattr(self, "_close_pipe_fds")(*(told[name] for name in PIPES))

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None and self._has_ended(0):
            self._end()
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None:
            if not self._has_ended(timeout):
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self._end()
        return self.returncode

    def _has_ended(self, timeout: float | None) -> bool:
        return bool(select.select([self._connection], [], [], timeout)[0])

    def _end(self) -> None:
        self.returncode = os.waitstatus_to_exitcode(self._number())
        self._connection.close()

    def _number(self) -> int:
        told = self._connection.recv(4)
        if not told:
            raise RuntimeError("the server that forks scripts is gone")
        return int.from_bytes(told)


def _umask() -> int:
    """Return this process's umask without setting it: other threads make files."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("Umask:")[2].split()[0], 8)
