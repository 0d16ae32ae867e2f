"""Histories that once broke a promise; each is played again in every run."""

import pytest

from tests.history.found import FOUND
from tests.history.judging import complaints, report
from tests.history.play import History


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_found(text: str) -> None:
    """A promise that was broken once holds."""
    history = History.read(text)
    seen = complaints(history)
    assert not seen, report(history, seen)
