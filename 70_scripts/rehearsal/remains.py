"""What a rehearsal must not leave behind: processes, containers, images."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def end_processes_of(home: Path) -> None:
    """End every process of ours that was started for this home.

    Watchers and the app are detached on purpose: nothing but their command line or
    their environment ties them to the rehearsal.
    """
    for pid in _processes_of(home):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def remove_project(project: str) -> None:
    """Remove a Compose project's containers, networks and images."""
    label = f"label=com.docker.compose.project={project}"
    for kind, remove in (("ps", ("rm",)), ("network", ("network", "rm"))):
        listing = ("ps", "--all") if kind == "ps" else ("network", "ls")
        _remove((*listing, "--quiet", "--filter", label), remove)
    _remove(("image", "ls", "--quiet", project), ("image", "rm"))


def _processes_of(home: Path) -> list[int]:
    needle = os.fsencode(home)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = entry.stat().st_uid == os.geteuid()
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if is_ours and needle in known and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def _remove(listing: tuple[str, ...], remove: tuple[str, ...]) -> None:
    found = subprocess.run(("docker", *listing), stdout=subprocess.PIPE, check=False)
    names = sorted(set(found.stdout.decode().split()))
    if names:
        force = () if remove[0] == "network" else ("--force",)
        argv = ("docker", *remove, *force, *names)
        subprocess.run(argv, capture_output=True, check=False)
