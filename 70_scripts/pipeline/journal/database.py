"""The journal's file: opened, made where there is none, never migrated by opening it.

An older pipeline's journal is only read until it was migrated: a reader gets stand-ins
for what it lacks, and writing is refused.
"""

import os
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.effects.account import is_of_another_user, name_of
from pipeline.errors import ConfigurationError, JournalUnusable
from pipeline.journal import schema
from pipeline.journal.connection import (
    USE_THAT_ONE,
    connect,
    connect_for_writing,
    require_writable,
    transaction,
)
from pipeline.journal.migration import missing, stand_in, upgrade, version_of

__all__ = [
    "lacks_migration",
    "migrate_database",
    "open_database",
    "require_writable",
    "transaction",
]

READABLE = 0o644


def open_database(path: Path) -> sqlite3.Connection:
    """Open the journal's database, making it where there is none.

    Raises:
        ConfigurationError: it is damaged, locked, or from another pipeline.
    """
    _refuse_what_is_no_file(path)
    if is_of_another_user(path.parent):
        return _open_for_reading(path)
    try:
        database = connect_for_writing(path)
        version = version_of(database)
        if version == 0:
            path.chmod(READABLE)  # Whatever the umask: it holds no secrets.
            upgrade(database)
            version = schema.VERSION
        _stand_in_for_missing(database, version)
    except (sqlite3.Error, JournalUnusable) as error:
        raise JournalUnusable(
            f"opening the journal {path}",
            error.seen if isinstance(error, JournalUnusable) else str(error),
            "look at the file and its folder; put a good copy back if it is damaged",
        ) from error
    _refuse_other_version("opening", path, version)
    return database


def migrate_database(path: Path) -> None:
    """Add to a journal what this pipeline needs in it, all of it or nothing.

    Raises:
        ConfigurationError: it is damaged, locked, full, or from a newer pipeline.
    """
    _refuse_what_is_no_file(path)
    try:
        with closing(connect_for_writing(path)) as database:
            version = version_of(database)
            if version > schema.VERSION:
                _refuse_other_version("migrating", path, version)
            upgrade(database)
    except (sqlite3.Error, JournalUnusable) as error:
        raise JournalUnusable(
            f"migrating the journal {path}",
            error.seen if isinstance(error, JournalUnusable) else str(error),
            "make room or mend its permissions; nothing of it was changed",
        ) from error


def lacks_migration(path: Path) -> bool:
    """Tell whether there is a journal of an older pipeline; unsure is no."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(connect(uri, is_uri=True)) as database:
            version = version_of(database)
            is_known = 0 < version <= schema.VERSION
            return is_known and bool(version < schema.VERSION or missing(database))
    except (OSError, sqlite3.Error, JournalUnusable):
        return False  # Whoever opens it says what is wrong.


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
        database = connect(f"{path.as_uri()}?mode=ro{more}", is_uri=True)
        version = version_of(database)
        _stand_in_for_missing(database, version)
    except (OSError, sqlite3.Error, JournalUnusable) as error:
        owner = name_of(path.parent.stat().st_uid)
        state = shlex.quote(str(path.parent))
        raise JournalUnusable(
            f"reading the journal {path}",
            error.seen if isinstance(error, JournalUnusable) else str(error),
            f"run as {owner}, or let others read: chmod o+rx {state}",
        ) from error
    _refuse_other_version("reading", path, version)
    return database


def _stand_in_for_missing(database: sqlite3.Connection, version: int) -> None:
    if version == schema.VERSION and (additions := missing(database)):
        stand_in(database, additions)


def _refuse_other_version(attempted: str, path: Path, version: int) -> None:
    if version == schema.VERSION:
        return
    is_older = version < schema.VERSION
    raise ConfigurationError(
        f"{attempted} the journal {path}",
        f"it has version {version}, this pipeline writes {schema.VERSION}",
        USE_THAT_ONE if is_older else "use the pipeline that wrote it, or a newer one",
    )


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
