"""Backups: whole or not there, true to what was, and nothing is ever destroyed."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pipeline.effects import files
from pipeline.effects.files import remove_tree
from pipeline.errors import ConfigurationError, PipelineError, Refused, RollbackFailed
from pipeline.adapters.backup import creation, restoration
from pipeline.adapters.backup.comparison import Differs
from pipeline.adapters.backup.restoration import restore
from pipeline.operations.backups import create_backup, restore_backup

from tests.mounting import Mounts
from tests.unit.adapters.backup.conftest import Prod, state
from tests.unit.specimens import A, B, C, D

IS_ROOT = os.geteuid() == 0


def without(whole: dict[str, tuple[object, ...]], *names: str) -> object:
    """Return a state without the things that are not kept."""
    return {name: value for name, value in whole.items() if name not in names}


def test_backup_holds_everything(prod: Prod) -> None:
    """Data, compose file, image, SHA: each is there, private, named by time and SHA."""
    backup = prod.back_up()
    assert backup.name == f"20231114T221420Z-{A.short}"
    manifest = prod.store.verified(backup.name).manifest
    assert (manifest.sha, manifest.image) == (A, "sha256:abc")
    assert manifest.absent == ("later",)
    assert (
        backup.folder / "kept/docker-compose-prod.yml"
    ).read_text() == "name: prod\n"
    assert (backup.folder / "data/1").read_text() == "one file"
    assert (backup.folder / "data/0/app.db").stat().st_size == 3_000_000
    plain = [
        path
        for path in backup.folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    ]
    assert {path.stat().st_mode & 0o77 for path in plain} == {0}
    assert b"s3cret" not in b"".join(path.read_bytes() for path in plain)
    assert [path.name for path in prod.store.folder.iterdir()] == [backup.name]


def test_restore_brings_everything_back(prod: Prod) -> None:
    """After a disaster all is as it was; what the disaster left is kept aside."""
    before = state(prod.data)
    backup = prod.back_up()
    remove_tree(prod.data / "deep")
    (prod.data / "app.db").write_text("garbage")
    (prod.data / "new").write_text("written since")
    disaster = state(prod.data)
    asides = restore_backup(prod.store, backup.name, prod.contents.data)
    assert state(prod.data) == without(before, "pipe", "secrets.env")
    assert state(asides[0]) == disaster
    assert (prod.root / "single.txt").read_text() == "one file"
    assert len(asides) == 2 and not (prod.root / "later").exists()
    # It is a backup as before, and can be restored once more.
    restore_backup(prod.store, backup.name, prod.contents.data)
    assert state(asides[0]) == disaster
    names = os.listdir(prod.store.folder)
    assert [name for name in names if name.startswith(".")] == []


def test_restore_where_nothing_is_left(prod: Prod) -> None:
    """A lost disk: the folder above is made again too."""
    before = state(prod.data)
    backup = prod.back_up()
    remove_tree(prod.data.parent)
    assert len(restore_backup(prod.store, backup.name, prod.contents.data)) == 1
    assert state(prod.data) == without(before, "pipe", "secrets.env")


def another_owner() -> tuple[int, int]:
    """Return an owner and a group that this user may give files to."""
    if IS_ROOT:
        return 65534, 65533
    others = set(os.getgroups()) - {os.getegid()}
    if not others:
        pytest.skip("this user has no second group to give files to")
    return -1, max(others)


def test_owners_come_back(prod: Prod) -> None:
    """What a container's user wrote belongs to that user again."""
    owner, group = another_owner()
    for path in (prod.data, prod.data / "app.db", prod.data / "inner"):
        os.chown(path, owner, group, follow_symlinks=False)
    before = state(prod.data)
    backup = prod.back_up()
    remove_tree(prod.data)
    restore_backup(prod.store, backup.name, prod.contents.data)
    assert state(prod.data) == without(before, "pipe", "secrets.env")


def test_unreadable_file_is_named(prod: Prod, tmp_path: Path) -> None:
    """Data that the pipeline's user cannot read: refused, named, nothing half made."""
    open_place = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        source = open_place / "data"
        source.mkdir(mode=0o755)
        (source / "private").write_text("x")
        (source / "private").chmod(0o600 if IS_ROOT else 0)
        prod.contents = creation.Contents("prod", A, "", {"data": source}, {})
        prod.store = type(prod.store)(open_place / "backups")
        open_place.chmod(0o777)
        os.seteuid(65534 if IS_ROOT else os.geteuid())
        try:
            with pytest.raises(Refused, match="Permission denied.*private") as caught:
                prod.back_up()
        finally:
            os.seteuid(os.getuid())
        assert "let the user" in caught.value.todo
        assert list((open_place / "backups").iterdir()) == []
    finally:
        shutil.rmtree(open_place)


@pytest.fixture
def small_disk(prod: Prod, mounts: Mounts) -> Iterator[Path]:
    """Put the backups on a real file system that is nearly full."""
    prod.store.folder.mkdir(parents=True)
    with mounts.small(prod.store.folder, "4m") as disk:
        yield disk


def test_full_disk_is_refused(prod: Prod, small_disk: Path) -> None:
    """Room for the copy but not for its trial: refused, and nothing is left over."""
    before = state(prod.data)
    with pytest.raises(Refused, match="No space left") as caught:
        prod.back_up()
    assert "make room" in caught.value.todo
    assert list(small_disk.iterdir()) == []
    assert state(prod.data) == before
    (prod.data / "app.db").write_text("small")
    first = prod.back_up()
    (prod.data / "app.db").write_bytes(os.urandom(5_000_000))
    with pytest.raises(Refused):
        prod.back_up()
    assert prod.store.names() == [first.name]
    prod.store.verified(first.name)


def test_restore_onto_a_full_disk_changes_nothing(
    prod: Prod, tmp_path: Path, mounts: Mounts
) -> None:
    """What cannot be put back whole is not put back at all."""
    backup = prod.back_up()
    there = tmp_path / "small/data"
    there.parent.mkdir()
    with mounts.small(there.parent, "2m"):
        there.mkdir()
        (there / "precious").write_text("x")
        places = {**prod.contents.data, "20_prod/data": there}
        with pytest.raises(Refused, match="No space left"):
            restore_backup(prod.store, backup.name, places)
        assert os.listdir(there) == ["precious"]
        assert os.listdir(there.parent) == ["data"]
        # With room, another file system is no obstacle.
        mounts.remount(there.parent, "size=20m")
        aside, _ = restore_backup(prod.store, backup.name, places)
        assert os.listdir(aside) == ["precious"]
        assert (there / "app.db").stat().st_size == 3_000_000


def test_file_that_changes_once_is_copied_again(
    prod: Prod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write during the copy makes it be taken anew: the backup has one state."""
    writes = iter([b"second" * 300_000])
    _write_during_copies(monkeypatch, prod.data / "app.db", writes)
    backup = prod.back_up()
    assert (backup.folder / "data/0/app.db").read_bytes() == b"second" * 300_000


def test_file_that_keeps_changing_is_refused(
    prod: Prod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is written to during every copy cannot be backed up, and is named."""
    writes = (os.urandom(10) for _ in range(99))
    _write_during_copies(monkeypatch, prod.data / "app.db", writes)
    with pytest.raises(Refused, match="written to all the time.*app.db"):
        prod.back_up()
    assert prod.store.names() == [] and os.listdir(prod.store.folder) == []


def _write_during_copies(
    monkeypatch: pytest.MonkeyPatch, victim: Path, writes: Iterator[bytes]
) -> None:
    true = files._pour

    def pour(reading: object, writing: object) -> str:
        digest: str = true(reading, writing)  # type: ignore[arg-type]
        if str(getattr(writing, "name", "")).endswith("/data/0/app.db"):
            if (content := next(writes, None)) is not None:
                victim.write_bytes(content)
        return digest

    monkeypatch.setattr(files, "_pour", pour)


def test_data_that_vanished_is_refused(prod: Prod) -> None:
    """A path that the last backup had must be there; one that never was need not."""
    prod.back_up()
    prod.data.rename(prod.data.with_name("moved"))
    with pytest.raises(Refused, match="is gone; it was there at") as caught:
        prod.back_up()
    assert "backup.paths" in caught.value.todo
    assert len(prod.store.names()) == 1


def test_backups_are_not_backed_up(prod: Prod) -> None:
    """A declared path that contains the backups is a configuration error."""
    prod.contents = creation.Contents("prod", A, "", {".": prod.root}, {})
    with pytest.raises(ConfigurationError, match="the backups themselves"):
        prod.back_up()


@pytest.mark.parametrize("sign", ["copy", "trial"])
def test_what_reads_back_wrong_is_no_backup(
    prod: Prod, monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    """A disk that lies, at the copy or at its trial, is found out before it counts."""
    name = "_write" if sign == "copy" else "make_tree"
    true = getattr(creation, name)

    def lie(*arguments: object, **options: object) -> object:
        made = true(*arguments, **options)
        folder = arguments[0] / "data/0" if sign == "copy" else arguments[2]
        if (folder / "app.db").exists():  # type: ignore[operator]
            with open(folder / "app.db", "r+b") as file:  # type: ignore[operator]
                file.seek(1_000_000)
                file.write(b"flipped")
        return made

    monkeypatch.setattr(creation, name, lie)
    with pytest.raises(Refused, match="reads back wrong.*app.db has other content"):
        prod.back_up()
    assert os.listdir(prod.store.folder) == []


def test_killed_makers_leave_nothing_behind(prod: Prod) -> None:
    """What was half made when its maker was killed is no backup, and is swept up."""
    prod.store.folder.mkdir(parents=True)
    for name in (".new", ".try-x", ".old-20231114T221420Z-aaaaaaa", ".restoring-x"):
        (prod.store.folder / name / "data").mkdir(parents=True)
    assert prod.store.names() == []
    backup = prod.back_up()
    assert os.listdir(prod.store.folder) == [backup.name]


def test_the_newest_are_kept(prod: Prod) -> None:
    """The newest N stay, and of each protected SHA its newest, whatever its age."""
    made = [prod.back_up(sha) for sha in (A, A, B, C, D)]
    contents = prod.contents
    newest = create_backup(
        prod.store, contents, prod.now + 60, keep=2, protected=frozenset({A, B})
    )
    staying = [made[2], made[4], newest]
    assert prod.store.names() == [backup.name for backup in staying]
    create_backup(
        prod.store, contents, prod.now + 120, keep=2, protected=frozenset({B})
    )
    assert made[2].name in prod.store.names() and len(prod.store.names()) == 3


def test_the_same_second_is_no_obstacle(prod: Prod) -> None:
    """Two backups of one second are two, in order."""
    made = [creation.create(prod.store, prod.contents, prod.now) for _ in range(3)]
    assert prod.store.names() == [backup.name for backup in made]


def test_the_order_is_that_of_their_making(prod: Prod) -> None:
    """The later one of two backups is the newer, whatever the clock says."""
    first = prod.back_up(None)
    prod.now += 0.5 - 3600
    second = prod.back_up(A)
    assert first.name < second.name
    assert [backup.name for backup in prod.store.all()] == [first.name, second.name]


def test_without_a_version(prod: Prod) -> None:
    """Before the first deployment there is data but no SHA."""
    backup = prod.back_up(None)
    assert backup.name.endswith("-nothing")
    assert prod.store.verified(backup.name).manifest.sha is None


def _flip(folder: Path) -> None:
    file = folder / "data/0/app.db"
    with open(file, "r+b") as opened:
        opened.seek(9)
        opened.write(b"\0flipped")


def _link_out(folder: Path) -> None:
    shutil.rmtree(folder / "data/0/deep")
    (folder / "data/0/deep").symlink_to("/etc")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped byte": _flip,
    "a lost file": lambda folder: (folder / "data/0/deep/er/nothing").unlink(),
    "a file too many": lambda folder: (folder / "data/0/planted").touch(),
    "a tree too many": lambda folder: (folder / "data/7").mkdir(),
    "a stranger": lambda folder: (folder / "stranger").touch(),
    "a link for a folder": _link_out,
    "a link elsewhere": lambda folder: (
        (folder / "data/0/inner").unlink(),
        (folder / "data/0/inner").symlink_to("/etc/passwd"),
    ),
    "an altered mode": lambda folder: (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"mode": 489', '"mode": 511')
    ),
    "half a manifest": lambda folder: os.truncate(folder / "manifest.json", 500),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "another compose file": lambda folder: (
        folder / "kept/docker-compose-prod.yml"
    ).write_text("name: evil\n"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_backup_is_refused(
    prod: Prod, damage: Callable[[Path], object]
) -> None:
    """Whatever happened to a backup, it is refused and the data stays as it is."""
    backup = prod.back_up()
    before = state(prod.data)
    damage(backup.folder)
    with pytest.raises(Refused, match="damaged"):
        restore_backup(prod.store, backup.name, prod.contents.data)
    assert state(prod.data) == before


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../prod", "/etc", "20231114T221420Z-aaaaaaa/../x", ".new", "x\0"],
)
def test_a_name_leads_nowhere_else(prod: Prod, name: str) -> None:
    """Only the name of a backup that is there is taken."""
    prod.back_up()
    with pytest.raises(ConfigurationError, match="backup list"):
        prod.store.verified(name)


def test_where_to_restore_is_declared_not_recorded(prod: Prod) -> None:
    """A backup's own words never decide what is overwritten."""
    backup = prod.back_up()
    before = state(prod.data)
    places = {"single.txt": prod.contents.data["single.txt"]}
    with pytest.raises(Refused, match="'20_prod/data' is not declared"):
        restore_backup(prod.store, backup.name, places)
    assert state(prod.data) == before


def test_restore_that_stops_half_way_is_undone(
    prod: Prod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the second path cannot be moved, the first one is put back as it was."""
    backup = prod.back_up()
    (prod.data / "since").write_text("x")
    before, true = state(prod.root), os.rename

    def rename(place: Path, target: Path) -> None:
        if place == prod.root / "single.txt":
            raise OSError(16, "Device or resource busy", str(place))
        true(place, target)

    monkeypatch.setattr(restoration.os, "rename", rename)
    with pytest.raises(Refused, match="busy.*\n.*nothing was changed"):
        restore_backup(prod.store, backup.name, prod.contents.data)
    after = state(prod.root)
    ignored = {"backups/prod", "20_prod"}  # Their times changed, nothing else did.
    assert without(after, *ignored) == without(before, *ignored)


def test_barred_way_back_pages_a_human(
    prod: Prod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When even the way back is barred, the error says what is where."""
    backup = prod.back_up()
    true, moves = os.rename, iter([True, True])

    def rename(place: Path, target: Path) -> None:
        if not next(moves, False):
            raise OSError(5, "Input/output error", str(place))
        true(place, target)

    monkeypatch.setattr(restoration.os, "rename", rename)
    with pytest.raises(RollbackFailed, match="move it by hand"):
        restore(prod.store.verified(backup.name), prod.contents.data)
    asides = list(prod.store.folder.glob("before-restore-of-*/data"))
    assert len(asides) == 1 and (asides[0] / "app.db").exists()


def test_manifest_is_readable_by_people(prod: Prod) -> None:
    """Sums, sizes and modes stand in plain JSON."""
    backup = prod.back_up()
    document = json.loads((backup.folder / "manifest.json").read_text())
    entries = {e["path"]: e for e in document["content"]["data"][0]["entries"]}
    assert entries["app.db"]["size"] == 3_000_000
    assert len(entries["app.db"]["sha256"]) == 64
    assert entries["deep/run.sh"]["mode"] == 0o751
    assert issubclass(Refused, PipelineError) and not issubclass(Differs, PipelineError)
