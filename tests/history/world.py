"""One machine on which a history happens, and the processes that live and die on it."""

import copy
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import stamina
from pipeline.config import Health
from pipeline.core.patience import Patience
from pipeline.core.settlement import OnNoVerdict
from pipeline.core.sha import Sha
from pipeline.effects.clock import Moment
from pipeline.adapters import lock
from pipeline.journal import schema, outbox
from pipeline.journal.database import migrate_database, open_database
from pipeline.adapters.discord import Discord
from pipeline.adapters.github import GitHub
from pipeline.adapters.health import Endpoint
from pipeline.adapters.state_file import StateFile
from pipeline.operations.environment import Environment, Judged
from pipeline.operations.pointer import Pointer
from pipeline.operations.ci_polling import Watch

from tests.history import mortal, mortal_git, outside
from tests.history.death import Fate
from tests.history.later import LATER
from tests.history.living import LivingTool
from tests.history.machine import READERS, Places, copy_tree, prepared
from tests.history.outside import Outside, Wire
from tests.history.pool import NOBODY, Pool

NAME = "preprod"
CHECKS = 2
KEPT = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
HEALTH = Health(
    path="/health",
    script_path="/script",
    page_path="/",
    probe_timeout=1.0,
    interval=0.1,
    deadline=0.3,
    soak=0,
)


@dataclass(slots=True)
class Ticking:
    """A clock on which each look takes a moment, and sleeping takes no time."""

    time: float = 1_700_000_000.0

    def now(self) -> float:
        """Return seconds since the epoch."""
        self.time += 0.001
        return self.time

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return self.now()

    def since_boot(self) -> Moment:
        """Return the same time: this machine never boots, and its date never leaps."""
        return Moment("boot", self.now())

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self.time += seconds


@dataclass(slots=True)
class World:
    """The machine and its outside, as they stand between processes."""

    places: Places
    pool: Pool
    outside: Outside
    pushed: list[Sha]
    tip: Sha
    aim: Sha | None = None
    mode: OnNoVerdict = OnNoVerdict.ROLLBACK
    clock: Ticking = field(default_factory=Ticking)
    stored: set[object] = field(default_factory=set)
    watchers: set[Sha] = field(default_factory=set)
    told: list[mortal.Told] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    sent_before: int = 0
    is_interrupted: bool = False
    may_repeat: int = 0
    was_touched: bool = False
    passed_by_hand: set[Sha] = field(default_factory=set)
    undone: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    intrusions: list[str] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    ticks: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    is_upgraded: bool = False
    tool: LivingTool | None = None

    @contextmanager
    def process(self, fate: Fate) -> Iterator[Environment]:
        """Live until the end of the block, or death; memory is lost, files stay."""

        def transaction(database: object) -> object:
            return mortal.mortal_transaction(database, fate)  # type: ignore

        with (
            self.pipeline_in_force(),
            closing(open_database(self.places.state / "journal.db")) as database,
            patch.object(outbox, "transaction", transaction),
        ):
            app, wire = self.outside.app, Wire(self.outside, fate)
            journal = mortal.MortalJournal(database, self.clock, fate, app, self.told)
            state = self.places.state
            store = mortal_git.MortalStore(self.places.store, "main", fate, self.stored)
            file = mortal.MortalStateFile(
                StateFile(state / "last-validated-sha.txt"), fate
            )
            yield Environment(
                name=NAME,
                store=store,
                role=Judged(
                    watchers=mortal.MortalWatchers(self.watchers, fate),  # type: ignore
                    on_no_verdict=self.mode,
                ),
                strategy=mortal.MortalStrategy(
                    app, fate, mortal_git.MortalWorktree(self.places.worktree, fate)
                ),
                endpoint=Endpoint(
                    wire, outside.APP, NAME, NAME, HEALTH, CHECKS  # type: ignore
                ),
                journal=journal,
                pointer=Pointer(
                    NAME, journal, file, store, self.said.append  # type: ignore
                ),
                outbox=mortal.OutboxAtOnce(  # type: ignore
                    state / "journal.db",
                    state / "outbox.lock",
                    Discord(wire, outside.WEBHOOK),  # type: ignore
                    self.clock,
                    patience=10.0,
                ),
                clock=self.clock,
                lock=lambda patience=2.0: self._lock(fate, patience),
                say=self.said.append,
            )

    @contextmanager
    def pipeline_in_force(self) -> Iterator[None]:
        """Let the next pipeline work on the journal, where that was adopted."""
        known = schema.ADDITIONS
        additions = (*known, LATER) if self.is_upgraded else known
        with patch.object(schema, "ADDITIONS", additions):
            yield

    def adopt_next(self, fate: Fate) -> None:
        """Let the next pipeline be adopted: the journal is migrated under its lock."""
        with self._lock(fate, 2.0), fate.around("migration"):
            self.is_upgraded = True
            with self.pipeline_in_force():
                migrate_database(self.places.state / "journal.db")

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """Give processes little to inherit, and no pauses between attempts."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        variables = {**kept, **NOBODY, "HOME": str(self.places.base)}
        with (
            patch.dict(os.environ, variables, clear=True),
            stamina.set_testing(True, attempts=3, cap=True),
        ):
            yield

    def reader(self) -> sqlite3.Connection:
        """Return a connection to the journal for those who only look."""
        file = self.places.state / "journal.db"
        if file not in READERS:
            READERS[file] = sqlite3.connect(file, isolation_level=None)
        return READERS[file]

    def saved(self, name: str) -> "World":
        """Keep a copy of the machine, memory and files, under a name."""
        copy_tree(self.places.machine, self.places.base / name)
        known = {id(one): one for one in (self.pool, self.places)}
        return copy.deepcopy(self, known)

    def restored(self, name: str) -> "World":
        """Put a kept machine back in place; this world stays as it was saved."""
        copy_tree(self.places.base / name, self.places.machine)
        known = {id(one): one for one in (self.pool, self.places)}
        return copy.deepcopy(self, known)

    def watch(self) -> Watch:
        """Return how GitHub is asked."""
        wire = Wire(self.outside, Fate())
        github = GitHub(wire, outside.API, "o/r", "", self.clock)  # type: ignore
        return Watch(github, outside.WORKFLOW, ("Preprod tests",), 10.0, Patience())

    @contextmanager
    def _lock(self, fate: Fate, patience: float) -> Iterator[None]:
        file = self.places.state / f"{NAME}.lock"
        if self.tool is not None and patience:
            self.end_tool()  # It is waited for.
        try:
            with lock.held(file, self.clock, patience=patience):
                fate.is_holder = True
                try:
                    yield
                finally:
                    fate.is_holder = False
        finally:
            if fate.tool is not None and self.tool is None:
                self.tool, fate.tool = LivingTool.holding(file, fate.tool), None

    def end_tool(self) -> None:
        """Let the tool that outlived its script do its work, and end."""
        if self.tool is not None:
            tool, self.tool = self.tool, None
            tool.end()


def begin() -> World:
    """Return a machine on which nothing was ever deployed; any other is gone."""
    places, pool = prepared()
    root = pool.shas[()]
    copy_tree(places.base / "blank", places.machine)
    open_database(places.state / "journal.db").close()
    return World(places, pool, Outside(places.app()), [root], root)
