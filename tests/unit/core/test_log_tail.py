"""The end of a log: the lines that say why, safe to be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.core import log_tail
from pipeline.core.log_tail import FENCE, LONGEST, MOST_LINES

STAMP = "2026-07-01T10:00:00.1234567Z "
JOB = (
    "##[group]Run pytest",
    *(f"line {number}" for number in range(30)),
    "\x1b[1m\x1b[31mE  assert 3 == 4\x1b[0m",
    "##[endgroup]",
    "##[error]Process completed with exit code 1.",
    "Post job cleanup.",
    "Cleaning up orphan processes",
)


def test_a_jobs_log_ends_where_it_failed() -> None:
    """What tidies up after the failure is left out, and so are times and marks."""
    lines = log_tail.of_job("\n".join(STAMP + line for line in JOB))
    assert len(lines) == MOST_LINES
    assert lines[-1] == "E assert 3 == 4" and lines[-2] == "line 29"


def test_a_jobs_last_error_is_its_end() -> None:
    """An annotation of a tool stays, as what it says."""
    log = "one\n##[error]flake8: E501\nPost job cleanup."
    assert log_tail.of_job(log) == ("one", "flake8: E501")
    assert log_tail.of_job("one\ntwo") == ("one", "two")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("warning: x\nfatal: no route\nhint: try again", "fatal: no route"),
        ("Traceback\n  File\nValueError: bad\ncleaning up", "ValueError: bad"),
        ("#1 building\n#2 ERROR: failed to solve\n", "#2 ERROR: failed to solve"),
        ("one\ntwo\n\n", "two"),
        ("", ""),
    ],
)
def test_the_cause_is_the_tools_own_word(text: str, cause: str) -> None:
    """The line that names the trouble, else the last one."""
    assert log_tail.cause_in(text) == cause


@given(some.text())
def test_no_text_breaks_out_of_its_block(text: str) -> None:
    """Whatever was logged: bounded, in lines, and without an end of the block."""
    lines = log_tail.of_text(text)
    assert len(lines) <= MOST_LINES
    assert sum(map(len, lines)) <= LONGEST
    assert not any("`" in line or "\n" in line for line in lines)
    shown = log_tail.block(lines)
    assert shown.count(FENCE) == (2 if lines else 0)
    assert log_tail.split(("Reason: x", *shown)) == (("Reason: x",), shown)
