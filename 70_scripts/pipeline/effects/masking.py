"""What this process must never say: the secrets that it read, and all that look so.

Everything that leaves the process passes here: what is printed, journaled or posted.
"""

from urllib.parse import quote

from pipeline.core.redaction import HIDDEN, without_secrets

# Shorter ones would hide half of every text.
SHORTEST = 6
_known: set[str] = set()


def mask(secret: str) -> None:
    """Remember a secret, also as an address or a notice would write it."""
    if len(secret) >= SHORTEST:
        _known.update((secret, quote(secret, safe=""), secret.replace("_", "\\_")))


def masked(text: str) -> str:
    """Return the text without secrets."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return without_secrets(text)
