"""Commands that a test needs: without them it skips, which in CI is a failure."""

import re
import shutil

import pytest

_MISSING = re.compile(r"(\S+): command not found")


def need(command: str) -> None:
    """Skip the test where a command is not installed."""
    if shutil.which(command) is None:
        pytest.skip(f"there is no {command} command")


def need_what_was_typed(stderr: str) -> None:
    """Skip the test where bash did not find a command."""
    if missing := _MISSING.search(stderr):
        pytest.skip(f"there is no {missing[1]} command")
