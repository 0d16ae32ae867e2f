"""Starting the watcher so that it outlives the job that deployed."""

import os
import stat
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import open_private_log, point_link
from pipeline.effects.processes import (
    CommandFailed,
    clean_environment,
    run,
    spawn_detached,
)
from pipeline.adapters.lock import is_held

LATEST = "ci-watcher-LATEST.log"
MOST_LOGS = 50
SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class WatcherLauncher:
    """Start ``watch_ci.py`` for an environment, its log where people tail it."""

    environment: str
    script: Path
    config: Path
    locks: Path
    logs: Path
    fallback_logs: Path

    def launch(self, sha: Sha) -> str:
        """Start the watcher of a SHA; return where its log is."""
        log, descriptor = self._open_log(sha)
        try:
            if not self._launch_service(sha, log):
                spawn_detached(self.argv(sha), log=descriptor, cwd=Path("/"))
        finally:
            os.close(descriptor)
        return str(log)

    def lock(self, sha: Sha) -> Path:
        """Return the lock that the watcher of a SHA holds while it lives."""
        return self.locks / f"{self.environment}-{sha}.lock"

    def is_watching(self, sha: Sha) -> bool:
        """Tell whether a watcher of a SHA lives."""
        return is_held(self.lock(sha))

    def prune(self, kept: Collection[Sha]) -> None:
        """Remove the locks of versions that nothing returns to, and the oldest logs."""
        for lock in self.locks.glob(f"{self.environment}-*.lock"):
            sha = lock.stem.removeprefix(f"{self.environment}-")
            if sha not in kept and not is_held(lock):
                lock.unlink(missing_ok=True)  # Of no version that will be watched.
        for folder in (self.logs, self.fallback_logs):
            logs = (log for log in folder.glob("ci-watcher-*.log") if _is_own(log))
            for log in sorted(logs, key=lambda one: one.lstat().st_mtime)[:-MOST_LOGS]:
                log.unlink(missing_ok=True)

    def argv(self, sha: Sha) -> tuple[str, ...]:
        """Return the command that watches a SHA."""
        script = (sys.executable, "-u", str(self.script))
        options = ("--sha", str(sha), "--config", str(self.config))
        return (*script, self.environment, *options)

    def service_argv(self, sha: Sha, log: Path) -> tuple[str, ...]:
        """Return the command that runs the watcher as a transient systemd service."""
        scope = () if os.geteuid() == 0 else ("--user",)
        # Names only: a value, such as a proxy's password, would be in everyone's ps.
        environment = (f"--setenv={name}" for name in clean_environment())
        return (
            *("systemd-run", *scope, "--quiet", "--collect"),
            f"--unit=ci-watcher-{self.environment}-{sha}",
            f"--property=StandardOutput=append:{log}",
            f"--property=StandardError=append:{log}",
            *environment,
            "--",
            *self.argv(sha),
        )

    def _launch_service(self, sha: Sha, log: Path) -> bool:
        if not SYSTEMD.is_dir():
            return False
        try:
            run(self.service_argv(sha, log), timeout=10)
        except CommandFailed:
            # No user manager, or no right to it: a detached process does as well.
            return False
        return True

    def _open_log(self, sha: Sha) -> tuple[Path, int]:
        for folder in (self.logs, self.fallback_logs):
            log = folder / f"ci-watcher-{sha}.log"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                descriptor = open_private_log(log)
            except OSError:
                continue  # Somebody else holds the name: the next folder is ours.
            with suppress(OSError):
                point_link(folder / LATEST, log)
            return log, descriptor
        return Path(os.devnull), os.open(os.devnull, os.O_WRONLY)


def _is_own(log: Path) -> bool:
    found = log.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
