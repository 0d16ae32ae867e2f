"""A sandbox VM with loopback GitHub and Discord, one version validated on it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.faults.interrupted import Undisturbed, deploy, judge
from tests.faults.rows import NEVER
from tests.sandbox.shared import shared
from tests.sandbox.template import Template, make_awaiting, make_template
from tests.sandbox.vm import Vm
from tests.sandbox.world import World, opened


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Give a world in which nothing was ever deployed."""
    with opened(Vm(tmp_path)) as made:
        yield made
        request.node.user_properties.append(("end", made.seen()))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Begin a world in which one version was validated, once for all tests."""
    return shared(tmp_path_factory, "template", make_template)


@pytest.fixture(scope="session")
def awaited(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Go on to a world in which one more version awaits its verdict, unwatched."""
    make = partial(make_awaiting, template)
    return shared(tmp_path_factory, "awaited", make)


@pytest.fixture
def awaiting(
    request: pytest.FixtureRequest, awaited: Template, tmp_path: Path
) -> Iterator[World]:
    """Give a world in which a version awaits its verdict, and its watcher is dead."""
    with awaited.opened(tmp_path) as made:
        yield made
        request.node.user_properties.append(("end", made.seen()))


@pytest.fixture
def running(
    request: pytest.FixtureRequest, template: Template, tmp_path: Path
) -> Iterator[World]:
    """Give a world in which one version is validated and serves."""
    with template.opened(tmp_path) as made:
        yield made
        request.node.user_properties.append(("end", made.seen()))


@pytest.fixture
def patient(running: World) -> World:
    """Give a world whose watchers outlast the test: verdicts are given by hand."""
    running.vm.configure(ci={"deadline": 600})
    return running


@pytest.fixture(scope="session")
def undisturbed(
    template: Template, awaited: Template, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """Tell how each script ends, and which facts it makes, where nothing dies."""
    make = partial(_undisturbed, template, awaited)
    return shared(tmp_path_factory, "undisturbed", make)


def _undisturbed(template: Template, awaited: Template, folder: Path) -> Undisturbed:
    ends: Undisturbed = {}
    with template.opened(folder / "deploy") as world:
        file = world.vm.home / "points"
        end = deploy(world, NEVER, str(file))
        ends["deploy"] = end, file.read_text().splitlines()
    for verb, conclusion in (("watch_ci", "failure"), ("settle", "success")):
        with awaited.opened(folder / verb) as world:
            file = world.vm.home / "points"
            end = judge(world, verb, conclusion, NEVER, str(file))
            ends[verb] = end, file.read_text().splitlines()
    return ends
