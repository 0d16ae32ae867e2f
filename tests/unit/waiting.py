"""Waiting for what another process does, with an end."""

import os
import select
import threading
from collections.abc import Callable

PATIENCE = 60.0  # Seconds; only a test that fails waits for so long.
PAUSE = 0.01


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return as soon as it is so.

    Raises:
        AssertionError: it is not so after a minute.
    """
    never = threading.Event()
    for _ in range(int(PATIENCE / PAUSE)):
        if is_so():
            return
        never.wait(PAUSE)
    raise AssertionError(f"still waiting after {PATIENCE:g} s: {what}")


def has_died(pid: int, within: float = PATIENCE) -> bool:
    """Tell whether a process is gone, or goes in time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within)[0])
    finally:
        os.close(descriptor)
