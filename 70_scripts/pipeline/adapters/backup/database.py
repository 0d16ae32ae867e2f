"""Copies of SQLite databases that may be written to meanwhile, by SQLite itself.

A database is more than its file: what was committed last stands in ``-wal`` beside it,
and a copy of both, one after the other, may fit neither. SQLite's backup API reads one
state of the whole: https://www.sqlite.org/backup.html
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pipeline.effects.files import open_plain

SIDECARS = ("-wal", "-shm", "-journal")
MAGIC = b"SQLite format 3\0"
# The 19th byte of the file: https://www.sqlite.org/fileformat.html
READ_VERSION, WAL_MODE = 19, 2
BUSY_TIMEOUT = 10.0


def is_database(file: Path) -> bool:
    """Tell whether a plain file begins as an SQLite database does."""
    return _header(file).startswith(MAGIC)


def sidecars(file: Path) -> Iterator[Path]:
    """Return where SQLite keeps what belongs to a database, there or not."""
    return (file.with_name(file.name + ending) for ending in SIDECARS)


def copy_database(source: Path, target: Path) -> bool:
    """Copy one state of a database; return False where only its file can be copied.

    A database in WAL mode that nobody has open is such a one: opening it would make
    files beside it, of another owner than the app. So is one that SQLite cannot read.

    Raises:
        OSError: the target could not be written.
    """
    wal, shm, _ = sidecars(source)
    header = _header(source)
    is_wal = len(header) > READ_VERSION and header[READ_VERSION] == WAL_MODE
    if is_wal and not (wal.exists() and shm.exists()):
        return False
    target.unlink(missing_ok=True)
    # Made here, so that it is nobody else's to read at any time.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    address = f"file:{quote(os.fsencode(source))}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error:
        for left in (target, *sidecars(target)):
            left.unlink(missing_ok=True)
        return False
    return True


def _header(file: Path) -> bytes:
    with open_plain(file) as reading:
        return reading.read(READ_VERSION + 1)
