"""User and password of origin's address, kept where only their owner can read them.

In an address they would stand in the repository's configuration, in the arguments of
git's own helpers, and in its errors. git asks a helper of ours instead, and only for
the host that they are for: https://git-scm.com/docs/gitcredentials
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.core.redaction import without_secrets
from pipeline.effects.files import write_atomically
from pipeline.effects.masking import mask
from pipeline.errors import ConfigurationError
from pipeline.adapters.secrets import is_safe_address

FILE_NAME = "origin-credentials"
# Nobody's name is that long.
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who asks, and the proof of it; ``host`` is scheme, name and port."""

    host: str
    user: str
    password: str


def split_origin(origin: str) -> tuple[str, Credentials | None]:
    """Return an address without its secrets, and these, if it has any.

    Raises:
        ConfigurationError: they would travel where others can read them.
    """
    parts = urlsplit(origin) if origin.startswith(("https://", "http://")) else None
    if parts is None or not _has_secret(parts):
        return origin, None
    bare = parts.netloc.rpartition("@")[2]
    host = f"{parts.scheme}://{bare}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    for secret in (password, user if not password else ""):
        mask(secret)
    todo = "use https://, or git@HOST:OWNER/NAME.git with a deploy key"
    if not is_safe_address(origin):
        seen = "its password would be read by anybody on the way (http://)"
        raise ConfigurationError("reading origin's address", seen, todo)
    if not f"{user}{password}".isprintable():
        raise ConfigurationError("reading origin's address", "it is garbled", todo)
    clean = parts._replace(netloc=bare).geturl()
    return clean, Credentials(host, user, password)


def helper_setting(store: Path, credentials: Credentials) -> tuple[str, str]:
    """Keep credentials beside the store; return the setting that lets git ask."""
    file = store.absolute().with_name(FILE_NAME)
    lines = f"username={credentials.user}\npassword={credentials.password}\n"
    write_atomically(file, lines, mode=0o600)
    # It only ever answers: what git would have it store or erase, it does not hear.
    helper = f'!f() {{ test "$1" != get || cat -- {shlex.quote(str(file))}; }}; f'
    return f"credential.{credentials.host}.helper", helper


def _has_secret(parts: SplitResult) -> bool:
    if parts.password is not None:
        return True
    user = parts.username or ""
    return len(user) > LONGEST_NAME or without_secrets(user) != user
