"""Secrets: private or refused, never shown."""

from pathlib import Path

import pytest
from pipeline.errors import ConfigurationError
from pipeline.adapters.secrets import Secrets, load_secrets

HOOK = "https://example.invalid/api/webhooks/1/s3cret"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a private file with both secrets."""
    file = tmp_path / "secrets.env"
    file.touch(0o600)
    file.write_text(
        f"# the team's\n\nDISCORD_WEBHOOK_URL = '{HOOK}'\nPIPELINE_GITHUB_TOKEN=a=b\n"
    )
    return file


def test_file_is_read(path: Path) -> None:
    """Comments, blanks and quotes are no part of a value; an equals sign is."""
    assert load_secrets(path) == Secrets(HOOK, "a=b")


def test_missing_file_means_no_secrets(tmp_path: Path) -> None:
    """A team without Discord and with a public repository needs no file."""
    assert load_secrets(tmp_path / "none") == Secrets("", "")


def test_environment_takes_precedence(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the job gives wins over the file, for that secret alone."""
    monkeypatch.setenv("DISCORD_WEBHOOK_URL", "https://other.invalid/\n")
    assert load_secrets(path) == Secrets("https://other.invalid/", "a=b")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610, 0o666])
def test_readable_by_others_is_refused(path: Path, mode: int) -> None:
    """A file that others can read is refused before it is used, with the cure."""
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"mode {mode:o}.*\n.*chmod 600"):
        load_secrets(path)


def test_damaged_file_is_refused_without_its_text(path: Path) -> None:
    """An error about the file does not quote what stands in it."""
    path.write_bytes(b"DISCORD_WEBHOOK_URL=s3cret\xff\n")
    with pytest.raises(ConfigurationError) as caught:
        load_secrets(path)
    assert "s3cret" not in str(caught.value) and caught.value.__cause__ is None


def test_secrets_are_not_shown() -> None:
    """Printing the value, alone or in a list, shows nothing of it."""
    secrets = Secrets(HOOK, "t0ken")
    shown = f"{secrets!r} {secrets} {[secrets]}"
    assert "s3cret" not in shown and "t0ken" not in shown


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"POST {HOOK} failed, t0ken, {HOOK}/x", "POST *** failed, ***, ***/x"),
        ("nothing to hide", "nothing to hide"),
        ("", ""),
    ],
)
def test_redact_takes_them_out(text: str, redacted: str) -> None:
    """Whatever is about to be printed loses every secret in it."""
    assert Secrets(HOOK, "t0ken").redact(text) == redacted


def test_no_secret_redacts_nothing() -> None:
    """An empty secret is no text to look for."""
    assert Secrets().redact("plain") == "plain"
