"""Scripts run by somebody else, or by somebody whom the machine does not know.

As root the other user is a real one. An ordinary user has a user namespace, in which
mounts are possible and everything is still his own.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.sandbox.vm import CACHE, REPOSITORY, SCRIPTS, Vm

OTHER = 10_007
IS_ROOT = os.geteuid() == 0
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
    return subprocess.run(
        (*prefix, *script, *options),
        env={"PATH": os.environ["PATH"], **CACHE, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=90,
        check=False,
    )


def unknown(vm: Vm) -> tuple[str, ...]:
    """Give the VM to a user whom the database does not know; return what runs as him.

    Nothing of the VM may run: an ordinary user could not end it.
    """
    vm.stop()
    if not IS_ROOT:
        me = (f"--map-user={OTHER}", f"--map-group={OTHER}")
        return ("unshare", "-U", *me)
    subprocess.run(("chown", "-R", f"{OTHER}:{OTHER}", vm.home), check=True)
    return other(vm)


def other(vm: Vm) -> tuple[str, ...]:
    """Return what runs a command as a user who owns nothing here; for root only.

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
