"""The choice of what makes the local base image, and its errors."""

import uuid
from pathlib import Path

import pytest
import yaml
from rehearsal import base_image
from rehearsal.base_image import TAG, BaseImageError, ensure_base_image
from rehearsal.base_image import import_command

from tests.docker.conftest import REPOSITORY, run

SHIPPED = yaml.safe_load((REPOSITORY / "pipeline.yml").read_text())["image"]["base"]


def test_the_import_sets_what_a_container_needs() -> None:
    """The command is data: one ENV change, standard input, the tag."""
    command = import_command("docker", "base:1")
    assert command[:3] == ["docker", "import", "--change"]
    assert command[-2:] == ["-", "base:1"]
    assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in command[3]


# Plays an engine: which images it has, whether it can pull, what was asked of it.
ENGINE = """#!/bin/sh
echo "$1 $2" >>{folder}/asked
case "$1 $2 $4" in
  "image ls {has}") echo 0123456789ab ;;
  "pull "*) {pull} ;;
  import*) cat >/dev/null ;;
esac
"""


def engine(folder: Path, has: str = "none", pull: str = "exit 1") -> str:
    """Return the command of an engine that is played."""
    command = folder / "engine"
    command.write_text(ENGINE.format(folder=folder, has=has, pull=pull))
    command.chmod(0o755)
    return str(command)


@pytest.mark.parametrize("has", [SHIPPED, TAG])
def test_an_image_that_is_there_is_used(tmp_path: Path, has: str) -> None:
    """Nothing is pulled or made while the engine has one."""
    assert ensure_base_image(SHIPPED, engine(tmp_path, has)) == has
    assert set((tmp_path / "asked").read_text().splitlines()) == {"image ls"}


def test_the_shipped_image_is_pulled(tmp_path: Path) -> None:
    """Where a registry can be reached nothing else is needed of the machine."""
    assert ensure_base_image(SHIPPED, engine(tmp_path, pull="exit 0")) == SHIPPED


def test_no_way_to_an_image_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each way is named with why it leads nowhere, and then what to do."""
    played = engine(tmp_path, pull="echo no such host >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(BaseImageError) as caught:
        ensure_base_image(SHIPPED, played)
    told = str(caught.value)
    for words in ("no such host", "`mmdebstrap` did not run"):
        assert words in told
    assert "docker load" in told and SHIPPED in told


def test_an_engine_that_does_not_answer_is_a_clear_error() -> None:
    """The error says which command failed and what is needed."""
    with pytest.raises(BaseImageError, match="`no-such-docker` did not run.*running"):
        ensure_base_image(SHIPPED, docker="no-such-docker")
    with pytest.raises(BaseImageError, match="exited with 1.*a running engine"):
        ensure_base_image(SHIPPED, docker="false")


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_machine_has_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulled, or made of Debian's packages: its Python is 3.13, and pip installs."""
    made = f"mangetamain-test-base:{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(base_image, "TAG", made)
    image = ensure_base_image(SHIPPED)
    try:
        wheels = "import ctypes; ctypes.CDLL('libstdc++.so.6')"
        trial = f'python --version; pip --version; python -c "{wheels}"'
        said = run("docker", "run", "--rm", image, "sh", "-euc", trial)
        assert said.startswith("Python 3.13.")
    finally:
        if image == made:
            run("docker", "image", "rm", "--force", made)
