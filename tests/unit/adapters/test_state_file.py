"""``last-validated-sha.txt``: a SHA or nothing, never a guess."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline.errors import ConfigurationError
from pipeline.adapters.state_file import StateFile

from tests.unit.specimens import A, B


@pytest.fixture
def state(tmp_path: Path) -> StateFile:
    """Return a file that is not there yet."""
    return StateFile(tmp_path / "state" / "last-validated-sha.txt")


def test_written_is_read(state: StateFile) -> None:
    """The newest SHA stands there alone, on one line, for simple tools."""
    state.path.parent.mkdir()
    state.write(A)
    state.write(B)
    assert (state.read(), state.path.read_text()) == (B, f"{B}\n")


def _garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xffgarbage")


def _other_encoding(path: Path) -> None:
    path.write_text(A, encoding="utf-16")


def _abbreviated(path: Path) -> None:
    path.write_text(A[:7])


def _two_lines(path: Path) -> None:
    path.write_text(f"{A}\n{B}\n")


def _truncated(path: Path) -> None:
    path.write_text(A[:39])


def _empty(path: Path) -> None:
    path.touch()


def _folder(path: Path) -> None:
    path.mkdir()


def _missing(path: Path) -> None:
    pass


SPOILED = (
    _garbage,
    _other_encoding,
    _abbreviated,
    _two_lines,
    _truncated,
    _empty,
    _folder,
    _missing,
)


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__[1:])
def test_garbage_is_no_sha(state: StateFile, spoil: Callable[[Path], None]) -> None:
    """A damaged file names no commit, least of all a validated one."""
    state.path.parent.mkdir()
    spoil(state.path)
    assert state.read() is None


@pytest.mark.parametrize("is_folder", [True, False])
def test_unwritable_place_is_named(state: StateFile, is_folder: bool) -> None:
    """Where it cannot be written, the error names the file and leaves no rest."""
    if is_folder:
        state.path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="last-validated-sha.txt"):
        state.write(A)
    found = list(state.path.parent.iterdir()) if is_folder else []
    assert found == ([state.path] if is_folder else [])


def test_full_disk_keeps_the_old_one(
    state: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk the file still names what it named before."""
    state.path.parent.mkdir()
    state.write(A)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ConfigurationError, match="No space left"):
        state.write(B)
    assert state.read() == A
