"""Fork real scripts from a process that has loaded what they import.

`fork_server.py SCRIPTS ROOM`: requests come by standard input, a socket: a byte with
four descriptors (a connection, the three standard streams), then on that connection a
line of JSON. The answers are the child's pid and, when it has ended, its wait status.
``ROOM`` is room for the children's command lines, which /proc shows.

A child differs from a real start in nothing that a script can see but what is already
imported. It is killed when its client goes away, and when the server does.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from io import TextIOWrapper
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

CONTROL = 0
HEAVY = (
    *("httpx", "httpcore", "h11", "anyio", "yaml", "pydantic", "stamina"),
    *("rich.console", "rich.table", "rich.progress", "encodings.idna", "zoneinfo"),
)
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
ARGUMENTS = slice(47, 49)  # arg_start and arg_end of proc_pid_stat(5)
Traceback = TracebackType | None


@dataclass(frozen=True, slots=True)
class Child:
    """A script that runs, and the connection of who waits for it."""

    pid: int
    connection: int


def preload(scripts: str) -> None:
    """Import the library and what it stands on; nothing of it may start a thread."""
    sys.path[0] = scripts
    for name in HEAVY:
        importlib.import_module(name)
    library = importlib.import_module("pipeline")
    for found in pkgutil.walk_packages(library.__path__, "pipeline."):
        importlib.import_module(found.name)
    gc.collect()
    gc.freeze()


def serve() -> tuple[dict[str, Any], list[int]]:
    """Fork for each request; return in the child alone, with what it is to run."""
    server, children = os.getpid(), dict[int, Child]()
    while True:
        connections = {child.connection: pidfd for pidfd, child in children.items()}
        ready = select.select([CONTROL, *children, *connections], [], [])[0]
        for pidfd in children.keys() & ready:
            _told(children.pop(pidfd), pidfd)
        for pidfd in {connections[one] for one in connections.keys() & ready}:
            if pidfd in children:  # Its client is gone.
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                select.select([pidfd], [], [])
        if CONTROL in ready:
            request, descriptors = _received(children)
            pid = os.fork()
            if not pid:
                _die_with(server)
                return request, descriptors
            connection, *streams = descriptors
            for descriptor in streams:
                os.close(descriptor)
            children[os.pidfd_open(pid)] = Child(pid, connection)
            _say(connection, pid)


def _received(children: dict[int, Child]) -> tuple[dict[str, Any], list[int]]:
    control = socket.socket(fileno=os.dup(CONTROL))
    message, descriptors, *_ = socket.recv_fds(control, 1, 4)
    control.close()
    if not message:  # Nobody is left who could ask.
        for pidfd in children:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        sys.exit()
    with open(descriptors[0], "rb", closefd=False) as lines:
        return json.loads(lines.readline()), list(descriptors)


def _told(child: Child, pidfd: int) -> None:
    _say(child.connection, os.waitpid(child.pid, 0)[1])
    os.close(child.connection)
    os.close(pidfd)


def _say(connection: int, number: int) -> None:
    with suppress(OSError):
        os.write(connection, number.to_bytes(4))


def _die_with(server: int) -> None:
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)


def become(request: dict[str, Any], streams: list[int]) -> None:
    """Be what a real start would be: streams, session, place, environment, name."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    if request["session"]:
        os.setsid()
    os.umask(request["umask"])
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.orig_argv = request["argv"]
    sys.argv = request["argv"][1:]
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = _stream(number, "w" if number else "r", getattr(sys, name))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    _rename(request["argv"])


def _stream(number: int, mode: str, like: Any) -> TextIOWrapper:
    """Open a standard stream as the interpreter does at its start."""
    is_raw = bool(like.write_through)
    size = 0 if is_raw and mode == "w" else -1
    made = open(number, f"{mode}b", size, closefd=False)
    setattr(getattr(made, "raw", made), "name", like.name)
    text = TextIOWrapper(
        made,
        like.encoding,
        like.errors,
        newline=None if mode == "r" else "\n",
        line_buffering=not is_raw and (number == 2 or made.isatty()),
        write_through=is_raw,
    )
    setattr(text, "mode", mode)
    return text


def _rename(argv: list[str]) -> None:
    """Let /proc show this command line: tests find processes by it."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = (int(each) for each in ["", "", *fields][ARGUMENTS])
    line = b"".join(os.fsencode(word) + b"\0" for word in argv)[: end - start - 1]
    ctypes.memmove(start, line.ljust(end - start, b"\0"), end - start)


def run(script: str) -> None:
    """Run a script as the main module of this process."""
    main = ModuleType("__main__")
    main.__file__, main.__loader__ = script, SourceFileLoader("__main__", script)
    sys.modules["__main__"] = main
    sys.excepthook = _report
    code = compile(Path(script).read_bytes(), script, "exec", dont_inherit=True)
    exec(code, vars(main))


def _report(kind: type[BaseException], error: BaseException, trace: Traceback) -> None:
    while trace and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)


if __name__ == "__main__":
    preload(sys.argv[1])
    # Ctrl-C at a terminal reaches the children; this one ends with its client.
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, given = serve()
    signal.signal(signal.SIGINT, on_interrupt)
    become(asked, given[1:])
    run(sys.argv[0])
