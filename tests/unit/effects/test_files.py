"""Files: whole or absent; logs that follow nothing that somebody planted."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline.effects.files import (
    open_private_log,
    point_link,
    write_atomically,
)


def listing(folder: Path) -> list[str]:
    """Return the names in a folder, without the test's home."""
    return sorted(path.name for path in folder.iterdir() if path.name != "home")


def test_written_file_is_whole(tmp_path: Path) -> None:
    """The new text stands there, in the asked mode, and nothing beside it."""
    path = tmp_path / "file"
    write_atomically(path, "old")
    write_atomically(path, "été\n", mode=0o600)
    assert path.read_text("utf-8") == "été\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert listing(tmp_path) == ["file"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_failed_write_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A full disk leaves the old file, and no half of the new one."""
    path = tmp_path / "file"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "new")
    assert (path.read_text(), listing(tmp_path)) == ("old", ["file"])


def test_readers_keep_what_they_opened(tmp_path: Path) -> None:
    """Whoever reads while the file is replaced reads the old one to its end."""
    path = tmp_path / "file"
    path.write_text("old")
    with path.open() as reader:
        write_atomically(path, "new")
        assert reader.read() == "old"


def _plant_link(place: Path, victim: Path) -> None:
    place.symlink_to(victim)


def _plant_dangling_link(place: Path, victim: Path) -> None:
    place.symlink_to(victim.with_name("created"))


def _plant_hard_link(place: Path, victim: Path) -> None:
    os.link(victim, place)


def _plant_fifo(place: Path, victim: Path) -> None:
    os.mkfifo(place)


PLANTED = (_plant_link, _plant_dangling_link, _plant_hard_link, _plant_fifo)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__[1:])
def test_planted_log_is_replaced(
    tmp_path: Path, plant: Callable[[Path, Path], None]
) -> None:
    """A link or a pipe in the log's place is neither followed nor waited on."""
    place, victim = tmp_path / "log", tmp_path / "victim"
    victim.write_text("precious")
    plant(place, victim)
    descriptor = open_private_log(place)
    os.write(descriptor, b"said")
    os.close(descriptor)
    assert (place.read_text(), victim.read_text()) == ("said", "precious")
    assert place.is_file() and not place.is_symlink()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert listing(tmp_path) == ["log", "victim"]


def test_fifo_with_a_reader_is_replaced(tmp_path: Path) -> None:
    """A planted pipe whose other end is open gets none of the log's words."""
    place = tmp_path / "log"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    descriptor = open_private_log(place)
    os.write(descriptor, b"said")
    assert (os.read(reader, 10), place.read_text()) == (b"", "said")
    os.close(reader)
    os.close(descriptor)


def test_foreign_file_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of somebody else, who could read along, is not written to."""
    place = tmp_path / "log"
    place.write_text("theirs")
    before = place.stat().st_ino
    with place.open() as theirs:
        monkeypatch.setattr(os, "geteuid", lambda: place.stat().st_uid + 1)
        os.close(open_private_log(place))
        assert (theirs.read(), place.stat().st_ino == before) == ("theirs", False)


def test_folder_in_the_logs_place_is_an_error(tmp_path: Path) -> None:
    """What cannot be replaced is left alone and told."""
    (tmp_path / "log").mkdir()
    with pytest.raises(OSError):
        open_private_log(tmp_path / "log")
    assert (tmp_path / "log").is_dir()


def test_own_log_is_continued(tmp_path: Path) -> None:
    """A second watcher of the same commit appends, and takes away others' rights."""
    place = tmp_path / "log"
    place.write_text("first ")
    place.chmod(0o644)
    descriptor = open_private_log(place)
    os.write(descriptor, b"second")
    os.close(descriptor)
    assert place.read_text() == "first second"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_link_is_moved_in_one_step(tmp_path: Path) -> None:
    """The link names the newest target; what it named before is untouched."""
    link, old, new = tmp_path / "link", tmp_path / "old", tmp_path / "new"
    old.write_text("old")
    point_link(link, old)
    point_link(link, new)
    assert (os.readlink(link), old.read_text()) == (str(new), "old")
    assert listing(tmp_path) == ["link", "old"]
