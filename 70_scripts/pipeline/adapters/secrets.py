"""Webhook, token, heartbeat: read when needed, never passed on, never printed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.core.settings_file import Setting, Unreadable, parse_settings
from pipeline.effects.files import opener
from pipeline.effects.masking import mask, masked
from pipeline.errors import ConfigurationError

FILE_NAME = "secrets.env"
WEBHOOK = "DISCORD_WEBHOOK_URL"
TOKEN = "PIPELINE_GITHUB_TOKEN"
HEARTBEAT = "HEARTBEAT_URL"
NAMES = (WEBHOOK, TOKEN, HEARTBEAT)
LARGEST = 100_000
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What only the pipeline may know; an empty text means that there is none."""

    webhook: str = ""
    token: str = ""
    heartbeat: str = ""

    def redact(self, text: str) -> str:
        """Return the text without any of the secrets."""
        for secret in filter(None, (self.webhook, self.token, self.heartbeat)):
            text = text.replace(secret, "***")
        return masked(text)


def load_secrets(path: Path) -> Secrets:
    """Read ``secrets.env`` (lines NAME=VALUE); the environment takes precedence.

    Raises:
        ConfigurationError: the file can be read by others, or cannot be read, or
            holds what cannot be a webhook or a token; no value is quoted.
    """
    written = _read(path)
    values = []
    for name in NAMES:
        value, place = os.environ.get(name, "").strip(), "the environment"
        if not value and name in written:
            setting = written[name]
            value, place = setting.value, f"{path}, line {setting.line}"
        mask(value)
        if fault := _fault(name, value):
            todo = f"write the whole value of {name}, and only that"
            raise ConfigurationError(f"reading {name} in {place}", fault, todo)
        values.append(value)
    return Secrets(*values)


def is_safe_address(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _fault(name: str, value: str) -> str:
    """Return what is wrong with a value, empty if nothing; it is not quoted."""
    odd = next((c for c in value if not "!" <= c <= "~"), "")
    if odd:
        return f"it has the character U+{ord(odd):04X}, which cannot be a part of it"
    if name == TOKEN or not value:
        return ""
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        parts.port  # Raises where it is no number.
    except ValueError:
        is_address = False
    if not is_address:
        return "it is no https:// address"
    if name == WEBHOOK and not is_safe_address(value):
        return (
            "it is an http:// address of another machine: anybody on the way reads it"
        )
    return ""


def _read(path: Path) -> dict[str, Setting]:
    if not path.exists() and not path.is_symlink():
        return {}
    todo = "make it a file of lines NAME=VALUE, of your own, with mode 600"
    try:
        return parse_settings(_private(path), strict=NAMES)
    except Unreadable as fault:
        seen = f"line {fault.line}: {fault}"
    except OSError as error:
        seen = error.strerror or type(error).__name__
    raise ConfigurationError(f"reading {path}", seen, todo) from None


def _private(path: Path) -> bytes:
    with open(path, "rb", opener=opener(follow=True)) as file:
        found = os.fstat(file.fileno())
        mode = stat.S_IMODE(found.st_mode)
        if found.st_uid != os.geteuid():
            raise ConfigurationError(
                f"reading {path}",
                f"it belongs to user {found.st_uid}, not to {os.geteuid()}",
                f"make it yours: chown {os.geteuid()} {path}",
            )
        if mode & 0o077:
            raise ConfigurationError(
                f"reading {path}",
                f"others can read it (mode {mode:o})",
                f"chmod 600 {path}",
            )
        return file.read(LARGEST)
