"""Each guard, when it is taken out, is missed: the history tests can fail."""

import pytest

from tests.history.guards import GUARDS, MOST, Guard, caught_after
from tests.history.mutations import PAGE, named_in


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_missing_guard_is_caught(guard: Guard) -> None:
    """Without the guard its promise breaks within a bounded number of histories."""
    assert caught_after(guard) is not None, f"not caught by {MOST} histories"


def test_the_page_names_every_guard() -> None:
    """The published table has a row for each guard, and for nothing else."""
    assert named_in(PAGE.read_text(encoding="utf-8")) == [
        (guard.promise, guard.name) for guard in GUARDS
    ]
