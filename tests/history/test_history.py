"""Whatever happens, in whatever order, and whoever dies: every promise holds.

A few hundred histories in every run; a night's worth:

    HISTORIES=10000 .venv/bin/python -m pytest tests/history/test_history.py -n 2

The seeds stand in the names of the tests; ``HISTORY_SEED`` sets the first one.
"""

import os

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.history.generation import histories
from tests.history.judging import complaints, report
from tests.history.play import History

COUNT = int(os.environ.get("HISTORIES", "240"))
FIRST_SEED = int(os.environ.get("HISTORY_SEED", "1"))
SHARD = 60 if COUNT <= 1000 else 250
SEEDS = range(FIRST_SEED, FIRST_SEED + max(COUNT // SHARD, 1))

UNHURRIED = settings(
    max_examples=min(SHARD, COUNT),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", SEEDS, ids=lambda first: f"seed {first}")
def test_every_promise_holds(first: int) -> None:
    """No promise is broken; with deaths a history ends as it does without them."""

    @seed(first)
    @UNHURRIED
    @given(histories())
    def play(history: History) -> None:
        seen = complaints(history)
        assert not seen, report(history, seen)

    play()
