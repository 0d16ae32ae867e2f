"""Production on the real engine: the proved image, backups with data, the way back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.worlds import container_of, container_world
from tests.sandbox import starting
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import World

pytestmark = pytest.mark.docker
KILLER = Path(__file__).parents[1] / "faults" / "killed.py"
ONLY_ON_PROD = """
import os
if os.environ["APP_ENVIRONMENT"] == "prod":
    raise RuntimeError("broken on production alone")
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a VM with preprod and production in containers, and watchers that wait."""
    with container_world(tmp_path_factory) as made:
        made.vm.configure(ci={"deadline": 600}, backup={"paths": ["data"]})
        yield made


def served(world: World) -> str:
    """Return the SHA that production reports."""
    return world.vm.serving(world.vm.prod_port)


def promote(world: World, code: int = 0) -> None:
    """Promote with the real script."""
    world.vm.script("promote", "--confirm", "DEPLOY", code=code)


def image_of(world: World, environment: str) -> str:
    """Return the id of the image that an environment's container runs."""
    inspect = ("docker", "inspect", "--format", "{{.Image}}")
    argv = (*inspect, container_of(world, environment))
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def validated(world: World, message: str) -> str:
    """Push a version and validate it; return its SHA."""
    sha = world.push(message)
    world.settle(sha, "passed")
    return sha


def backups(world: World) -> list[Path]:
    """Return production's backups, the oldest first."""
    return sorted((world.vm.root / "backups" / "prod").iterdir())


def test_the_first_promotion_ever(world: World) -> None:
    """Nothing served before: the very image that preprod runs serves production."""
    promote(world)
    assert served(world) == world.good
    assert image_of(world, "prod") == image_of(world, "preprod")
    assert len(backups(world)) == 1


def test_failed_health_brings_the_old_version_back(world: World) -> None:
    """A version that fails on production alone gives way to the one before it."""
    before = container_of(world)
    main = world.vm.clone / "10_preprod/src/mangetamain_analytics/main.py"
    intact = main.read_text()
    main.write_text(intact + ONLY_ON_PROD)
    sha = validated(world, "Broken on production")
    world.vm.configure(
        ci={"deadline": 600}, backup={"paths": ["data"]}, health={"deadline": 15}
    )
    promote(world, code=5)
    main.write_text(intact)
    assert served(world) == world.good
    assert (world.vm.serving(), container_of(world)) == (sha, before)
    # The app's own last words are the reason; what was put back needs no commands.
    assert "RuntimeError: broken on production alone" in world.told()
    assert "git reset" not in world.told()


def test_a_promotion_that_dies_is_resumed(world: World) -> None:
    """Killed while its container starts, a promotion is brought to its end."""
    sha = validated(world, "Interrupted")
    script = str(SCRIPTS / "promote.py")
    point = ("before", "switch done", script)
    config = ("--config", str(world.vm.config))
    died = starting.run(
        (sys.executable, str(KILLER), *point, "--confirm", "DEPLOY", *config),
        env={**os.environ, "HOME": str(world.vm.home)},
        capture_output=True,
    )
    assert died.returncode == -9, died.stderr
    world.vm.script("resume")
    assert served(world) == sha
    assert world.vm.ends()[-1] == ("deploy", sha, "validated")
    world.good = sha


def test_a_backup_with_data_comes_back(world: World) -> None:
    """What the app wrote before a promotion can be had again after it."""
    data = world.vm.root / "data"
    data.mkdir()
    (data / "orders.csv").write_text("1;2;3")
    sha = validated(world, "Next")
    promote(world)
    (data / "orders.csv").write_text("lost")
    world.vm.script("backup", "restore", backups(world)[-1].name)
    assert (data / "orders.csv").read_text() == "1;2;3"
    assert served(world) == sha


def test_a_restart_by_hand_touches_only_production(world: World) -> None:
    """Reset and restart as people type them serve the old version on prod alone."""
    newer, before = served(world), container_of(world)
    tree = world.vm.root / "20_prod"
    world.vm.git("reset", "--quiet", "--hard", world.good, at=tree)
    file = world.vm.root / "30_docker" / "docker-compose-prod.yml"
    subprocess.run(("docker-compose", "-f", str(file), "restart"), check=True)
    world.wait(lambda: served(world) == world.good)
    assert (world.vm.serving(), container_of(world)) == (newer, before)
    assert world.status("prod")["has_drifted"]
