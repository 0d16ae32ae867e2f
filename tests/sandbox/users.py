"""Scripts run by somebody else, or by somebody whom the machine does not know.

As root, and by sudo, the other user is a real one. An ordinary user has a user
namespace, in which everything is still his own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.mounting import SUDO
from tests.sandbox.vm import CACHE, REPOSITORY, SCRIPTS, Vm

OTHER = 10_007
IS_ROOT = os.geteuid() == 0
NAMELESS = ("unshare", "-U", f"--map-user={OTHER}", f"--map-group={OTHER}")
# What the interpreter and the tests are made of may be in a home that is closed.
OPENED = """
mount -t tmpfs -o mode=755 tmpfs /mnt
n=0
for place in $NEEDED; do
  n=$((n + 1)); mkdir /mnt/$n; mount --bind "$place" /mnt/$n
done
for folder in $CLOSED; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
n=0
for place in $NEEDED; do
  n=$((n + 1)); mkdir -p "$place"; mount --bind /mnt/$n "$place"
done
exec setpriv --reuid="$OTHER" --regid="$OTHER" --clear-groups "$@"
"""


def run_script(
    vm: Vm, prefix: tuple[str, ...], verb: str, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run a script behind another command, PATH alone in its environment."""
    script = (sys.executable, str(SCRIPTS / f"{verb}.py"))
    options = (*arguments, "--config", str(vm.config))
    variables = {"PATH": os.environ["PATH"], **CACHE, **environment}
    if prefix[: len(SUDO)] == SUDO:
        # It would bring an account's own HOME and USER.
        settings = (f"{name}={value}" for name, value in variables.items())
        prefix = (*SUDO, "env", "-i", *settings, *prefix[len(SUDO) :])
    return subprocess.run(
        (*prefix, *script, *options),
        env=variables,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=90,
        check=False,
    )


@contextmanager
def unknown(vm: Vm) -> Iterator[tuple[str, ...]]:
    """Give the VM to a user whom the database does not know; yield what runs as him.

    Nothing of the VM may run: an ordinary user could not end it.
    """
    vm.stop()
    if not IS_ROOT and _works(*NAMELESS):
        yield NAMELESS
        return
    sudo = () if IS_ROOT else SUDO
    if sudo and not _works(*sudo):
        pytest.skip("nobody else can be had: no user namespace, no root, no sudo")
    # The stand-in of GitHub looks for pushes there all the time.
    subprocess.run(("chmod", "-R", "o+rX", str(vm.origin)), check=True)
    prefix = (*sudo, *other(vm))
    _give(vm, OTHER, OTHER, sudo)
    try:
        yield prefix
    finally:
        if found := [str(pid) for pid in vm.pids("")]:
            end = ("sh", "-c", 'kill -KILL "$@"', "sh", *found)
            subprocess.run((*sudo, *end), check=False)
        _give(vm, os.geteuid(), os.getegid(), sudo)


@cache
def _works(*prefix: str) -> bool:
    try:
        done = subprocess.run((*prefix, "true"), capture_output=True, check=False)
    except OSError:
        return False
    return not done.returncode


def _give(vm: Vm, user: int, group: int, sudo: tuple[str, ...]) -> None:
    owner = f"{user}:{group}"
    subprocess.run((*sudo, "chown", "-R", owner, str(vm.home)), check=True)


def other(vm: Vm) -> tuple[str, ...]:
    """Return what root runs to run a command as a user who owns nothing here.

    In mounts of his own the ways to the VM and to the interpreter are open to him.
    """
    vm.home.chmod(0o755)
    places = {Path(sys.base_prefix), Path(sys.prefix), REPOSITORY, vm.home}
    closed = {place: top for place in places if (top := _closed(place))}
    needed = " ".join(map(str, sorted(closed)))
    tops = " ".join(sorted({str(top) for top in closed.values()}))
    variables = f"NEEDED='{needed}' CLOSED='{tops}' OTHER={OTHER};"
    return ("unshare", "-m", "sh", "-ec", variables + OPENED, "sh")


def _closed(place: Path) -> Path | None:
    """Return the topmost folder on the way to a place that others may not enter."""
    for folder in reversed(place.parents):
        # pytest closes its own folder again and again.
        if not folder.stat().st_mode & 0o001 or folder.name.startswith("pytest-of-"):
            return folder
    return None
