"""Find this user's other processes by what they were started with, and end them."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def end_processes_of(home: Path) -> None:
    """End every process that was started for this home.

    Watchers and the app are detached on purpose: nothing but their command line or
    their environment ties them to the rehearsal. Where somebody works does not: an
    editor that was started in the clone lives on.
    """
    needle, places = os.fsencode(home), (b"PWD=", b"OLDPWD=")

    def is_meant(said: bytes) -> bool:
        parts = said.split(b"\0") if needle in said else []
        return any(needle in one and not one.startswith(places) for one in parts)

    kill(_having(is_meant, "cmdline", "environ"))


def processes_naming(*words: bytes) -> list[int]:
    """Return the processes whose command line holds all of these words."""
    return list(_having(lambda said: all(map(said.__contains__, words)), "cmdline"))


def sweep(tracking_id: str, job_key: str | None = None) -> None:
    """Kill the processes of a run, or of one job of it, as GitHub's runner does.

    At the end of a job it kills every process whose environment holds that job's
    `RUNNER_TRACKING_ID`, whatever session or group the process has moved to.
    """
    wanted = {f"RUNNER_TRACKING_ID={tracking_id}".encode()}
    if job_key:
        wanted.add(f"GITHUB_JOB={job_key}".encode())
    kill(_having(lambda said: wanted <= set(said.split(b"\0")), "environ"))


def kill(pids: Iterable[int]) -> None:
    """Kill processes; some may have ended meanwhile."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _having(is_wanted: Callable[[bytes], bool], *files: str) -> Iterator[int]:
    """Give this user's other processes of which one of these files says so."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = entry.stat().st_uid == os.geteuid()
            is_other = is_ours and int(entry.name) != os.getpid()
            if is_other and any(is_wanted((entry / f).read_bytes()) for f in files):
                yield int(entry.name)
        except OSError:
            continue  # It ended meanwhile.
