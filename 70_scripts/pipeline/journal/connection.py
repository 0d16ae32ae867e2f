"""A connection to the journal: SQLite's errors as ours; one transaction a fact."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from pipeline.effects.masking import masked
from pipeline.errors import ConfigurationError, JournalUnusable

BUSY_TIMEOUT = 10.0
OLDER = "it is of an older pipeline, which is still in force"
USE_THAT_ONE = "use that one: ROOT/70_scripts/run, below paths.root"


class _Cursor(sqlite3.Cursor):
    """Raise the pipeline's own error for whatever SQLite raises, reads included."""

    def execute(self, sql: str, parameters: Any = ()) -> Self:
        with _translated():
            return super().execute(sql, _masked(parameters))

    def fetchone(self) -> Any:
        with _translated():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        with _translated():
            return super().fetchall()

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(self.fetchall())


class _Connection(sqlite3.Connection):
    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        with _translated():
            cursor = self.cursor(_Cursor)
        return cursor.execute(sql, parameters)


def _masked(parameters: Any) -> Any:
    """Return what is about to be written, or asked for, without secrets."""
    if isinstance(parameters, Mapping):
        return {name: _masked_one(value) for name, value in parameters.items()}
    return tuple(map(_masked_one, parameters))


def _masked_one(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        # UnicodeError: half surrogates. OverflowError: a number of over 64 bits.
        raise JournalUnusable(
            "using the journal",
            str(error),
            "make room or mend its permissions, then run the command again",
        ) from error


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """Connect as whoever writes the journal does, making the file if need be."""
    database = connect(str(path))
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
    except JournalUnusable:
        database.close()
        raise
    return database


def connect(place: str, *, is_uri: bool = False) -> sqlite3.Connection:
    """Connect to a file, or to what a URI names.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    database = sqlite3.connect(
        place,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        factory=_Connection,
        uri=is_uri,
    )
    database.row_factory = sqlite3.Row
    return database


def require_writable(database: sqlite3.Connection) -> None:
    """Refuse where the journal is an older pipeline's, of which one may only read.

    Raises:
        ConfigurationError: it is.
    """
    if database.execute("PRAGMA query_only").fetchone()[0]:
        raise ConfigurationError("writing the journal", OLDER, USE_THAT_ONE)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all of a fact or nothing of it.

    Raises:
        JournalUnusable: the file cannot be written (full, locked, read-only).
        ConfigurationError: an older pipeline is in force.
    """
    try:
        require_writable(database)
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("COMMIT")
    except BaseException as error:
        roll_back(database)
        if isinstance(error, JournalUnusable):
            where = "writing the journal"
            raise JournalUnusable(where, error.seen, error.todo) from error
        raise


def roll_back(database: sqlite3.Connection) -> None:
    """End a transaction without a trace, if one is open."""
    # SQLite itself ends some transactions, such as one that found the disk full.
    if database.in_transaction:
        with suppress(JournalUnusable):
            database.execute("ROLLBACK")
