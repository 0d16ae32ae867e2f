"""What people see of checks, in a terminal and in a job's log."""

import io
import re

import pytest
from checks.running import Ended
from checks.table import sum_up
from rich.console import Console

HOSTILE = "[bold]x[/bold]\n\nthe last \u202e ✓ ::error::y"


def an_end(code: int | None, output: str, group: str = "some") -> Ended:
    """Return how a check ended."""
    return Ended("tool", group, code, output, 1.25)


def shown(*every: Ended, is_ci: bool = False) -> str:
    """Return what a log file gets to see."""
    file = io.StringIO()
    sum_up(Console(file=file, width=80), every, 1.5, is_ci=is_ci)
    return file.getvalue()


def test_a_failure_is_a_red_row() -> None:
    """It has its code and its time, and leads to the log above."""
    screen = shown(an_end(3, HOSTILE))
    assert "│ ✗ │ tool" in screen and "failed (3), see above" in screen
    assert "1.2 s" in screen


def test_a_success_has_the_last_line_of_its_log_only() -> None:
    """Nothing in a tool's words is taken for markup."""
    screen = shown(an_end(0, "many\nwords\n== [bold]3 passed[/bold] =="))
    assert "│ ✓ │ tool" in screen and "[bold]3 passed" in screen
    assert "many" not in screen


def test_a_narrow_table_cuts_results_only() -> None:
    """In a log of 80 columns sign, name, group and time are whole."""
    screen = shown(Ended("prod-pydocstyle", "infrastructure", 0, "word " * 20, 1234.5))
    row = "│ ✓ │ prod-pydocstyle │ infrastructure │ 1234.5 s │ word "
    assert row in screen and max(map(len, screen.splitlines())) <= 80


def test_the_last_line_counts() -> None:
    """A plain line, for people and for programs: how many ended well, and how not."""
    ends = an_end(0, ""), an_end(0, ""), an_end(1, "x"), an_end(1, "", "advice")
    assert shown(*ends).splitlines()[-1] == "3 passed, 1 failed"
    bare = (*ends, an_end(None, "no engine"))
    assert shown(*bare).splitlines()[-1] == "3 passed, 1 failed, 1 skipped"
    assert shown(*bare, is_ci=True).splitlines()[-1] == "3 passed, 2 failed"


def test_what_did_not_run_says_why() -> None:
    """The reason stands where the result would."""
    screen = shown(an_end(None, "no engine"))
    assert "│ – │ tool" in screen and "not run: no engine" in screen


SKIPPING = """== short test summary info ==
SKIPPED [2] ../50_test/test_smoke.py:74: this network does not reach https://x.invalid/
SKIPPED [1] ../50_test/test_team_s3.py: the team's S3 is not configured here: set it
SKIPPED [4] tests/test_x.py:3: a colon: and a word
SKIPPED [1] tests/test_y.py:9: a colon: and a word
== 3 passed, 8 skipped in 1.2 s =="""


def test_what_was_skipped_stands_in_the_table() -> None:
    """Also of a green run, whole, with the number for each reason."""
    screen = shown(an_end(0, SKIPPING))
    assert "│ ✓ │ tool" in screen
    words = " ".join(re.findall(r"│ ([^│]*?) *│$", screen, re.MULTILINE))
    for told in ("2 skipped: this network", "5 skipped: a colon: and a word"):
        assert told in words
    assert "is not configured here: set it" in words


def test_in_ci_what_was_left_out_is_red() -> None:
    """A check that could not run, and one that skipped, are red there alone."""
    for ended in (an_end(None, "no engine"), an_end(0, SKIPPING)):
        assert "│ ✗ │ tool" not in shown(ended)
        assert "│ ✗ │ tool" in shown(ended, is_ci=True)
    assert "│ ✗ │ tool" not in shown(an_end(None, "", "advice"), is_ci=True)


def test_advice_is_shown_as_advice() -> None:
    """It has another sign than a failure's."""
    screen = shown(an_end(1, "note: x", "advice"))
    assert "│ ! │ tool" in screen and "failed (" not in screen


def test_a_jobs_log_takes_no_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tool says is never a command to the job around it."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error::y" not in shown(an_end(0, "::error::y"))
    assert "error::y" in shown(an_end(0, "::error::y"))
