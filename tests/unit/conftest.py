"""What every unit test stands on: a home of its own, a still clock, real services."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import stamina
from hypothesis import settings
from pipeline.effects.http import Http
from pipeline.journal.database import open_database
from pipeline.journal.writer import Journal

from tests.unit.clock import FakeClock
from tests.unit.commands import Commands
from tests.unit.repository import Clone, make_clone
from tests.unit.site import Site, serving_site
from tests.unit.tripwire import WIRE, Tripwire

# How long one example takes says something of the machine, nothing of the code.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")

KEPT = {"GIT_SSL_CAINFO"}
FOREIGN = ("GITHUB_", "GIT_", "RUNNER_", "DISCORD_", "PIPELINE_", "COMPOSE_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def tripwire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tripwire]:
    """Fail a test that touches the real home or leaves the loopback interface."""
    home = tmp_path / "home"
    home.mkdir()
    for name in set(os.environ) - KEPT:
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    WIRE.touched.clear()
    WIRE.is_armed = True
    yield WIRE
    WIRE.is_armed = False
    assert not WIRE.touched


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that stands still unless somebody sleeps."""
    return FakeClock()


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a loopback site that answers what the test tells it."""
    with serving_site() as served:
        yield served


@pytest.fixture
def http(clock: FakeClock) -> Http:
    """Return HTTP that ignores this machine's proxies."""
    return Http(through_proxy=False)


@pytest.fixture
def journal_file(tmp_path: Path) -> Path:
    """Return where the test's journal is."""
    return tmp_path / "journal.db"


@pytest.fixture
def journal(journal_file: Path, clock: FakeClock) -> Iterator[Journal]:
    """Open a new journal."""
    with closing(open_database(journal_file)) as database:
        yield Journal(database, clock)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Return a developer's clone of an empty origin."""
    return make_clone(tmp_path)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Put a folder for stand-in commands first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Commands(folder)


@pytest.fixture
def patient() -> Iterator[None]:
    """Retry as in production, without the pauses between attempts."""
    with stamina.set_testing(True, attempts=9, cap=True):
        yield
