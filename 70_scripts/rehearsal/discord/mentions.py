"""Work out whom a message pings.

Owns the rule: without `allowed_mentions`, everything that looks like a mention in the
content is one; with it, only what it allows. Embeds never ping.
"""

import re
from collections.abc import Mapping
from typing import Any

_MENTION = re.compile(r"@(?:everyone|here)|<@&(?P<role>\d+)>|<@!?(?P<user>\d+)>")


def pings_of(content: str, allowed: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the mentions that ping, as they stand in the text, each once."""
    found = {
        match[0]: None
        for match in _MENTION.finditer(content)
        if allowed is None or _is_allowed(match, allowed)
    }
    return tuple(found)


def _is_allowed(match: re.Match[str], allowed: Mapping[str, Any]) -> bool:
    kinds = allowed.get("parse") or ()
    for group, kind in (("user", "users"), ("role", "roles")):
        if match[group]:
            named = {str(one) for one in allowed.get(kind) or ()}
            return kind in kinds or match[group] in named
    return "everyone" in kinds
