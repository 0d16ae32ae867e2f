"""A sandbox VM with loopback GitHub and Discord, one version validated on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.vm import Vm
from tests.sandbox.world import World, begin, opened


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a world in which nothing was ever deployed."""
    with opened(Vm(tmp_path)) as made:
        yield made


@pytest.fixture
def running(world: World) -> World:
    """Give a world in which one version is validated and serves."""
    begin(world)
    return world


@pytest.fixture
def patient(running: World) -> World:
    """Give a world whose watchers outlast the test: verdicts are given by hand."""
    running.vm.configure(ci={"deadline": 600})
    return running
