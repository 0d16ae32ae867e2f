"""Docker Compose v2 or later, and the few engine calls that Compose has no word for."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.effects.actions import tell
from pipeline.effects.files import require_plain
from pipeline.effects.processes import (
    CommandFailed,
    Completed,
    clean_environment,
    run,
)
from pipeline.errors import ConfigurationError

COMPOSE_COMMANDS = (("docker", "compose"), ("docker-compose",))
SERVICE = "app"
PLAIN_VALUE = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
STOP_TIMEOUT = "5"
LOG_LINES = "40"


@cache
def compose_command() -> tuple[str, ...]:
    """Return the first Compose command of this machine that is v2 or later.

    Raises:
        ConfigurationError: there is none.
    """
    seen = []
    for command in COMPOSE_COMMANDS:
        try:
            version = run((*command, "version", "--short"), timeout=20).text
        except CommandFailed as error:
            seen.append(f"`{' '.join(command)}`: exit {error.code}")
            continue
        if version.lstrip("v").split(".")[0].isdigit() and not _is_v1(version):
            return command
        seen.append(f"`{' '.join(command)}`: {version[:40]}")
    raise ConfigurationError(
        "looking for Docker Compose v2 or later",
        "; ".join(seen),
        "install the package docker-compose-plugin (v1 is too old)",
    )


def compose_typed() -> tuple[str, ...]:
    """Return what people type for Compose on this machine, also where it has none."""
    try:
        return compose_command()
    except ConfigurationError:
        return COMPOSE_COMMANDS[0]


def _is_v1(version: str) -> bool:
    return version.lstrip("v").split(".")[0] in ("0", "1")


def env_line(name: str, value: str) -> str:
    """Return a line of ``.env`` that Compose reads as exactly this value.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation
    """
    if PLAIN_VALUE.fullmatch(value):
        return f"{name}={value}"
    escaped = value.replace("'", r"\'")
    return f"{name}='{escaped}'"


@dataclass(frozen=True, slots=True)
class Container:
    """What the engine says of the service's container."""

    id: str
    started_at: str
    status: str
    restarts: int


@dataclass(frozen=True, slots=True)
class ComposeProject:
    """One compose file, with its variables; ``folder`` is where its paths begin."""

    file: Path
    env_file: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def check(self) -> None:
        """Parse the file.

        Raises:
            CommandFailed: it does not parse.
        """
        self._run("config", "--quiet")

    def rendered(self) -> str:
        """Return the file as JSON, everything in it resolved.

        Raises:
            CommandFailed: it does not parse.
        """
        return self._run("config", "--format", "json").text

    def build(self, timeout: float) -> None:
        """Build the image; in a terminal its steps show as they come.

        Raises:
            CommandFailed: it does not build in ``timeout`` seconds.
        """
        if sys.stderr.isatty():
            self._run("build", timeout=timeout, show=tell)
        else:
            self._run("build", "--quiet", timeout=timeout)

    def up(self) -> None:
        """Start the service, anew where its image or definition changed."""
        self._run("up", "--detach", "--no-build", "--remove-orphans", timeout=120)

    def restart(self) -> None:
        """Restart the container as it is."""
        self._run("restart", "--timeout", STOP_TIMEOUT, SERVICE)

    def logs(self) -> str:
        """Return the last lines that the service printed."""
        return self._run("logs", "--no-color", "--tail", LOG_LINES, SERVICE).text

    def container(self) -> Container | None:
        """Return the service's container, None while there is none."""
        id_ = self._run("ps", "--all", "--quiet", SERVICE).text
        if not id_:
            return None
        found = json.loads(docker("inspect", id_.splitlines()[0]).text)[0]
        state = found["State"]
        restarts = found["RestartCount"]
        return Container(found["Id"], state["StartedAt"], state["Status"], restarts)

    def argv(self, *arguments: str) -> tuple[str, ...]:
        """Return the command that does ``arguments`` to this project."""
        env_file = ("--env-file", str(self.env_file)) if self.env_file else ()
        folder = str(self.folder or self.file.parent)
        place = ("--file", str(self.file), "--project-directory", folder)
        return (*compose_command(), *env_file, *place, *arguments)

    def _run(
        self,
        *arguments: str,
        timeout: float = 60.0,
        show: Callable[[str], None] | None = None,
    ) -> Completed:
        require_plain(self.file, self.file.with_name(".env"))
        env, argv = {**_surroundings(), **self.variables}, self.argv(*arguments)
        return run(argv, env=env, without="", timeout=timeout, show=show)


def _surroundings() -> dict[str, str]:
    """Return the variables that Compose may have; a pushed file can ask for any."""
    own = ("DOCKER_", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "TMPDIR")
    return {
        **clean_environment(),
        **{k: text for k, text in os.environ.items() if k.startswith(own)},
    }


def has_image(tag: str) -> bool:
    """Tell whether the engine has an image of that tag.

    Raises:
        CommandFailed: the engine does not answer.
    """
    return bool(docker("image", "ls", "--quiet", tag).text)


def image_id(name: str) -> str:
    """Return the id of an image, empty if the engine has none of that name.

    Raises:
        CommandFailed: the engine does not answer.
    """
    listing = ("image", "ls", "--no-trunc", "--format", "{{.ID}}", name)
    return docker(*listing).text.partition("\n")[0]


def tag_image(tag: str, name: str) -> None:
    """Give an image a second name."""
    docker("tag", tag, name)


def image_tags(name: str) -> tuple[str, ...]:
    """Return the tags that the engine has of a name."""
    return tuple(docker("image", "ls", "--format", "{{.Tag}}", name).text.split())


def image_bytes(name: str) -> int:
    """Return the size of an image, 0 if the engine has none of that name."""
    size = run(
        ("docker", "image", "inspect", "--format", "{{.Size}}", name), allowed=(0, 1)
    ).text
    return int(size) if size.isdecimal() else 0


def remove_image(name: str) -> None:
    """Remove an image; one that a container uses stays."""
    run(("docker", "image", "rm", name), timeout=60, allowed=(0, 1))


def engine_folder() -> Path:
    """Return where the engine keeps its images, on whichever machine it runs."""
    return Path(docker("info", "--format", "{{.DockerRootDir}}").text or "/nowhere")


def docker(*arguments: str) -> Completed:
    """Run the engine's own client."""
    argv: Sequence[str] = ("docker", *arguments)
    return run(argv, timeout=30)
