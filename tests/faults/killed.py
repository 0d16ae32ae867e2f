"""Run a real script, and end its process as kill -9 does at one of its facts.

The facts are not listed here: each transaction of the journal is one, named by the
function that makes it, a step's by the step. `killed.py MOMENT POINT SCRIPT [ARG …]`
kills before or after the first fact of that name; with the moment ``never``, ``POINT``
is a file that takes the names of all facts. With ``full`` nothing is killed: the file
system of the state is filled to the last byte before the fact. With ``hurry``,
``POINT`` is how many seconds git may take.
"""

import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection
from types import FrameType

sys.path.insert(0, str(Path(sys.argv[3]).parent))

from pipeline.adapters import git_store  # noqa: E402
from pipeline.journal import database, writer, outbox  # noqa: E402

MOMENT, POINT = sys.argv[1:3]
PASSED_THROUGH = ("_transaction", "_insert")
original = database.transaction


def transaction(connection: Connection) -> object:
    """Stand in for the journal's transactions."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_name in PASSED_THROUGH:
        frame = frame.f_back
    assert frame is not None
    return around(connection, name_of(frame))


@contextmanager
def around(connection: Connection, name: str) -> Iterator[None]:
    """Write a fact, or die before or after it."""
    if MOMENT == "never":
        with Path(POINT).open("a") as points:
            points.write(f"{name}\n")
    if (MOMENT, POINT) == ("before", name):
        os.kill(os.getpid(), signal.SIGKILL)
    if (MOMENT, POINT) == ("full", name):
        fill()
    with original(connection):
        yield
    if (MOMENT, POINT) == ("after", name):
        os.kill(os.getpid(), signal.SIGKILL)


def fill() -> None:
    """Leave no room on the file system of the state."""
    state = Path(sys.argv[-1]).with_name("state")
    with suppress(OSError), (state / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass


def name_of(frame: FrameType) -> str:
    """Return how a fact is called: after its function, or as a step and its mark."""
    if frame.f_code.co_name != "_mark":
        return frame.f_code.co_name.strip("_")
    mark = "done" if frame.f_locals["is_done"] else "begun"
    return f"{frame.f_locals['step'].word} {mark}"


if __name__ == "__main__":
    for module in (writer, outbox):
        setattr(module, "transaction", transaction)
    if MOMENT == "hurry":
        git_store.FETCH_TIMEOUT = float(POINT)
    sys.argv = sys.argv[3:]
    runpy.run_path(sys.argv[0], run_name="__main__")
