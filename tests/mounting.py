"""Small and read-only file systems for tests: who may mount here, and how."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

# A user's own namespaces, in which that user may mount.
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
SUDO = ("sudo", "--non-interactive")
NOBODY = (
    "mount does not work here: neither as root, nor in a user namespace, nor by sudo"
)


@dataclass(frozen=True, slots=True)
class Mounts:
    """Mounting, with ``sudo`` before the command where this is not root."""

    prefix: tuple[str, ...]

    @contextmanager
    def small(self, place: Path, size: str) -> Iterator[Path]:
        """Mount an empty file system of this size, in tmpfs's words, on a folder."""
        owner = f"mode=700,uid={os.geteuid()},gid={os.getegid()}"
        options = f"size={size},{owner}"
        self._run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place))
        try:
            yield place
        finally:
            self._run("umount", "--lazy", str(place))

    def remount(self, place: Path, options: str) -> None:
        """Change the options of what is mounted on a folder."""
        # What is written down of its options is not in the namespace's terms.
        remount = ("mount", "--options-mode=ignore", "-o", f"remount,{options}")
        self._run(*remount, str(place))

    def _run(self, *command: str) -> None:
        subprocess.run((*self.prefix, *command), check=True, capture_output=True)


@cache
def namespace() -> tuple[str, ...]:
    """Return what to run a test with, so that it may mount; nothing where it may."""
    if _may_mount() or not _may_mount(NAMESPACE):
        return ()
    return NAMESPACE


@cache
def mounts() -> Mounts | None:
    """Return how this process may mount, if it may at all."""
    return next((Mounts(prefix) for prefix in ((), SUDO) if _may_mount(prefix)), None)


@cache
def _may_mount(prefix: tuple[str, ...] = ()) -> bool:
    trial = 'mount -t tmpfs tmpfs "$0" && umount "$0"'
    with TemporaryDirectory() as place:
        try:
            argv = (*prefix, "sh", "-c", trial, place)
            return not subprocess.run(argv, capture_output=True, check=False).returncode
        except OSError:
            return False
