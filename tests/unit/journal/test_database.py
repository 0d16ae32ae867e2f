"""The journal's file: append-only by its own rules, refused when it is not ours."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.core.deployment import Outcome, Step
from pipeline.core.messages import Notice
from pipeline.core.verdict import Judgement, Verdict
from pipeline.errors import ConfigurationError
from pipeline.journal import connection as gateway
from pipeline.journal.database import migrate_database, open_database, transaction
from pipeline.journal.writer import Journal
from pipeline.journal.schema import ADDED, FIRST, TABLES, VERSION

from tests.unit.clock import FakeClock
from tests.unit.specimens import A, a_run, an_order


@pytest.fixture
def plain(journal_file: Path, journal: Journal) -> Iterator[sqlite3.Connection]:
    """Open a journal that has a row in every table, as any SQLite tool would."""
    deployment = journal.start(an_order(), None, Notice("told"))
    with journal.step(deployment, Step.FETCH):
        pass
    journal.judge(A, Judgement(Verdict.PASSED, "CI passed", a_run()))
    journal.validate(A, "preprod")
    journal.end(deployment, Outcome.VALIDATED, "CI passed")
    with closing(sqlite3.connect(journal_file)) as database:
        for table, values in (
            ("delivery", "1, 1, 'm', ''"),
            ("observation", "'preprod', 'inside', 1, ''"),
            ("reported", "1, 'state', 'success', 1, 7, '', 0"),
        ):
            database.execute(f"INSERT INTO {table} VALUES (NULL, {values}, 0)")
        database.commit()
        yield database


def count(database: sqlite3.Connection, table: str) -> int:
    """Return how many rows a table has."""
    found: int = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    return found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET at = 0"])
def test_nothing_is_ever_changed(
    plain: sqlite3.Connection, table: str, verb: str
) -> None:
    """The database itself refuses to change or remove a fact, whoever asks."""
    before = count(plain, table)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(verb.format(table))
    assert count(plain, table) == before > 0


def test_every_table_is_guarded(plain: sqlite3.Connection) -> None:
    """A table that is added must be guarded like the others."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    assert {row[0] for row in plain.execute(query)} == {*TABLES, *ADDED}


def test_verdict_is_recorded_when_it_is_new(
    journal: Journal, plain: sqlite3.Connection
) -> None:
    """A watcher that hears the same for an hour writes one row, a re-run another."""
    said = Judgement(Verdict.FAILED, "CI failed", a_run(conclusion="failure"))
    before = count(plain, "verdict")
    for attempt, added in ((1, 1), (1, 1), (2, 2), (2, 2)):
        run = a_run(conclusion="failure", attempt=attempt)
        journal.judge(A, replace(said, run=run))
        assert count(plain, "verdict") - before == added
    journal.judge(A, replace(said, reason="another", run=None))
    assert count(plain, "verdict") - before == 3


def test_same_validation_is_one_row(
    journal: Journal, plain: sqlite3.Connection
) -> None:
    """Saying again that a commit is validated adds nothing."""
    before = count(plain, "validation")
    journal.validate(A, "preprod")
    assert count(plain, "validation") == before


def test_failed_fact_leaves_no_notice(
    journal: Journal, plain: sqlite3.Connection
) -> None:
    """A fact and its notice are written together or not at all."""
    notices, deployments = count(plain, "notice"), count(plain, "deployment")
    broken = an_order(subject=None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="writing the journal"):
        journal.start(broken, None, Notice("never"))
    nobody = replace(journal.start(an_order(), None), id=999)
    with pytest.raises(ConfigurationError):
        journal.end(nobody, Outcome.FAILED, "why", Notice("never"))
    found = (count(plain, "notice"), count(plain, "deployment"))
    assert found == (notices, deployments + 1)


def test_facts_outlive_the_process(journal_file: Path, clock: FakeClock) -> None:
    """What was recorded is there when the journal is opened again."""
    with closing(open_database(journal_file)) as database:
        made = Journal(database, clock).start(an_order(), None)
    with closing(open_database(journal_file)) as database:
        assert Journal(database, clock).deployments.newest("preprod") == made


def test_older_journal_is_migrated(journal_file: Path) -> None:
    """A journal of the first version keeps its facts and becomes like a new one."""
    with closing(sqlite3.connect(journal_file)) as database:
        database.executescript(FIRST)
        database.execute("PRAGMA user_version = 1")
        values = ("preprod", "a" * 40, "deploy", None, "ada", "text", "", None, 1.0)
        places = ", ".join("?" * len(values))
        database.execute(f"INSERT INTO deployment VALUES (7, {places})", values)
        database.commit()
    with pytest.raises(ConfigurationError, match="version 1"):
        open_database(journal_file)
    migrate_database(journal_file)
    shapes = []
    for file in (journal_file, journal_file.with_name("new.db")):
        with closing(open_database(file)) as database:
            query = "SELECT name, sql FROM sqlite_master ORDER BY name"
            shapes.append([tuple(row) for row in database.execute(query)])
    with closing(open_database(journal_file)) as database:
        row = database.execute("SELECT subject, reason FROM deployment").fetchone()
    assert tuple(row) == ("text", "")
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("version", [VERSION + 1, 99])
def test_newer_journal_is_refused(journal_file: Path, version: int) -> None:
    """A journal of a newer pipeline is left to that pipeline."""
    with closing(open_database(journal_file)) as database:
        database.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(ConfigurationError, match=f"version {version}"):
        open_database(journal_file)


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database " * 100)


def _folder(path: Path) -> None:
    path.mkdir()


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE step (somebody TEXT)")


def _without_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


def content(path: Path) -> bytes:
    """Return what a file holds after the header, where SQLite notes its mode."""
    return path.read_bytes()[100:] if path.is_file() else b""


@pytest.mark.parametrize("spoil", [_garbage, _folder, _foreign, _without_folder])
def test_what_is_no_journal_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """Garbage, a folder or somebody else's database is named and left alone."""
    path = tmp_path / "state" / "journal.db"
    path.parent.mkdir()
    spoil(path)
    before = content(path)
    with pytest.raises(ConfigurationError, match="opening the journal"):
        open_database(path)
    assert content(path) == before


def test_locked_journal_is_refused(
    journal_file: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal that somebody else holds is waited for, not for ever."""
    with closing(sqlite3.connect(journal_file)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(gateway, "BUSY_TIMEOUT", 0.05)
        with (
            closing(open_database(journal_file)) as database,
            pytest.raises(ConfigurationError, match="writing the journal.*locked"),
            transaction(database),
        ):
            raise AssertionError("the transaction began")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_truncated_journal_is_refused(
    journal_file: Path, clock: FakeClock, kept: float
) -> None:
    """A journal that lost its end is refused with words, whatever is then asked."""
    with closing(open_database(journal_file)) as database:
        journal = Journal(database, clock)
        for _ in range(200):
            deployment = journal.start(an_order(), None)
            journal.end(deployment, Outcome.FAILED, "why")
    os.truncate(journal_file, int(journal_file.stat().st_size * kept))
    with pytest.raises(ConfigurationError):
        with closing(open_database(journal_file)) as database:
            journal = Journal(database, clock)
            for environment in ("preprod", "prod"):
                journal.deployments.newest(environment)
            journal.commits.verdict(A)
