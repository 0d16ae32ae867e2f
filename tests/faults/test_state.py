"""Records damaged, lost, locked, without room: refused or rebuilt, never adopted."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.interrupted import (
    Undisturbed,
    deploy,
    interrupt,
    judge,
    points,
)
from tests.faults.rows import DEPLOY_POINTS, FULL, RETURN_POINTS, SETTLE_POINTS
from tests.mounting import Mounts
from tests.sandbox.world import World

ROOM = "16m"


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("state", case)


def directory(file: Path) -> None:
    """Put a directory in the place of a file."""
    file.unlink()
    file.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "file missing": Path.unlink,
    "file empty": lambda file: file.write_bytes(b""),
    "file of garbage": lambda file: file.write_bytes(b"rm -rf / #"),
    "file in another encoding": lambda file: file.write_text("0" * 40, "utf-16"),
    "file with another SHA": lambda file: file.write_text("0" * 40),
}


@pytest.mark.parametrize(
    "damage", [pytest.param(DAMAGES[case], marks=fault(case)) for case in DAMAGES]
)
def test_a_damaged_file_is_rebuilt(
    patient: World, damage: Callable[[Path], object]
) -> None:
    """The file's word is not adopted where the journal knows better; it is mended."""
    sha = patient.push("Bad")
    damage(patient.vm.state / "last-validated-sha.txt")
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@fault("file a directory")
def test_a_directory_in_its_place_is_said(patient: World) -> None:
    """Where the file cannot be written that is said, and mended once it can."""
    sha = patient.push("Good")
    file = patient.vm.state / "last-validated-sha.txt"
    directory(file)
    refusal = patient.vm.script(
        "settle", "preprod", "--sha", sha, "--verdict", "passed", code=2
    ).stderr
    assert "last-validated-sha.txt" in refusal and "Traceback" not in refusal
    file.rmdir()
    patient.vm.script("resume")
    assert patient.vm.serving() == patient.vm.validated() == sha
    assert patient.end(sha) == "validated"


@pytest.fixture
def mounted(patient: World, mounts: Mounts) -> Iterator[World]:
    """Give a world whose state stands on a small file system of its own."""
    yield from on_small_disk(patient, mounts)


def on_small_disk(world: World, mounts: Mounts) -> Iterator[World]:
    """Move the state of a world onto a small file system of its own."""
    state = world.vm.state
    aside = state.with_name("state-aside")
    state.rename(aside)
    state.mkdir()
    with mounts.small(state, ROOM):
        shutil.copytree(aside, state, dirs_exist_ok=True)
        try:
            yield world
        finally:
            world.vm.stop()


@fault("read-only")
def test_a_read_only_state_is_refused(mounted: World, mounts: Mounts) -> None:
    """Where nothing can be written nothing is touched, and that is said."""
    sha = mounted.vm.push("Next")
    mounts.remount(mounted.vm.state, "ro")
    refusal = mounted.deploy(sha, code=2)
    assert "Traceback" not in refusal
    assert mounted.vm.serving() == mounted.vm.validated() == mounted.good
    mounts.remount(mounted.vm.state, "rw")
    mounted.deploy(sha)
    assert mounted.vm.serving() == sha


@pytest.fixture
def small(running: World, mounts: Mounts) -> Iterator[World]:
    """Give a world, one version validated, whose state stands on a small disk."""
    yield from on_small_disk(running, mounts)


@pytest.fixture
def small_awaiting(awaiting: World, mounts: Mounts) -> Iterator[World]:
    """Give a world, one version awaiting its verdict, its state on a small disk."""
    yield from on_small_disk(awaiting, mounts)


@pytest.mark.parametrize(
    "moment, point", points("state", "deploy", DEPLOY_POINTS, FULL)
)
def test_a_deployment_without_room_is_carried_on(
    small: World, undisturbed: Undisturbed, moment: str, point: str
) -> None:
    """Whichever fact finds no room, it is said; with room again the end is the same."""
    assert deploy(small, moment, point) == undisturbed["deploy"][0]


@pytest.mark.parametrize(
    "moment, point", points("state", "watch_ci", RETURN_POINTS, FULL)
)
def test_a_return_without_room_is_carried_on(
    small_awaiting: World, undisturbed: Undisturbed, moment: str, point: str
) -> None:
    """A rollback that finds no room is finished when there is some."""
    end = judge(small_awaiting, "watch_ci", "failure", moment, point)
    assert end == undisturbed["watch_ci"][0]


@pytest.mark.parametrize(
    "moment, point", points("state", "settle", SETTLE_POINTS, FULL)
)
def test_a_validation_without_room_is_made_up_for(
    small_awaiting: World, undisturbed: Undisturbed, moment: str, point: str
) -> None:
    """A success that finds no room is recorded when there is some."""
    end = judge(small_awaiting, "settle", "success", moment, point)
    assert end == undisturbed["settle"][0]


@fault("disk full from the start")
def test_no_room_at_all_touches_nothing(mounted: World) -> None:
    """A deployment that cannot even be journaled is not begun."""
    sha = mounted.vm.push("Next")
    interrupt(mounted, FULL, "start", "deploy", "preprod", "--sha", sha)
    assert mounted.vm.serving() == mounted.vm.validated() == mounted.good
    assert len(mounted.vm.ends()) == 1
    head = mounted.vm.git("rev-parse", "HEAD", at=mounted.vm.root / "10_preprod")
    assert head == mounted.good


def journals(world: World) -> list[Path]:
    """Return the files of the journal."""
    return list(world.vm.state.glob("journal.db*"))


@fault("journal truncated")
def test_a_truncated_journal_is_refused(patient: World) -> None:
    """A journal that lost its end is refused in words; nothing is touched."""
    sha = patient.vm.push("Next")
    checkpoint(patient)
    file = patient.vm.state / "journal.db"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 3])
    for verb in ("deploy", "settle"):
        done = patient.vm.script(verb, "preprod", "--sha", sha, code=2)
        assert "the journal" in done.stderr and "Traceback" not in done.stderr
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    file.write_bytes(whole)
    patient.deploy(sha)
    assert patient.vm.serving() == sha


@fault("journal of garbage")
def test_garbage_is_no_journal(patient: World) -> None:
    """A file that is no journal is refused, and left as it is."""
    sha = patient.vm.push("Next")
    checkpoint(patient)
    file = patient.vm.state / "journal.db"
    whole = file.read_bytes()
    file.write_bytes(b"garbage" * 1000)
    assert "the journal" in patient.deploy(sha, code=2)
    assert file.read_bytes() == b"garbage" * 1000
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    file.write_bytes(whole)


def checkpoint(world: World) -> None:
    """Bring all of the journal into its one file."""
    with closing(sqlite3.connect(world.vm.state / "journal.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@fault("journal from a newer version")
def test_a_newer_journal_is_refused(patient: World) -> None:
    """A journal that a newer pipeline wrote is not touched by this one."""
    sha = patient.vm.push("Next")
    with closing(sqlite3.connect(patient.vm.state / "journal.db")) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("PRAGMA user_version = 999")
        assert "it has version 999" in patient.deploy(sha, code=2)
        database.execute(f"PRAGMA user_version = {version}")
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert len(patient.vm.ends()) == 1


@fault("journal missing")
def test_a_missing_journal_is_begun_anew(patient: World) -> None:
    """Without a journal the file is believed for commits of main; what is bad goes."""
    for file in journals(patient):
        file.unlink()
    sha = patient.push("Bad")
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good


@fault("journal and file missing")
def test_without_any_record_nothing_is_validated(patient: World) -> None:
    """What happens to serve is not taken for validated where all records are gone."""
    for file in (*journals(patient), patient.vm.state / "last-validated-sha.txt"):
        file.unlink()
    sha = patient.push("Bad")
    patient.settle(sha, "failed", code=6)
    assert patient.vm.validated() == ""
    assert patient.vm.journal("SELECT count(*) FROM validation") == [(0,)]
    assert "A human is needed" in patient.told()


@pytest.mark.parametrize("written", ["f" * 40, "x"])
@fault("journal missing, file not to be believed")
def test_the_file_alone_is_believed_of_main_only(patient: World, written: str) -> None:
    """With the journal lost, a SHA that is no commit of main is not adopted."""
    for file in journals(patient):
        file.unlink()
    (patient.vm.state / "last-validated-sha.txt").write_text(written)
    patient.settle(patient.good, "pending")
    assert patient.vm.journal("SELECT count(*) FROM validation") == [(0,)]


@fault("journal locked")
def test_a_locked_journal_is_waited_for_then_refused(patient: World) -> None:
    """A journal that somebody keeps locked is given up in words; later all is well."""
    sha = patient.vm.push("Next")
    with closing(sqlite3.connect(patient.vm.state / "journal.db")) as database:
        database.execute("BEGIN EXCLUSIVE")
        refusal = patient.deploy(sha, code=2)
        assert "journal" in refusal and "Traceback" not in refusal
        assert patient.vm.serving() == patient.good
    patient.deploy(sha)
    assert patient.vm.serving() == sha
    assert patient.vm.validated() == patient.good
