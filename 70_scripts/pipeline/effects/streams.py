"""The standard streams, so that no character stops a script."""

import io
import os
import select
import sys
from contextlib import suppress

# What a pipe that is ready takes at once: pipe(7).
CHUNK = 4096
PATIENCE = 5.0  # seconds that a terminal, or a reader, may keep a script waiting
_left = [PATIENCE]


def open_missing_streams() -> None:
    """Give a script that was started without standard streams ones that lead nowhere.

    The first files that it opens would take their numbers, and what is printed would
    be written into them.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # Takes the lowest number that is free.
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)


def say_line(line: str) -> None:
    """Write a line to standard error; whether it arrives changes nothing.

    A terminal that is full, gone or stopped keeps a script waiting for a few seconds,
    once.
    """
    with suppress(OSError, ValueError):
        try:
            descriptor = sys.stderr.fileno()
        except (OSError, ValueError):
            print(line, file=sys.stderr, flush=True)
            return
        encoding = sys.stderr.encoding or "utf-8"
        errors = sys.stderr.errors or "backslashreplace"
        _write(descriptor, f"{line}\n".encode(encoding, errors))


def _write(descriptor: int, line: bytes) -> None:
    for start in range(0, len(line), CHUNK):
        _, ready, _ = select.select([], [descriptor], [], _left[0])
        if not ready:
            _left[0] = 0.0
            return
        os.write(descriptor, line[start : start + CHUNK])


def accept_every_character() -> None:
    r"""Let the standard streams take and give what their encoding cannot hold.

    A terminal without UTF-8 shows an emoji as ``\U0001f680``; half a surrogate pair,
    which no encoding holds, is shown that way everywhere.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
