"""What set-up leaves in a home, and what Compose reads of it from there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.config import load_config
from pipeline.adapters.compose import compose_command, env_line
from pipeline.strategies.variables import compose_places
from pipeline.operations.operator_home import link_into_home

from tests.unit.commands import Commands
from tests.unit.configuration import write_config
from tests.unit.tripwire import REPOSITORY

COMPOSE = Path(sys.executable).with_name("docker-compose")
FILE = "docker-compose-preprod.yml"
HARD = "l'été 100% #1 $HOME"


@pytest.fixture
def home() -> Iterator[Path]:
    """Return the home of this test, in which Compose is looked for anew."""
    compose_command.cache_clear()
    yield Path.home()
    compose_command.cache_clear()


def test_compose_is_found_from_the_home(home: Path, commands: Commands) -> None:
    """`docker-compose -f 30_docker/… config`, typed at home, names the real folders."""
    commands.add("docker", {"compose": (1, "")})
    commands.add("docker-compose", {"version": (0, "5.1.0")})
    root = home / HARD
    folder = root / "30_docker"
    folder.mkdir(parents=True)
    (root / "10_preprod").mkdir()
    config = load_config(write_config(home, {"paths.root": str(root)}))
    lines = [env_line(*each) for each in compose_places(config, "preprod").items()]
    (folder / ".env").write_text("\n".join(lines))
    (folder / FILE).symlink_to(REPOSITORY / "30_docker" / FILE)
    said: list[str] = []
    for _ in range(2):
        link_into_home(root, said.append)
    assert said[-1] == "==> Compose is typed `docker-compose` here"
    command = (COMPOSE, "-f", f"30_docker/{FILE}", "config", "--format", "json")
    done = subprocess.run(command, cwd=home, capture_output=True, check=True)
    mounts = json.loads(done.stdout)["services"]["app"]["volumes"]
    assert [mount["source"].replace("$$", "$") for mount in mounts] == [
        str(root / "10_preprod"),
        str(root / ".pipeline/repo.git/worktrees/10_preprod"),
    ]


@pytest.mark.parametrize("taken", ["folder", "file", "link"])
def test_a_name_that_is_taken_stays(home: Path, commands: Commands, taken: str) -> None:
    """Whatever stands at ~/30_docker belongs to somebody, and is left alone."""
    commands.add("docker", {"compose version": (0, "5.1.0")})
    place, root = home / "30_docker", home / "mangetamain"
    (root / "30_docker").mkdir(parents=True)
    if taken == "folder":
        place.mkdir()
    elif taken == "file":
        place.write_text("mine")
    else:
        place.symlink_to("elsewhere")
    before = place.lstat()
    said: list[str] = []
    link_into_home(root, said.append)
    assert place.lstat() == before
    assert said == ["==> Compose is typed `docker compose` here"]
