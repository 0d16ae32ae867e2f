"""`status` where the terminal is narrow."""

import pytest
from status import COLUMNS, _show

ROW = ("preprod", "drifted: serving 1234567, journal says 7654321", "-", "no")
ROWS = [(*ROW, "healthy", "1234567 (CI still running)")]


@pytest.mark.parametrize("width", [60, 100])
def test_status_is_readable(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a narrow one each fact has a line, and none is broken."""
    monkeypatch.setenv("COLUMNS", str(width))
    _show(ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    if width == 60:
        for name, cell in zip(COLUMNS[1:], ROWS[0][1:], strict=True):
            assert f" {name:11} {cell}" in lines
