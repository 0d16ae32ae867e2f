"""The pipeline's own versions: validated copies, outside every tree that gets reset.

What deploys, watches and rolls back is ``current``. It moves in one step, to a commit
that was validated, and only after that commit's pipeline has started here, in an
environment of its own.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.core import messages
from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.effects.files import point_link
from pipeline.effects.processes import run
from pipeline.errors import EXPECTED, ConfigurationError
from pipeline.gateways.git_store import Store
from pipeline.gateways.journal import Journal
from pipeline.gateways.lock import held
from pipeline.gateways.uv import python_for_environments, uv

RELEASED = ("70_scripts", "pipeline.yml", "pyproject.toml", "uv.lock")
READY = ".ready"
KEPT = 3
INSTALL_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of DESIGN's deployment root."""

    root: Path

    @property
    def store(self) -> Path:
        """Return the bare repository."""
        return self.root / ".pipeline" / "repo.git"

    @property
    def current(self) -> Path:
        """Return the link to the pipeline that is in force."""
        return self.root / ".pipeline" / "current"

    @property
    def releases(self) -> Path:
        """Return where the versions of the pipeline are kept."""
        return self.root / ".pipeline" / "releases"

    def in_force(self) -> Sha | None:
        """Return the commit whose pipeline is in force, None before set-up."""
        is_set = self.current.is_symlink()
        return Sha(self.current.resolve().name) if is_set else None


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
            TimedOut: another process is at it.
        """
        patience = INSTALL_TIMEOUT
        with held(self.lock, self.clock, patience=patience, is_inherited=True):
            is_whole = (self.layout.current / READY).exists()
            if is_whole and self.layout.in_force() == sha:
                return
            self._make(sha)
            point_link(self.layout.current, Path("releases") / sha)
            self.say(f"==> pipeline: {sha.short} is in force")
            self._prune()

    def _make(self, sha: Sha) -> None:
        release = self.layout.releases / sha
        if (release / READY).exists():
            return
        shutil.rmtree(release, ignore_errors=True)  # Left by one that died half-way.
        release.mkdir(parents=True)
        self.say(f"==> pipeline: installing that of {sha.short}")
        self.store.export(sha, RELEASED, release)
        starter = str(release / "70_scripts" / "run")
        path = f"{Path(uv()).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        variables = {"PATH": path, "UV_PYTHON": python_for_environments()}
        # Reads the configuration, loads everything, sends nothing.
        trial = (starter, "notify", "--dry-run", "The pipeline starts")
        run(trial, env=variables, timeout=INSTALL_TIMEOUT)
        (release / READY).touch()

    def _prune(self) -> None:
        ready = sorted(
            self.layout.releases.glob(f"*/{READY}"),
            key=lambda file: file.stat().st_mtime,
        )
        others = [file.parent for file in ready if file.parent.name != self._in_force()]
        for release in others[: max(len(others) - (KEPT - 1), 0)]:
            shutil.rmtree(release, ignore_errors=True)

    def _in_force(self) -> str:
        return str(self.layout.in_force())


def adopt_validated(releases: Releases, journal: Journal) -> None:
    """Let the pipeline follow the last validated SHA; trouble with that is told once.

    Whatever goes wrong, the pipeline that is in force stays so.
    """
    sha, before = journal.validated(), releases.layout.in_force()
    if sha is None or before is None or sha == before:
        return
    try:
        releases.adopt(sha)
    except EXPECTED as problem:
        releases.say(f"==> pipeline: {before.short} stays in force: {problem}")
        notice = messages.not_adopted(sha, before, str(problem).partition("\n")[0])
        if not journal.was_last_told(notice):
            journal.tell(None, notice)


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
