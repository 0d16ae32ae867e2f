"""Run the sessions of ``noxfile.py``, and read how each ended.

nox runs them side by side. Whatever ends this, nothing that it started still runs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from checks.home import LENT, has_home
from checks.skips import is_allowed, skips_in

ADVICE = "advice"
GRACE = 10.0
POLL = 0.05
# A git hook says with these where its repository is; tests make their own.
OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a check ended; ``code`` is None where it could not run."""

    name: str
    group: str
    code: int | None
    output: str
    seconds: float = 0.0

    @property
    def skips(self) -> dict[str, int]:
        """Return why tests were skipped, and how many for each reason."""
        return {} if self.code is None else skips_in(self.output)

    def exit_code(self, *, is_ci: bool) -> int:
        """Return what it counts: where ``CI`` is set, also what was left out."""
        if self.group == ADVICE:
            return 0
        if self.code is None:
            return int(is_ci)
        return self.code or int(is_ci and not all(map(is_allowed, self.skips)))


def run(
    wanted: Mapping[str, str], jobs: int, noxfile: Path, variables: Mapping[str, str]
) -> list[Ended]:
    """Run checks, each the name of a session with its group; return how they ended."""
    if not wanted:
        return []
    with TemporaryDirectory(prefix="checks-") as scratch:
        report, env = Path(scratch, "report.json"), {**os.environ, **variables}
        options = (f"--noxfile={noxfile}", f"--parallel={jobs}", f"--report={report}")
        nox = psutil.Popen(
            (sys.executable, "-m", "nox", "--no-color", *options, "-s", *wanted),
            env={n: v for n, v in env.items() if n not in OF_A_HOOK}
            | {"CHECK_JOBS": str(jobs), "CHECK_LOGS": scratch}
            | ({} if has_home() else {"HOME": LENT}),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = nox.wait()
        finally:
            if nox.is_running():
                _end(nox)
        if not report.exists():
            return [Ended(name, group, code or 1, "") for name, group in wanted.items()]
        sessions = json.loads(report.read_text())["sessions"]
        return [_ended(each, wanted, Path(scratch)) for each in sessions]


def _ended(session: Mapping[str, str], wanted: Mapping[str, str], logs: Path) -> Ended:
    name, result = session["name"], session["result"]
    if result == "skipped":
        return Ended(name, wanted[name], None, session["reason"])
    log, code = logs / name, int(result != "success")
    if (told := log.with_suffix(".code")).exists():
        code = int(told.read_text())
    output = log.read_text(errors="replace") if log.exists() else ""
    return Ended(name, wanted[name], code, output, float(session["duration"]))


def _end(nox: psutil.Process) -> None:
    """Interrupt what nox runs, so that it cleans up; then kill what is left of it."""
    nox.suspend()  # Else it starts what waits, or kills what cleans up.
    # Parents first: one that outlived its child would go on.
    family = [nox, *nox.children(recursive=True)]
    limit = time.monotonic() + GRACE
    try:
        for each in family[1:]:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGINT)
        while any(map(_runs, family[1:])) and time.monotonic() < limit:
            time.sleep(POLL)
    finally:
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        nox.wait()


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
