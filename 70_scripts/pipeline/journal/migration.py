"""Bringing a journal's tables up to this pipeline, in one transaction.

Only what adopts a pipeline does it to a journal that is in use; see
``operations/journal_migration.py``. Doing it again changes nothing.
"""

import sqlite3
from collections.abc import Iterable

from pipeline.errors import JournalUnusable
from pipeline.journal import schema
from pipeline.journal.connection import roll_back

NOW = "(julianday('now') - 2440587.5) * 86400.0"
REMEMBER = f"INSERT INTO schema_migration (name, at) VALUES (?, {NOW})"


def version_of(database: sqlite3.Connection) -> int:
    """Return which form the tables have; 0 in an empty file."""
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def missing(database: sqlite3.Connection) -> list[schema.Addition]:
    """Return what this pipeline knows and the journal has not."""
    query = "SELECT 1 FROM main.sqlite_master WHERE name = 'schema_migration'"
    known: set[str] = set()
    if database.execute(query).fetchone():
        rows = database.execute("SELECT name FROM schema_migration")
        known = {str(row[0]) for row in rows}
    return [addition for addition in schema.ADDITIONS if addition.name not in known]


def upgrade(database: sqlite3.Connection) -> None:
    """Make or add whatever is missing.

    Raises:
        JournalUnusable: it could not be written; nothing was.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        for script in schema.MIGRATIONS[version_of(database) :]:
            for statement in script.split(";\n"):
                database.execute(statement)
        for statement in (*schema.GUARDS, *schema.MIGRATION_TABLE):
            database.execute(statement)
        for addition in missing(database):
            for statement in addition.statements():
                database.execute(statement)
            database.execute(REMEMBER, (addition.name,))
        database.execute(f"PRAGMA user_version = {schema.VERSION}")
        database.execute("COMMIT")
    except JournalUnusable:
        roll_back(database)
        raise


def stand_in(
    database: sqlite3.Connection, additions: Iterable[schema.Addition]
) -> None:
    """Let a reader ask for what is missing; from now on nothing can be written."""
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("PRAGMA temp_store = MEMORY")
    for addition in additions:
        for statement in addition.stand_in():
            database.execute(statement)
    database.execute("PRAGMA query_only = ON")
