"""What may be typed for a commit, and what never reaches git."""

import pytest
from pipeline.core.revision import Revision
from pipeline.core.sha import FULL, Sha

from tests.faults.rows import NO_NAMES
from tests.unit.specimens import HOSTILE, A

NAMES = {
    A: (A, ""),
    A[:7]: (A[:7], ""),
    "v1.2.3": ("v1.2.3", ""),
    "origin/main": ("origin/main", ""),
    "release/2026-11+rc1": ("release/2026-11+rc1", ""),
    "main~2": ("main", "~2"),
    "v1^": ("v1", "^"),
    "v1^2~3": ("v1", "^2~3"),
}


@pytest.mark.parametrize("text", NAMES)
def test_names_are_taken_apart(text: str) -> None:
    """A name, and how many parents to go back from it."""
    revision = Revision(text)
    assert (revision.base, revision.suffix) == NAMES[text]


@pytest.mark.parametrize("text", [*NO_NAMES.values(), *HOSTILE, "-v1", "a.lock", "a/"])
def test_hostile_texts_are_not_names(text: str) -> None:
    """An option, a range, a path, a control character: nothing for git to read."""
    with pytest.raises(ValueError, match="is not a commit"):
        Revision(text)


def test_a_full_sha_is_one() -> None:
    """What is a SHA for the pipeline is a name for people, and stays what it is."""
    assert FULL.match(Revision(A)) and Sha(Revision(A)) == A
