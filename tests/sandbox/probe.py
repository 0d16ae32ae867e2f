"""A script that says what it sees, and ends in the way that it is told."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGCHLD", "SIGQUIT")


def seen() -> dict[str, object]:
    """Return everything that a start decides; not the process's own numbers."""
    umask = os.umask(0)
    os.umask(umask)
    command = Path("/proc/self/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    return {
        "argv": sys.argv,
        "orig_argv": sys.orig_argv,
        "command": [word.decode() for word in command],
        "main": [__name__, __file__, sys.modules["__main__"].__file__],
        "path": sys.path,
        "executable": [sys.executable, sys.prefix, str(sys.flags)],
        "environ": dict(os.environ),
        "inherited": sorted(
            ascii(subprocess.check_output("/usr/bin/env")).split("\\n")
        ),
        "cwd": os.getcwd(),
        "umask": umask,
        "files": sorted(os.listdir("/proc/self/fd")),
        "streams": [_stream(each) for each in (sys.stdin, sys.stdout, sys.stderr)],
        "are_terminals": [os.isatty(number) for number in range(3)],
        "signals": [str(signal.getsignal(getattr(signal, one))) for one in SIGNALS],
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "group": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()],
        "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
        "zone": time.tzname,
        "threads": threading.active_count(),
        "hook": sys.gettrace() is None,
    }


def _stream(stream: object) -> list[object]:
    names = ("encoding", "errors", "line_buffering", "write_through", "name", "mode")
    return [getattr(stream, name) for name in names]


def end(how: str) -> None:
    """End in one of the ways there are."""
    match how:
        case "see":
            print(json.dumps(seen()))
        case "random":
            print(random.random())
        case "echo":
            print(sys.stdin.read(), file=sys.stderr)
        case "wait":
            print("waits", flush=True)
            time.sleep(60)
        case "leave":
            print("left behind", end="")
            sys.exit("with words")
        case "raise":
            raise ValueError("as a bug does")
        case "interrupt":
            raise KeyboardInterrupt
        case "full":
            sys.stdout = open("/dev/full", "w")
            print("nobody hears")
        case _ if how.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, how))
        case _:
            sys.exit(int(how))


if __name__ == "__main__":
    end(sys.argv[1])
