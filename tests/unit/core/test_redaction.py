"""What looks like a secret is hidden, whoever wrote it where."""

import pytest
from pipeline.core.redaction import without_secrets

NEW = "ghs_" + "aB3.x-Y_9" * 57


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (
            "to https://ada:s3cret@github.com/o/r.git",
            "to https://***@github.com/o/r.git",
        ),
        ("https://x-access-token:ghs_abcdefghij@h/x", "https://***@h/x"),
        ("'https://s3crets3crets3cret@h/x'", "'https://***@h/x'"),
        ("https://ada:p@ss:word@h/x", "https://***@h/x"),
        ("ssh://ada:s3cret@h:22/x", "ssh://***@h:22/x"),
        ("POST https://d.com/api/webhooks/12/s3cret-_x?wait=true", None),
        ("POST https://d.com/api/v10/webhooks/12/s3cret/messages/3", None),
        ("ghp_s3cret0123456789 and gho_s3cret0123456789.", None),
        ("github_pat_s3cret_0123456789", None),
        (f"token {NEW}", "token ***"),
        ("ghp\\_s3cret\\_0123456789", "***"),
        ("Authorization: Bearer s3cret0123456789abc", None),
        ("authorization: basic czNjcmV0OnMzY3JldDpz", "authorization: basic ***"),
    ],
)
def test_secret_is_hidden(text: str, hidden: str | None) -> None:
    """By its form alone, in git's, curl's and people's words."""
    seen = without_secrets(text)
    assert "s3cret" not in seen and "***" in seen
    assert hidden is None or seen == hidden


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r.git",
        "https://mangetamain.lafrance.io:8500/?mail=a@b.c",
        "the token is refused; a bearer of news; basic tests",
        "ghost_writer, ghp_, github_pat_",
        "feat: webhooks/12 are counted",
        "10_preprod/tests/unit/test_x.py::test_y",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Words, paths and addresses without a password are no secrets."""
    assert without_secrets(text) == text
