"""Webhook, token, heartbeat: read when needed, never passed on, never printed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError

FILE_NAME = "secrets.env"
WEBHOOK = "DISCORD_WEBHOOK_URL"
TOKEN = "PIPELINE_GITHUB_TOKEN"
HEARTBEAT = "HEARTBEAT_URL"


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
        return text


def load_secrets(path: Path) -> Secrets:
    """Read ``secrets.env`` (lines NAME=VALUE); the environment takes precedence.

    Raises:
        ConfigurationError: the file can be read by others, or cannot be read.
    """
    found = _read(path) if path.exists() else {}
    names = (WEBHOOK, TOKEN, HEARTBEAT)
    values = (os.environ.get(name) or found.get(name, "") for name in names)
    return Secrets(*(value.strip() for value in values))


def _read(path: Path) -> dict[str, str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigurationError(
            f"reading {path}",
            f"others can read it (mode {mode:o})",
            f"chmod 600 {path}",
        )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"reading {path}", type(error).__name__, "make it lines of NAME=VALUE"
        ) from None
    pairs = (line.partition("=") for line in lines if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
