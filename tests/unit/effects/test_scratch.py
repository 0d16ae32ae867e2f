"""Scratch folders: where there is room, gone afterwards, never somebody's failure."""

import tempfile
from pathlib import Path

import pytest
from pipeline.effects import scratch as module
from pipeline.effects.scratch import scratch


def test_scratch_is_gone_afterwards(tmp_path: Path) -> None:
    """It is in the temporary folder, and nothing of it is left."""
    with scratch("test", tmp_path) as folder:
        (folder / "file").write_text("x")
        assert folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()


def test_scratch_moves_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary folder that is nearly full is not used."""
    monkeypatch.setattr(module, "ENOUGH_BYTES", 1 << 60)
    with scratch("test", tmp_path) as folder:
        assert folder.parent == tmp_path
    assert not folder.exists()
