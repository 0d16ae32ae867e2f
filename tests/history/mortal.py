"""The real adapters, in a process that can die at each of their effects."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.effects.clock import Clock
from pipeline.journal import database
from pipeline.journal.writer import Journal
from pipeline.adapters.outbox import Outbox
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.state_file import StateFile
from pipeline.strategies.in_place import InPlace

from tests.history.death import Fate
from tests.history.outside import App, Served


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, and what really served when it was journaled."""

    deployment: int | None
    text: str
    serving: Served | None


class MortalJournal(Journal):
    """The real journal; death comes before and after each of its transactions."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        clock: Clock,
        fate: Fate,
        app: App,
        told: list[Told],
    ) -> None:
        """Write to an open database, and note what served at each notice."""
        super().__init__(connection, clock)
        self._fate, self._app, self._told = fate, app, told

    def _transaction(self) -> AbstractContextManager[None]:
        return mortal_transaction(self._database, self._fate)

    def _tell(self, deployment: int | None, notice: Notice | None) -> None:
        super()._tell(deployment, notice)
        if notice is not None:
            told = Told(deployment, notice.text, self._app.serving)
            self._told.append(told)


@contextmanager
def mortal_transaction(connection: sqlite3.Connection, fate: Fate) -> Iterator[None]:
    """Write one fact; death comes before it or after it."""
    with fate.around("journal"), database.transaction(connection):
        yield


@dataclass(frozen=True, slots=True)
class OutboxAtOnce(Outbox):
    """The real outbox, without threads: nothing goes on while something is sent."""

    def flush_meanwhile(self) -> None:
        """Send before anything else goes on."""
        self.flush()


@dataclass(frozen=True, slots=True)
class MortalStateFile:
    """The real state file; death comes before and after it is written."""

    file: StateFile
    fate: Fate

    def read(self) -> Sha | None:
        """Return what it holds."""
        return self.file.read()

    def write(self, sha: Sha) -> None:
        """Replace it."""
        with self.fate.around("state file"):
            self.file.write(sha)


class MortalStrategy(InPlace):
    """Stops and starts the app; death comes before, between and after."""

    def __init__(self, app: App, fate: Fate, worktree: Worktree) -> None:
        """Serve ``worktree``."""
        super().__init__(worktree, ("behaviour.txt",))
        self.app, self.fate = app, fate

    def prepare(self, sha: Sha, tree: Path) -> None:
        """Build nothing: this app needs nothing."""
        self._worktree.await_unlocked()
        self.fate.tick("prepare")

    def artefact(self, sha: Sha) -> str:
        """Name what runs besides the source: nothing here."""
        return ""

    def instance(self) -> str:
        """Name the process: which one it is since the beginning."""
        return str(self.app.starts)

    def restart_by_hand(self) -> str:
        """Return what a person types to restart."""
        return "restart"

    def restart(self) -> None:
        """Serve what the worktree holds."""
        self.fate.tick("stop", self.app.stop)
        self.app.stop()
        self.fate.tick("start", self.app.start)
        self.app.start()
        self.fate.tick("started")

    def has_died(self) -> bool:
        """Tell whether the version ended by itself."""
        served = self.app.serving
        return served is None or served.behaviour == "exits"


@dataclass(frozen=True, slots=True)
class MortalWatchers:
    """Remembers whose watchers live."""

    living: set[Sha]
    fate: Fate

    def launch(self, sha: Sha) -> str:
        """Start one."""
        with self.fate.around("launch"):
            self.living.add(sha)
        return "its log"

    def is_watching(self, sha: Sha) -> bool:
        """Tell whether one lives."""
        return sha in self.living
