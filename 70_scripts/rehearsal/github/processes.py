"""Find and end the processes that a job left behind.

Owns the runner's clean-up: at the end of a job GitHub's runner kills every process
whose environment holds that job's `RUNNER_TRACKING_ID`, whatever session or group the
process has moved to.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def sweep(tracking_id: str, job_key: str | None = None) -> tuple[int, ...]:
    """Kill the processes of a run, or of one job of it, and return their ids."""
    wanted = {f"RUNNER_TRACKING_ID={tracking_id}".encode()}
    if job_key:
        wanted.add(f"GITHUB_JOB={job_key}".encode())
    return tuple(pid for pid in _having(wanted) if _killed(pid))


def _having(wanted: set[bytes]) -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and wanted <= _environment(entry):
            yield int(entry.name)


def _environment(entry: Path) -> set[bytes]:
    try:
        return set((entry / "environ").read_bytes().split(b"\0"))
    except OSError:
        # It ended meanwhile, or is another user's: not a process of this job.
        return set()


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
