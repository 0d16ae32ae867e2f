"""The rule of commit messages."""

import pytest
from check_message import TYPES, fault_of, is_free_form


@pytest.mark.parametrize(
    "message",
    [
        *(f"{kind}: a change" for kind in TYPES),
        "fix: é ✓ `$(x)`\n\nwhy: any: text\n",
        "\n# git's own line\ndocs: below it",
        "Merge branch 'main' into feature",
        'Revert "feat: a change"\n\nThis reverts commit 0.',
        "fixup! feat: a change",
    ],
)
def test_good_message(message: str) -> None:
    """A type of ours and a description will do, and what git itself writes."""
    assert fault_of(message) == ""


@pytest.mark.parametrize(
    "message",
    [
        "Fix bug",
        "fix:bug",
        "fix: ",
        "fix:  two blanks",
        "Fix: bug",
        "feature: bug",
        "fix(app): bug",
        " fix: bug",
        "Reverted it",
        "why\n\nfix: in the body",
    ],
)
def test_bad_message(message: str) -> None:
    """Anything else is named as it stands."""
    assert fault_of(message).endswith("is not <type>: <description>")


@pytest.mark.parametrize("message", ["", "\n", "# only\n#fix: git's own words\n"])
def test_empty_message(message: str) -> None:
    """Git's own lines are no message."""
    assert fault_of(message) == "it is empty"


@pytest.mark.parametrize(
    ("message", "is_free"),
    [
        ("Add ratings page", True),
        ("Fix bug analysis\n\nwhy", True),
        ("Doc: the page", True),
        ("Addendum", False),
        ("wip", False),
        ("", False),
    ],
)
def test_free_forms_are_known(message: str, is_free: bool) -> None:
    """What the team wrote before there was a rule is told from what is no message."""
    assert is_free_form(message) is is_free
