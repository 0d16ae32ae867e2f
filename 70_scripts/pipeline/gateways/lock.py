"""Kernel locks: one writer per environment, freed by the holder's death.

Lock files are never removed: removing one would let two holders lock two files of
the same name.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.errors import ConfigurationError, TimedOut

POLL = 0.1


@contextmanager
def held(path: Path, clock: Clock, *, patience: float) -> Iterator[None]:
    """Hold the lock of ``path``, waiting at most ``patience`` seconds for it.

    Raises:
        TimedOut: another process held it all that time.
        ConfigurationError: its file cannot be opened.
    """
    end = clock.monotonic() + patience
    descriptor = _opened(path)
    try:
        while not _try(descriptor):
            if clock.monotonic() >= end:
                raise TimedOut(
                    f"locking {path.name}",
                    f"another operation held it for {patience:g} s",
                    f"see what is running: fuser -v {path}",
                )
            clock.sleep(POLL)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"locking {path.name}",
            str(error),
            "make its folder writable, then run the command again",
        ) from error


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock of ``path`` now."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
