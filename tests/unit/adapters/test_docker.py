"""Compose: v2 or later, commands as data, answers read from the engine's JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.effects.processes import CommandFailed
from pipeline.errors import ConfigurationError
from pipeline.adapters.compose import (
    ComposeProject,
    Container,
    compose_command,
    has_image,
    image_id,
    tag_image,
)

from tests.unit.commands import Commands

VERSION = "version --short"


@pytest.fixture(autouse=True)
def _forget_compose() -> Iterator[None]:
    """Look for Compose anew in each test: its command is remembered."""
    compose_command.cache_clear()
    yield
    compose_command.cache_clear()


@pytest.fixture
def alone(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Leave nothing on PATH but the test's own commands."""
    monkeypatch.setenv("PATH", str(commands.folder))
    return commands


@pytest.fixture
def project(alone: Commands, tmp_path: Path) -> ComposeProject:
    """Return a project on a machine with Compose v2."""
    inspected = {
        "Id": "c0ffee",
        "RestartCount": 2,
        "State": {"StartedAt": "2026-01-01T00:00:00Z", "Status": "running"},
    }
    alone.add(
        "docker",
        {
            VERSION: (0, "2.40.3"),
            " ps ": (0, "c0ffee"),
            "^inspect c0ffee": (0, json.dumps([inspected])),
            " config ": (0, ""),
            " logs ": (0, "first\nlast"),
            "ls --quiet app:known": (0, "1a2b"),
            "ls --no-trunc --format {{.ID}} app:known": (0, "sha256:1a2b\nsha256:1a2b"),
        },
    )
    return ComposeProject(tmp_path / "compose.yml", variables={"APP_PORT": "8500"})


@pytest.mark.parametrize("version", ["2.0.0", "v2.40.3", "5.6.1", "2.3.4-desktop.1"])
def test_plugin_comes_first(alone: Commands, version: str) -> None:
    """``docker compose`` is used where it is v2 or later."""
    alone.add("docker", {VERSION: (0, version)})
    alone.add("docker-compose", {VERSION: (0, version)})
    assert compose_command() == ("docker", "compose")


@pytest.mark.parametrize(
    "docker", [(1, "'compose' is not a docker command"), (0, "1.29.2"), (0, "unknown")]
)
def test_stand_alone_is_used_else(alone: Commands, docker: tuple[int, str]) -> None:
    """``docker-compose`` is used where the plugin is missing, old or strange."""
    alone.add("docker", {VERSION: docker})
    alone.add("docker-compose", {VERSION: (0, "2.40.3")})
    assert compose_command() == ("docker-compose",)


@pytest.mark.parametrize("version", ["1.29.2", "v1.29.2", "0.1", "unknown", ""])
def test_v1_is_refused(alone: Commands, version: str) -> None:
    """An old or unknown Compose is refused, with what was seen and what to do."""
    alone.add("docker-compose", {VERSION: (0, version)})
    with pytest.raises(ConfigurationError) as caught:
        compose_command()
    assert f"`docker-compose`: {version}" in caught.value.seen
    assert "`docker compose`: exit 127" in caught.value.seen
    assert "docker-compose-plugin" in caught.value.todo


def test_command_is_data(project: ComposeProject, tmp_path: Path) -> None:
    """The same file, folder and variables go with every word that is said to it."""
    place = ("--file", str(project.file), "--project-directory", str(tmp_path))
    assert project.argv("up", "--detach") == (
        *("docker", "compose"),
        *place,
        *("up", "--detach"),
    )
    other = ComposeProject(project.file, tmp_path / ".env")
    assert other.argv("ps")[2:4] == ("--env-file", str(tmp_path / ".env"))


def test_words_are_composes_own(project: ComposeProject, alone: Commands) -> None:
    """Each question or deed is one command, and variables go by the environment."""
    project.check()
    project.build(10)
    project.up()
    project.restart()
    said = [call[7:] for call in alone.calls() if "--file" in call]
    assert [words[0] for words in said] == [
        "--quiet",
        "--quiet",
        "--detach",
        "--timeout",
    ]
    whole = [" ".join(call) for call in alone.calls()]
    for words in ("config --quiet", "build --quiet", "up --detach --no-build"):
        assert any(words in call for call in whole)
    assert whole[-1].endswith("restart --timeout 5 app")
    assert {each.get("APP_PORT") for each in alone.environments()[1:]} == {"8500"}


def test_compose_gets_no_secret(
    project: ComposeProject, alone: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pushed file can put any variable into its container: it finds none of a job."""
    for name in ("PIPELINE_GITHUB_TOKEN", "DISCORD_WEBHOOK_URL", "COMPOSE_FILE"):
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/docker.sock")
    project.check()
    seen = alone.environments()[-1]
    assert "a secret" not in seen.values()
    assert seen["DOCKER_HOST"] and seen["APP_PORT"] == "8500" and seen["PATH"]


def test_container_is_read(project: ComposeProject) -> None:
    """What the engine says of the container decides whether it was restarted."""
    found = Container("c0ffee", "2026-01-01T00:00:00Z", "running", 2)
    assert project.container() == found
    assert project.logs() == "first\nlast"


def test_no_container_yet(project: ComposeProject, alone: Commands) -> None:
    """Before the first deployment there is none, which is no error."""
    alone.add("docker", {VERSION: (0, "2.40.3"), " ps ": (0, "")})
    assert project.container() is None


def test_bad_file_is_told(project: ComposeProject, alone: Commands) -> None:
    """A compose file that does not parse fails with Compose's own words."""
    alone.add("docker", {VERSION: (0, "2.40.3"), " config ": (15, "yaml: line 3")})
    with pytest.raises(CommandFailed, match="yaml: line 3"):
        project.check()


def test_images(project: ComposeProject, alone: Commands) -> None:
    """An image is there or not; an engine that is down is neither."""
    assert has_image("app:known") and not has_image("app:unknown")
    ids = [image_id("app:known"), image_id("app:unknown")]
    assert ids == ["sha256:1a2b", ""]
    tag_image("app:known", "app:current")
    assert alone.calls()[-1] == ["docker", "tag", "app:known", "app:current"]
    alone.add("docker", {"": (1, "Cannot connect to the Docker daemon")})
    with pytest.raises(CommandFailed, match="Cannot connect"):
        has_image("app:known")
