"""A sandbox VM whose environments are containers of the real app."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from rehearsal.base_image import ensure_base_image
from rehearsal.remains import remove_project

from tests.sandbox.vm import REPOSITORY, Vm, free_port
from tests.sandbox.world import World, begin, opened

IMAGE = "mangetamain-test"
APP = ("10_preprod", "30_docker")
SHIPPED = yaml.safe_load((REPOSITORY / "pipeline.yml").read_text())


@contextmanager
def container_world(factory: pytest.TempPathFactory) -> Iterator[World]:
    """Open a world whose preprod is a container with one validated version.

    Production is to be one too, in a project of its own; nothing serves there yet.
    """
    projects = [f"mangetamain-test-{free_port()}" for _ in range(2)]
    base = ensure_base_image(SHIPPED["image"]["base"])
    preprod, prod = ({"strategy": "restart", "project": each} for each in projects)
    vm = Vm(
        factory.mktemp("vm"),
        tree=_app(factory.mktemp("tree")),
        settings={
            "health": {"deadline": 60, "probe_timeout": 10, "interval": 0.1},
            "ci": {"deadline": 30},
            "image": {**SHIPPED["image"], "name": IMAGE, "base": base},
        },
        preprod=preprod,
        prod=prod,
    )
    try:
        with opened(vm) as world:
            begin(world)
            yield world
    finally:
        for project in projects:
            remove_project(project, f"{IMAGE}:{project}")


def container_of(world: World, environment: str = "preprod") -> str:
    """Return the id of an environment's container, empty if there is none."""
    settings = world.vm.prod if environment == "prod" else world.vm.preprod
    name = f"name={settings['project']}-app"
    listing = ("docker", "ps", "--quiet", "--no-trunc", "--filter", name)
    done = subprocess.run(listing, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _app(tree: Path) -> Path:
    listed = ("git", "-C", str(REPOSITORY), "ls-files", "-co", "--exclude-standard")
    names = subprocess.run((*listed, *APP), capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tree / name)
    return tree
