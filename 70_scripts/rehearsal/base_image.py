"""The base image of the app on this machine, wherever it can be had.

The shipped one is used where the engine has it or can pull it. Machines that reach no
registry of images make one of Debian's packages that stands in for it, in rehearsals
and tests only.
"""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TAG = "mangetamain-local-base:3.13"
# What the shipped image has, as far as the app uses it; wheels need libstdc++.
PACKAGES = "ca-certificates,libstdc++6,python3,python3-pip,python-is-python3"
RELEASE = "trixie"  # Debian 13, whose Python is 3.13.
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": CA_BUNDLE,
    "PIP_CERT": CA_BUNDLE,
    # Debian's Python refuses pip otherwise; the image is ours alone.
    "PIP_BREAK_SYSTEM_PACKAGES": "1",
}
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
    settings = (f"{name}={value}" for name, value in ENVIRONMENT.items())
    return [docker, "import", "--change", f"ENV {' '.join(settings)}", "-", tag]


def of_packages() -> bytes:
    """Return an archive of a small Debian, as mmdebstrap makes it."""
    # The certificates that this host trusts.
    bundle = Path(os.environ.get("SSL_CERT_FILE") or CA_BUNDLE).resolve()
    upload = f"upload {bundle} {CA_BUNDLE}"
    options = ("--quiet", "--variant=essential", f"--include={PACKAGES}")
    return run(["mmdebstrap", *options, f"--customize-hook={upload}", RELEASE, "-"])


def run(command: Sequence[str], given: bytes = b"") -> bytes:
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
    if done.returncode:
        tried, seen = " ".join(command[:3]), done.stderr.decode(errors="replace")
        raise BaseImageError(
            f"`{tried}` exited with {done.returncode}: {seen.strip()[-500:]}"
        )
    return done.stdout
