r"""Which parts of a text are secrets by their form, whoever wrote them there.

GitHub's tokens are ``ghp_…``, ``ghs_…`` and the like, or ``github_pat_…``; those of
installations are about 520 characters since 2026, with dots.
"""

import re

HIDDEN = "***"
# What git and curl print of an address: a user, a password, or both before the host.
PASSWORD = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/:@]*:[^\s/]*@", re.IGNORECASE)
USER = re.compile(r"\b(https?://)[^\s/@]+@", re.IGNORECASE)
WEBHOOK = re.compile(r"(/webhooks/\d+/)[\w.%-]+", re.IGNORECASE)
# A notice shows each underscore with a backslash before it.
TOKEN = re.compile(r"\b(?:gh[a-z]|github\\?_pat)\\?_[\w.\\-]{10,}")
HEADER = re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{16,}", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return the text with everything hidden that looks like a secret."""
    text = PASSWORD.sub(rf"\1{HIDDEN}@", text)
    text = USER.sub(rf"\1{HIDDEN}@", text)
    text = WEBHOOK.sub(rf"\1{HIDDEN}", text)
    text = HEADER.sub(rf"\1{HIDDEN}", text)
    return TOKEN.sub(HIDDEN, text)
