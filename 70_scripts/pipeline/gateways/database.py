"""The journal's file: opened, made, checked; one transaction a fact."""

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from pipeline.effects.account import is_of_another_user, name_of
from pipeline.errors import ConfigurationError, JournalUnusable
from pipeline.gateways import journal_schema as schema

BUSY_TIMEOUT = 10.0
READABLE = 0o644


class _Cursor(sqlite3.Cursor):
    """Raise the pipeline's own error for whatever SQLite raises, reads included."""

    def execute(self, sql: str, parameters: Any = ()) -> Self:
        with _translated():
            return super().execute(sql, parameters)

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


def open_database(path: Path) -> sqlite3.Connection:
    """Open the journal's database, making it where there is none.

    Raises:
        ConfigurationError: it is damaged, locked, or from a newer pipeline.
    """
    _refuse_what_is_no_file(path)
    if is_of_another_user(path.parent):
        return _open_for_reading(path)
    try:
        database = _connect(str(path))
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        version = _version(database)
        if version == 0:
            path.chmod(READABLE)  # Whatever the umask: it holds no secrets.
        if version < schema.VERSION:
            version = _upgrade(database)
        for statement in schema.ADDITIONS:
            database.execute(statement)
    except (sqlite3.Error, JournalUnusable) as error:
        raise JournalUnusable(
            f"opening the journal {path}",
            error.seen if isinstance(error, JournalUnusable) else str(error),
            "look at the file and its folder; put a good copy back if it is damaged",
        ) from error
    if version != schema.VERSION:
        raise ConfigurationError(
            f"opening the journal {path}",
            f"it has version {version}, this pipeline writes {schema.VERSION}",
            "use the pipeline that wrote it, or a newer one",
        )
    return database


def _connect(place: str, *, is_uri: bool = False) -> sqlite3.Connection:
    database = sqlite3.connect(
        place,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        factory=_Connection,
        uri=is_uri,
    )
    database.row_factory = sqlite3.Row
    return database


def _open_for_reading(path: Path) -> sqlite3.Connection:
    """Open another user's journal without writing, locking or making anything.

    Raises:
        ConfigurationError: others than its owner may not read it, or it is unusable.
    """
    wal = path.with_name(f"{path.name}-wal")
    try:
        # Without a write-ahead log SQLite would make one (https://sqlite.org/wal.html).
        is_at_rest = not wal.exists() or not wal.stat().st_size
        more = "&immutable=1" if is_at_rest else ""
        database = _connect(f"{path.as_uri()}?mode=ro{more}", is_uri=True)
        version = _version(database)
    except (OSError, sqlite3.Error, JournalUnusable) as error:
        owner = name_of(path.parent.stat().st_uid)
        state = shlex.quote(str(path.parent))
        raise JournalUnusable(
            f"reading the journal {path}",
            error.seen if isinstance(error, JournalUnusable) else str(error),
            f"run as {owner}, or let others read: chmod o+rx {state}",
        ) from error
    if version != schema.VERSION:
        raise ConfigurationError(
            f"reading the journal {path}",
            f"it has version {version}, this pipeline reads {schema.VERSION}",
            "use the pipeline that wrote it",
        )
    return database


def _refuse_what_is_no_file(path: Path) -> None:
    """Refuse a FIFO, a socket, a folder or a link to nothing: SQLite may wait for it.

    Raises:
        JournalUnusable: such a thing stands in the place of one of the journal's files.
    """
    for place in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if os.path.lexists(place) and not place.is_file():
            raise JournalUnusable(
                f"opening the journal {path}",
                f"{place} is not a plain file",
                "move it away, then run the command again",
            )


def _upgrade(database: sqlite3.Connection) -> int:
    database.execute("BEGIN IMMEDIATE")
    try:
        missing = schema.MIGRATIONS[_version(database) :]
        for script in (*missing, schema.GUARDS):
            for statement in script.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {schema.VERSION}")
        database.execute("COMMIT")
    except JournalUnusable:
        _roll_back(database)
        raise
    return schema.VERSION


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all of a fact or nothing of it.

    Raises:
        JournalUnusable: the file cannot be written (full, locked, read-only).
    """
    try:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("COMMIT")
    except BaseException as error:
        _roll_back(database)
        if isinstance(error, JournalUnusable):
            where = "writing the journal"
            raise JournalUnusable(where, error.seen, error.todo) from error
        raise


def _roll_back(database: sqlite3.Connection) -> None:
    # SQLite itself ends some transactions, such as one that found the disk full.
    if database.in_transaction:
        with suppress(JournalUnusable):
            database.execute("ROLLBACK")
