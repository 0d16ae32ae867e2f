"""The base image of the app on this machine, wherever it can be had.

The shipped one is used where the engine has it or can pull it. Machines that reach no
registry of images make one that stands in for it, in rehearsals and tests only: of
pyenv's Python 3.13 and this Debian's own files, else of Debian's packages.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal import host_slice
from rehearsal.host_archive import archive_of
from rehearsal.host_slice import Interpreter

TAG = "mangetamain-local-base:3.13"
# What the shipped image has, as far as the app uses it; wheels need libstdc++.
PACKAGES = "ca-certificates,libstdc++6,python3,python3-pip,python-is-python3"
RELEASE = "trixie"  # Debian 13, whose Python is 3.13.
_DEADLINE = 300  # seconds, for each command


class BaseImageError(Exception):
    """The base image could not be had; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker engine, by the command that speaks with it."""

    docker: str = "docker"

    def has(self, image: str) -> bool:
        """Tell whether the engine has an image."""
        try:
            return bool(run([self.docker, "image", "ls", "--quiet", image]).strip())
        except BaseImageError as error:
            raise BaseImageError(f"{error}; this needs a running engine") from error

    def pull(self, image: str) -> None:
        """Bring an image from its registry."""
        run([self.docker, "pull", "--quiet", image])

    def load(self, archive: bytes) -> None:
        """Make the local base image of an archive."""
        run(import_command(self.docker, TAG), archive)


def ensure_base_image(shipped: str, docker: str = "docker") -> str:
    """Return an image that this engine has: the shipped one, else the local one.

    Raises:
        BaseImageError: The engine does not answer, or no way leads to an image.
    """
    engine = Engine(docker)
    for image in (shipped, TAG):
        if engine.has(image):
            return image
    ways: tuple[tuple[str, str, Callable[[], None]], ...] = (
        (f"pulling {shipped}", shipped, lambda: engine.pull(shipped)),
        ("taking pyenv's Python 3.13", TAG, lambda: engine.load(of_this_host())),
        ("installing Debian's packages", TAG, lambda: engine.load(of_packages())),
    )
    seen = []
    for attempt, image, make in ways:
        try:
            make()
            return image
        except BaseImageError as error:
            seen.append(f"{attempt}: {error}")
    attempts = "\n  ".join(seen)
    raise BaseImageError(
        f"there is no base image for the app's containers.\n  {attempts}\n"
        f"  → let the engine pull {shipped}, or bring it with `docker load`;"
        " on Debian and Ubuntu `apt-get install mmdebstrap` is enough"
    )


def import_command(docker: str, tag: str) -> list[str]:
    """Return the command that makes an image of the archive on its standard input."""
    settings = (f"{name}={value}" for name, value in host_slice.ENVIRONMENT.items())
    return [docker, "import", "--change", f"ENV {' '.join(settings)}", "-", tag]


def interpreters() -> Iterator[Interpreter]:
    """Yield this host's candidates, the best first."""
    root = Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))
    for prefix in sorted(root.glob("versions/3.13.*"), reverse=True):
        yield Interpreter(prefix, "3.13")


def of_this_host() -> bytes:
    """Return an archive of this Debian's files and pyenv's interpreter."""
    for python in interpreters():
        if python.has_pip:
            return archive_of(python, run)
    raise BaseImageError("there is none with pip")


def of_packages() -> bytes:
    """Return an archive of a small Debian, as mmdebstrap makes it."""
    bundle = f"upload {host_slice.bundle()} {host_slice.CA_BUNDLE}"
    options = ("--quiet", "--variant=essential", f"--include={PACKAGES}")
    return run(["mmdebstrap", *options, f"--customize-hook={bundle}", RELEASE, "-"])


def run(
    command: Sequence[str], given: bytes = b"", accepted: Sequence[int] = (0,)
) -> bytes:
    """Run a command; return what it printed.

    Raises:
        BaseImageError: It did not start, took too long, or ended badly.
    """
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=_DEADLINE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BaseImageError(f"`{command[0]}` did not run: {error}") from error
    if done.returncode not in accepted:
        tried, seen = " ".join(command[:3]), done.stderr.decode(errors="replace")
        raise BaseImageError(
            f"`{tried}` exited with {done.returncode}: {seen.strip()[-500:]}"
        )
    return done.stdout
