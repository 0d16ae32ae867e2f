"""The fault table is whole: each row has its test, and the page lists the same rows."""

import subprocess
import sys

from tests.faults.rows import ROWS, every_row
from tests.faults.table import NOT_TRIED, cell, published
from tests.sandbox.vm import REPOSITORY

COLLECT = (
    *(sys.executable, "-m", "pytest", "-p", "tests.faults.table", "-m", "fault"),
    *("--collect-only", "-qq", "tests/docker/test_rollback.py", "tests/faults"),
)


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    """A case that is listed and not tried, or tried and not listed, is an error."""
    done = subprocess.run(COLLECT, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_lists_the_same_rows() -> None:
    """What is published are the rows that are tried, in their order."""
    rows = [(kind, cell(case)) for kind, case in every_row()]
    assert list(published()) == rows
    assert set(published().values()) - {NOT_TRIED}, "nothing was ever tried"


def test_no_row_is_listed_twice() -> None:
    """Every class has its rows, each of them once."""
    assert len(set(every_row())) == len(every_row()) == sum(map(len, ROWS.values()))


def test_a_class_that_does_not_exist_is_a_usage_error() -> None:
    """Whoever mistypes a class is told which there are, and nothing is run."""
    command = (sys.executable, REPOSITORY / "70_scripts/faults.py", "--class", "nosuch")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "nosuch" in done.stderr and "GitHub trouble" in done.stderr
