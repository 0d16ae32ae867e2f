"""A VM with a pipeline of its own, and a GitHub that runs what is pushed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.vm import Vm
from tests.sandbox.world import World, begin, opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[World]:
    """Give a world with one validated version; act runs the workflows of pushes."""
    vm = Vm(tmp_path, has_own_pipeline=True, settings={"ci": {"deadline": 90}})
    with opened(vm, Path(sys.executable).with_name("act")) as world:
        begin(world)
        yield world
