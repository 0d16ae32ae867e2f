"""What a rehearsal must not leave behind: processes, containers, images."""

import os
import signal
import subprocess
from collections.abc import Iterator
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


def processes_naming(*words: bytes) -> list[int]:
    """Return the processes of ours whose command line holds all of these words."""
    return [
        pid for pid, command, _ in _ours() if all(word in command for word in words)
    ]


def remove_project(project: str, image: str) -> None:
    """Remove a Compose project's containers, its networks, and its name of an image.

    The image itself stays, tagged by what defines it: the next run finds it.
    """
    label = f"label=com.docker.compose.project={project}"
    for kind, remove in (("ps", ("rm", "--force")), ("network", ("network", "rm"))):
        listing = ("ps", "--all") if kind == "ps" else ("network", "ls")
        _remove((*listing, "--quiet", "--filter", label), remove)
    _run("image", "rm", image)


def _processes_of(home: Path) -> list[int]:
    needle = os.fsencode(home)
    return [pid for pid, *known in _ours() if any(needle in one for one in known)]


def _ours() -> Iterator[tuple[int, bytes, bytes]]:
    """Give this user's other processes: number, command line and environment."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = entry.stat().st_uid == os.geteuid()
            command = (entry / "cmdline").read_bytes()
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if is_ours and int(entry.name) != os.getpid():
            yield int(entry.name), command, environment


def _remove(listing: tuple[str, ...], remove: tuple[str, ...]) -> None:
    names = sorted(set(_run(*listing).split()))
    if names:
        _run(*remove, *names)


def _run(*arguments: str) -> str:
    argv = ("docker", *arguments)
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout
