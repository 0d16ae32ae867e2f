"""Backups by the real script: with prod's data in them, and back again."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.sandbox.world import World


@pytest.fixture
def data(running: World) -> Path:
    """Give prod a version that serves, and data that its app wrote."""
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", running.good)
    folder = running.vm.root / "20_prod/data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/orders.csv").write_text("1;2;3\n")
    return folder


def backup(world: World, *arguments: str, code: int = 0) -> list[dict[str, object]]:
    """Run the script; return what it reports."""
    done = world.vm.script("backup", *arguments, "--json", code=code)
    found: list[dict[str, object]] = json.loads(done.stdout or "[]")
    return found


def test_data_is_kept_and_comes_back(running: World, data: Path) -> None:
    """Created, listed, verified, restored after a loss, left alone by deployments."""
    (made,) = backup(running, "create")
    assert made["sha"] == running.good and made["bytes"] == 6
    name = str(made["name"])
    assert name.endswith(f"-{running.good[:7]}")
    folder = running.vm.root / "backups/prod" / name
    assert (folder / "kept/pipeline.yml").read_text() == running.vm.config.read_text()
    needle = running.vm.webhook.rpartition("/")[2].encode()
    assert not any(needle in f.read_bytes() for f in folder.rglob("*") if f.is_file())
    for verb in (("list",), ("verify",), ("verify", name)):
        assert backup(running, *verb)[-1:] == [made]  # A promotion makes its own too.
    (data / "sub/orders.csv").write_text("lost")
    done = running.vm.script("backup", "restore", name)
    assert (data / "sub/orders.csv").read_text() == "1;2;3\n"
    aside = Path(done.stderr.partition("what stood there is now ")[2].splitlines()[0])
    assert (aside / "sub/orders.csv").read_text() == "lost"
    running.vm.script("backup", "restore", name)
    sha = running.push("Newer")
    running.settle(sha, "passed")
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", sha)
    assert (data / "sub/orders.csv").read_text() == "1;2;3\n"
    assert running.vm.serving(running.vm.prod_port) == sha


def test_damaged_backup_touches_nothing(running: World, data: Path) -> None:
    """A flipped byte is found by verify and by restore: exit 3, data as it was."""
    (made,) = backup(running, "create")
    name = str(made["name"])
    copy = running.vm.root / "backups/prod" / name / "data/0/sub/orders.csv"
    copy.write_text("1;2;4\n")
    (data / "since").touch()
    for verb in ("verify", "restore"):
        done = running.vm.script("backup", verb, name, code=3)
        assert "damaged" in done.stderr and "orders.csv" in done.stderr
    assert (data / "since").exists()


def test_data_that_vanished_stops_the_backup(running: World, data: Path) -> None:
    """Data that the last backup had and that is gone: exit 3, and nothing is pruned."""
    (made,) = backup(running, "create")
    shutil.rmtree(data)
    assert "is gone" in running.vm.script("backup", "create", code=3).stderr
    assert backup(running, "list")[-1:] == [made]
    running.vm.script("backup", "restore", str(made["name"]))
    assert (data / "sub/orders.csv").exists()


def test_usage(running: World) -> None:
    """A name that is none, or an environment that is none, is a usage error."""
    for arguments in (("restore",), ("restore", "../x"), ("verify", "nothing")):
        done = running.vm.script("backup", *arguments, code=2)
        assert "backup list" in done.stderr
    running.vm.script("backup", "list", "--environment", "staging", code=2)
    (made,) = backup(running, "create")
    assert (made["sha"], made["absent"]) == (None, ["20_prod/data"])


TRANSFERS = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA wal_autocheckpoint = 50")
database.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, money INTEGER)")
database.executemany("INSERT INTO account VALUES (?, 100)", ((n,) for n in range(2000)))
database.execute("CREATE TABLE padding AS SELECT zeroblob(8000000) AS zeros")
print("open", flush=True)
step = 0
while True:
    step += 1
    database.execute("BEGIN IMMEDIATE")
    for account, change in ((step % 2000, -7), (step * 37 % 2000, 7)):
        values = (change, account)
        database.execute("UPDATE account SET money = money + ? WHERE id = ?", values)
    database.execute("COMMIT")
"""
PAIRS = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
(folder / "middle").write_bytes(bytes(20_000_000))
step = 0
while True:
    step += 1
    for name in ("first", "second"):
        (folder / name).write_text(f"{step}\\n" * 1000)
        (folder / f"temporary-{step}").touch()
        time.sleep(0.02)
        (folder / f"temporary-{step}").unlink()
    if step == 2:
        print("open", flush=True)
"""


@contextmanager
def writing(code: str, place: Path) -> Iterator[None]:
    """Let a program write to the data all the while."""
    with subprocess.Popen(
        (sys.executable, "-c", code, str(place)), stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout and writer.stdout.readline() == "open\n"
        try:
            yield
            assert writer.poll() is None
        finally:
            writer.kill()


def money(file: Path) -> tuple[int, str]:
    """Return the sum of all accounts, and what SQLite thinks of the file."""
    with closing(sqlite3.connect(file)) as database:
        total: int = database.execute("SELECT SUM(money) FROM account").fetchone()[0]
        return total, database.execute("PRAGMA integrity_check").fetchone()[0]


@pytest.mark.fault("backups", "a database is written to")
def test_database_that_is_written_to(running: World, data: Path) -> None:
    """Transfers go on meanwhile: restored, the sum is right, nothing is beside."""
    with writing(TRANSFERS, data / "app.db"):
        (made,) = backup(running, "create")
    running.vm.script("backup", "restore", str(made["name"]))
    assert money(data / "app.db") == (200_000, "ok")
    assert {path.name for path in data.iterdir()} == {"app.db", "sub"}


@pytest.mark.fault("backups", "a database that is declared by its file")
def test_database_declared_by_its_file(running: World, data: Path) -> None:
    """What was committed stands in the WAL beside it: it is in the backup.

    After a restore no WAL of before is read into it.
    """
    running.vm.configure(backup={"paths": ["20_prod/data/app.db"]})
    with closing(sqlite3.connect(data / "app.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE account (money INTEGER)")
        database.execute("INSERT INTO account VALUES (42)")
        (made,) = backup(running, "create")
        database.execute("UPDATE account SET money = 0")
        running.vm.script("backup", "restore", str(made["name"]))
        assert money(data / "app.db") == (42, "ok")


@pytest.mark.fault("backups", "files are written to and vanish")
def test_files_are_of_one_moment(running: World, data: Path) -> None:
    """Two files that an app writes in turn: the backup never has them out of step."""
    with writing(PAIRS, data):
        for _ in range(2):
            backup(running, "create")
    folders = sorted((running.vm.root / "backups/prod").iterdir())
    for folder in folders[-2:]:
        copies = [(folder / "data/0" / name) for name in ("first", "second")]
        first, second = (int(copy.read_text().split()[0]) for copy in copies)
        assert first - second in (0, 1)


@pytest.mark.fault("backups", "hooks, and one that fails")
def test_hooks(running: World, data: Path) -> None:
    """What the first begins the second ends, also where it fails: nothing is made."""
    note = running.vm.home / "hooks"
    script = 'echo "$PIPELINE_ENVIRONMENT $0" >> "$1"; test "$0" != bad'
    words = {
        name: ["sh", "-c", script, name, str(note)] for name in ("good", "bad", "end")
    }
    hooks = {"before_backup": words["good"], "after_backup": words["end"]}
    running.vm.configure(backup=hooks)
    backup(running, "create")
    assert note.read_text() == "prod good\nprod end\n"
    kept = backup(running, "list")
    running.vm.configure(backup={**hooks, "before_backup": words["bad"]})
    done = running.vm.script("backup", "create", code=3)
    assert "running before_backup of prod" in done.stderr
    assert note.read_text().endswith("prod bad\nprod end\n")
    running.vm.configure(backup={**hooks, "after_backup": words["bad"]})
    assert "after_backup" in running.vm.script("backup", "create", code=3).stderr
    running.vm.configure(backup={**hooks, "before_backup": ["/nowhere"]})
    sha = running.push("Newer")
    running.settle(sha, "passed")
    done = running.vm.script("promote", "--confirm", "DEPLOY", code=3)
    assert "before_backup" in done.stderr
    assert running.vm.serving(running.vm.prod_port) == running.good
    assert kept == [one for one in backup(running, "list") if one in kept]


@pytest.mark.fault("backups", "stray files among them")
def test_stray_files_block_nothing(running: World, data: Path) -> None:
    """Whatever lies in `backups/`: backups are made, listed and verified beside it."""
    folder = running.vm.root / "backups/prod"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".DS_Store").write_text("stray")
    (folder / ".new").write_text("stray")
    (folder / "20200101T000000Z-aaaaaaa").write_text("no folder")
    (folder / "20200101T000001Z-aaaaaaa").mkdir()
    os.mkfifo(folder / "20200101T000001Z-aaaaaaa/manifest.json")
    (folder / ".try-x/full").mkdir(parents=True)
    (folder / ".try-x/full/file").touch()
    (folder / ".try-x/full").chmod(0o555)
    (folder / "README").symlink_to("nowhere")
    os.mkfifo(folder / ".pipe")
    (made,) = backup(running, "create")
    assert backup(running, "list")[-1] == made
    assert backup(running, "verify", str(made["name"])) == [made]
    assert (folder / ".DS_Store").read_text() == "stray"


@pytest.mark.fault("backups", "not a byte of data")
def test_backup_without_data_says_so(running: World, data: Path) -> None:
    """Nobody takes a backup of nothing for one: it is said in words."""
    (data / "sub/orders.csv").write_text("")
    done = running.vm.script("backup", "create")
    assert "the backup holds 0 bytes of data" in done.stderr
