"""Kernel locks: one writer per environment, freed by the death of its last holder.

A lock that is inherited is also held by every tool that its holder runs: whoever comes
next waits for a tool that outlived a killed script. An environment's lock file is never
removed: that would let two holders lock two files of the same name.
"""

import fcntl
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.effects.files import NotPlain, opener
from pipeline.effects.openers import openers
from pipeline.effects.processes import inherited
from pipeline.errors import ConfigurationError, TimedOut

POLL = 0.1
# A FIFO, a socket or a planted link is no lock, and is never waited for.
OPEN = opener(mode=0o600)


@contextmanager
def held(
    path: Path,
    clock: Clock,
    *,
    patience: float,
    is_inherited: bool = False,
    is_shared: bool = False,
) -> Iterator[None]:
    """Hold the lock of ``path``, waiting at most ``patience`` seconds for it.

    Args:
        path: its file.
        clock: the time.
        patience: seconds.
        is_inherited: the tools that are run meanwhile hold it too.
        is_shared: others may hold it at the same time, if they share it as well.

    Raises:
        TimedOut: another process held it all that time.
        ConfigurationError: its file cannot be opened.
    """
    end = clock.monotonic() + patience
    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    descriptor = _opened(path)
    try:
        while not _try(descriptor, kind):
            if clock.monotonic() >= end:
                raise _timed_out(path, patience)
            clock.sleep(POLL)
        with inherited(descriptor) if is_inherited else nullcontext():
            yield
    finally:
        # What left its tool's process group may still have the descriptor.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _timed_out(path: Path, patience: float) -> TimedOut:
    found = openers(path.resolve())
    holders = "".join(f"\n    {pid}: {command[:160]}" for pid, command in found)
    return TimedOut(
        f"locking {path.name}",
        f"another operation held it for {patience:g} s{holders}",
        f"see what is running: fuser -v {shlex.quote(str(path))}",
    )


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(exist_ok=True)
        return OPEN(str(path), os.O_RDWR | os.O_CREAT)
    except NotPlain as error:
        todo = "move it away, then run the command again"
        seen = f"{path} is not a plain file"
        raise ConfigurationError(f"locking {path.name}", seen, todo) from error
    except OSError as error:
        raise ConfigurationError(
            f"locking {path.name}",
            str(error),
            "make it and its folder writable, then run the command again",
        ) from error


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock of ``path`` now."""
    try:
        descriptor = OPEN(str(path), os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return _is_listed(path)  # Somebody else's, or no lock at all.
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _is_listed(path: Path) -> bool:
    """Tell whether the kernel lists a lock on a file that cannot be opened here."""
    try:
        found = os.stat(path, follow_symlinks=False)
        locks = Path("/proc/locks").read_text(encoding="utf-8")
    except OSError:
        return False
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}"
    return f" {device}:{found.st_ino} " in locks


def _try(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
