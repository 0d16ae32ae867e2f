"""The machine's files: laid out once a process, copied for each history."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

from pipeline.adapters.git_store import Store

from tests.history.outside import App
from tests.history.pool import BRANCH, NOBODY, Pool, git, make_pool

PREFIX = "histories-"
READERS: dict[Path, sqlite3.Connection] = {}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a machine's parts are; the same for every history of this process."""

    base: Path

    @property
    def machine(self) -> Path:
        """Return the folder of the machine on which a history happens."""
        return self.base / "machine"

    @property
    def origin(self) -> Path:
        """Return the repository that is pushed to."""
        return self.machine / "origin.git"

    @property
    def away(self) -> Path:
        """Return where the origin is while it cannot be reached."""
        return self.machine / "origin-is-away.git"

    @property
    def store(self) -> Path:
        """Return the bare repository that is fetched."""
        return self.machine / "repo.git"

    @property
    def worktree(self) -> Path:
        """Return what the environment serves from."""
        return self.machine / "10_preprod"

    @property
    def state(self) -> Path:
        """Return where journal, pointer and locks are."""
        return self.machine / "state"

    def app(self) -> App:
        """Return the app, started from the worktree."""
        app = App(self.worktree, self.store / "worktrees" / "10_preprod" / "HEAD")
        app.start()
        return app


@cache
def prepared() -> tuple[Places, Pool]:
    """Make, once a process, the repositories, the worktree at the root commit."""
    memory = Path("/dev/shm")
    folder = memory if memory.is_dir() else Path(tempfile.gettempdir())
    _sweep(folder)
    base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=folder))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    places, pool = Places(base), make_pool(base)
    places.state.mkdir(parents=True)
    git(base, "init", "--quiet", "--bare", "--template=", str(places.origin))
    git(places.origin, "symbolic-ref", "HEAD", BRANCH)
    alternates = places.origin / "objects" / "info" / "alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{pool.origin / 'objects'}\n")
    git(places.origin, "update-ref", BRANCH, pool.shas[()])
    git(base, "init", "--quiet", "--bare", "--template=", str(places.store))
    store = Store(places.store, "main")
    with patch.dict(os.environ, NOBODY):
        store.create(str(places.origin))
        git(places.store, "config", "maintenance.auto", "false")
        store.fetch()
        store.add_worktree(places.worktree, pool.shas[()])
    copy_tree(places.machine, base / "blank")
    return places, pool


def _sweep(folder: Path) -> None:
    """Remove what processes left behind that were killed."""
    for left in folder.glob(f"{PREFIX}*-*"):
        owner = left.name.split("-")[1]
        if not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


def copy_tree(source: Path, target: Path) -> None:
    """Make a folder a copy of another one."""
    while READERS:
        READERS.popitem()[1].close()
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
