"""A home for nox, which asks for one as it is imported, also where there is none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LENT = "/nonexistent"


@contextmanager
def lent_home() -> Iterator[dict[str, str | None]]:
    """Lend a home where there is none; yield what takes it from a check again."""
    if has_home():
        yield {}
    elif "HOME" in os.environ:  # Lent to nox as a whole: its workers ask, too.
        yield {"HOME": None}
    else:
        os.environ["HOME"] = LENT
        yield {"HOME": None}
        del os.environ["HOME"]


def has_home() -> bool:
    """Tell whether this process has a home of its own."""
    try:
        return str(Path.home()) != LENT
    except RuntimeError:
        return False
