"""The wire itself: a guard that cannot fail would guard nothing."""

import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.tripwire import HOME, Tripwire, TripwireTouched


def _connect(address: str) -> None:
    with socket.socket() as caller:
        caller.connect((address, 80))


FORBIDDEN: dict[str, Callable[[], object]] = {
    "a public address": lambda: _connect("192.0.2.1"),
    "a written file": lambda: (HOME / ".planted").write_text("x"),
    "a low-level file": lambda: os.open(HOME / ".planted", os.O_CREAT | os.O_WRONLY),
    "a folder": lambda: (HOME / ".planted").mkdir(),
    "a moved file": lambda: Path("nothing").rename(HOME / ".planted"),
    "a database": lambda: sqlite3.connect(HOME / ".planted.db"),
}


@pytest.mark.parametrize("reach", FORBIDDEN.values(), ids=FORBIDDEN)
def test_reaching_outside_is_caught(
    reach: Callable[[], object], tripwire: Tripwire
) -> None:
    """A write to the real home or a connection outside fails, before it is done."""
    with pytest.raises(TripwireTouched):
        reach()
    assert tripwire.touched
    tripwire.touched.clear()
    assert not (HOME / ".planted").exists()


def test_swallowed_reach_is_remembered(tripwire: Tripwire) -> None:
    """Code that swallows the error is still caught at the test's end."""
    try:
        _connect("192.0.2.1")
    except AssertionError:
        pass
    assert tripwire.touched == ["a connection to ('192.0.2.1', 80)"]
    tripwire.touched.clear()


def test_home_is_the_tests_own(tmp_path: Path) -> None:
    """What a child process takes for its home lies in the test's folder."""
    assert Path.home().is_relative_to(tmp_path)
