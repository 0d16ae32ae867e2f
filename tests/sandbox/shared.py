"""What takes seconds to make, made once for all processes of a test run."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

import pytest

T = TypeVar("T")


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> T:
    """Return what ``make`` makes in a folder; whoever comes first makes it.

    The others wait meanwhile, and take what was made: nobody may change it.
    """
    base = factory.getbasetemp()
    # Each of xdist's workers has a folder of its own below the run's.
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = place / f"{name}.pickle"
    with open(place / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder = Path(mkdtemp(prefix=f"{name}-", dir=place))
            made.write_bytes(pickle.dumps(make(folder)))
        found: T = pickle.loads(made.read_bytes())
    return found
