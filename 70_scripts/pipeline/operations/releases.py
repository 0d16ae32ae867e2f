"""The pipeline's own versions: validated copies, outside every tree that gets reset.

What deploys, watches and rolls back is ``current``. It moves in one step, to a commit
that was validated, and only after that commit's pipeline has started here, in an
environment of its own.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.effects.files import point_link, read_plain, remove_tree
from pipeline.effects.processes import Completed, CommandFailed, run
from pipeline.errors import EXPECTED, ConfigurationError, TimedOut
from pipeline.adapters.git_store import Store
from pipeline.adapters.lock import held
from pipeline.adapters.uv import python_for_environments, uv
from pipeline.operations.layout import Layout

RELEASED = ("70_scripts", "pipeline.yml", "pyproject.toml", "uv.lock")
# What guards nothing: the checks before a push, the documentation.
NO_GUARDS = ("check.py", "check_message.py", "checks", "docs.py", "documentation")
LEFT_OUT = tuple(
    f":(exclude)70_scripts/{name}" for name in (*NO_GUARDS, "run_ci_checks.sh")
)
READY = ".ready"
BUSY = TimedOut.exit_code
KEPT = 3
INSTALL_TIMEOUT = 600.0
FIRST_PAUSE, LONGEST_PAUSE = 120.0, 3600.0  # seconds


class MigrationFailed(ConfigurationError):
    """A pipeline cannot bring the journal to the form that it needs."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The versions of one deployment root; ``say`` tells the person at the terminal."""

    layout: Layout
    store: Store
    lock: Path
    clock: Clock
    say: Callable[[str], None]

    def adopt(self, sha: Sha) -> None:
        """Put a commit's pipeline in force, keeping the last few.

        Raises:
            CommandFailed: it cannot be exported, installed or started.
            TimedOut: another process is at it, or at work on an environment.
            MigrationFailed: it cannot migrate the journal.
        """
        patience = INSTALL_TIMEOUT
        with held(self.lock, self.clock, patience=patience, is_inherited=True):
            if self.layout.in_force() == sha and self.is_whole(sha):
                return
            self._make(sha)
            self._migrate(sha)
            self._number(sha)
            point_link(self.layout.current, Path("releases") / sha)
            self.say(f"==> pipeline: {sha.short} is in force")
            self._prune()

    def is_whole(self, sha: Sha) -> bool:
        """Tell whether a commit's pipeline is here, tried out."""
        return (self.layout.releases / sha / READY).is_file()

    def _make(self, sha: Sha) -> None:
        release = self.layout.releases / sha
        if (release / READY).exists():
            return
        remove_tree(release)  # Left by one that died half-way.
        release.mkdir(parents=True)
        self.say(f"==> pipeline: installing that of {sha.short}")
        try:
            self.store.export(sha, (*RELEASED, *LEFT_OUT), release)
            # Reads the configuration, loads everything, touches no journal.
            self._run(sha, "notify", "--dry-run", "The pipeline starts")
        except EXPECTED:
            remove_tree(release)
            count, _ = self._failures(sha)
            self._failed(sha).write_text(f"{count + 1} {self.clock.now()}\n")
            raise
        (release / READY).touch()
        self._failed(sha).unlink(missing_ok=True)

    def seconds_put_off(self, sha: Sha) -> float:
        """Return for how long not to install again what could not be installed.

        Installing costs minutes of the machine, and the timer comes every minute: from
        the second failure on it waits twice as long each time, an hour at most.
        """
        count, at = self._failures(sha)
        pause = min(FIRST_PAUSE * 2 ** (count - 2), LONGEST_PAUSE) if count > 1 else 0.0
        # A clock that was set back must not delay it: how far it is off is no wait.
        return max(pause - abs(self.clock.now() - at), 0.0)

    def _failures(self, sha: Sha) -> tuple[int, float]:
        """Return how often a pipeline could not be installed, and when last."""
        try:
            count, at = read_plain(self._failed(sha)).split()
            return int(count), float(at)
        except (OSError, ValueError):
            return 0, 0.0

    def _failed(self, sha: Sha) -> Path:
        return self.layout.releases / f"{sha}.failed"

    def _migrate(self, sha: Sha) -> None:
        """Let a release add to the journal what it needs there; older ones cannot."""
        if not (self.layout.releases / sha / "70_scripts" / "migrate.py").exists():
            return
        try:
            # The journal of those who adopt it, wherever its own file has that.
            state = ("--state", str(self.lock.parent))
            done = self._run(
                sha, "migrate", "--for-adoption", *state, allowed=(0, BUSY)
            )
        except CommandFailed as error:
            raise MigrationFailed(
                f"migrating the journal for {sha.short}",
                error.output.strip(),
                "mend the cause: the next resume tries again",
            ) from error
        if done.code == BUSY:
            raise TimedOut(
                f"migrating the journal for {sha.short}",
                "an operation is at work on an environment",
                "nothing: the next resume tries again",
            )

    def _run(
        self, sha: Sha, *command: str, allowed: tuple[int, ...] = (0,)
    ) -> Completed:
        starter = str(self.layout.releases / sha / "70_scripts" / "run")
        path = f"{Path(uv()).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        variables = {"PATH": path, "UV_PYTHON": python_for_environments()}
        timeout = INSTALL_TIMEOUT
        return run((starter, *command), env=variables, timeout=timeout, allowed=allowed)

    def _number(self, sha: Sha) -> None:
        """Remember the order of adoptions, which no clock tells for sure."""
        newest = max((_place(file)[0] for file in self._ready()), default=0)
        (self.layout.releases / sha / READY).write_text(f"{newest + 1}\n")

    def _ready(self) -> list[Path]:
        return list(self.layout.releases.glob(f"*/{READY}"))

    def _prune(self) -> None:
        ready = sorted(self._ready(), key=_place)
        others = [file.parent for file in ready if file.parent.name != self._in_force()]
        for release in others[: max(len(others) - (KEPT - 1), 0)]:
            remove_tree(release)
        for failed in self.layout.releases.glob("*.failed"):
            failed.unlink(missing_ok=True)  # Of nothing that will be adopted now.

    def _in_force(self) -> str:
        return str(self.layout.in_force())


def _place(ready: Path) -> tuple[int, float]:
    """Return a release's place among the adoptions; before there was one, its time."""
    text = ready.read_text(encoding="ascii", errors="replace").strip()
    return (int(text) if text.isdecimal() else 0, ready.stat().st_mtime)


def link(place: Path, target: Path) -> None:
    """Make a symbolic link, unless something that is none stands there.

    Raises:
        ConfigurationError: something else is there.
    """
    if place.exists() and not place.is_symlink():
        raise ConfigurationError(
            f"linking {place}",
            "something else is there",
            "move it away, then run again",
        )
    point_link(place, target)
