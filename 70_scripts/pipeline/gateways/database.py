"""The journal's file: opened, made, checked; one transaction a fact."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.gateways import journal_schema as schema

BUSY_TIMEOUT = 10.0


def open_database(path: Path) -> sqlite3.Connection:
    """Open the journal's database, making it where there is none.

    Raises:
        ConfigurationError: it is damaged, locked, or from a newer pipeline.
    """
    try:
        database = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        version = _version(database)
        if version < schema.VERSION:
            version = _upgrade(database)
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"opening the journal {path}",
            str(error),
            "look at the file and its folder; put a good copy back if it is damaged",
        ) from error
    if version != schema.VERSION:
        raise ConfigurationError(
            f"opening the journal {path}",
            f"it has version {version}, this pipeline writes {schema.VERSION}",
            "use the pipeline that wrote it, or a newer one",
        )
    return database


def _upgrade(database: sqlite3.Connection) -> int:
    database.execute("BEGIN IMMEDIATE")
    try:
        missing = schema.MIGRATIONS[_version(database) :]
        for script in (*missing, schema.GUARDS):
            for statement in script.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {schema.VERSION}")
        database.execute("COMMIT")
    except sqlite3.Error:
        database.execute("ROLLBACK")
        raise
    return schema.VERSION


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all of a fact or nothing of it.

    Raises:
        ConfigurationError: the file cannot be written (full, locked, read-only).
    """
    try:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")
    except sqlite3.Error as error:
        raise ConfigurationError(
            "writing the journal",
            str(error),
            "make room or mend its permissions, then run the command again",
        ) from error
