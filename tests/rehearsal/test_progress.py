"""What the rehearsal tells while it waits."""

import io

import pytest
from rehearsal.progress import PERIOD, progress
from rich.console import Console


@pytest.mark.parametrize("is_terminal", [True, False])
def test_seconds_and_jobs_are_told(is_terminal: bool) -> None:
    """One line is drawn over in a terminal; elsewhere lines come now and then."""
    out, jobs = io.StringIO(), ["Quality"]
    console = Console(file=out, force_terminal=is_terminal, width=80)
    with progress(console, "CI", lambda: jobs) as show:
        for second in range(int(PERIOD) * 2 + 1):
            if second > PERIOD:
                jobs[:] = ["Tests (a[b])"]
            show(float(second))
    told = out.getvalue()
    if is_terminal:
        assert "waiting" in told and "CI" in told and "\x1b[" in told
    else:
        assert told.splitlines() == [
            "   waiting  15 s: CI · Quality",
            "   waiting  30 s: CI · Tests (a[b])",
        ]


def test_a_short_wait_adds_no_line() -> None:
    """What is so at once needs no words."""
    out = io.StringIO()
    with progress(Console(file=out), "CI", list) as show:
        show(1.0)
    assert out.getvalue() == ""
