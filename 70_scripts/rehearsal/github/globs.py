"""Match names against the filter patterns of workflow files.

Owns GitHub's pattern language: `*` stops at a slash, `**` does not, `?` and `+`
repeat the character before them, `!` takes matches away again.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\\.|\[[^\]]+\]|[?+]|.", re.DOTALL)
_SPECIAL = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


def is_selected(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a name passes an ordered list; the last match decides."""
    selected = False
    for pattern in patterns:
        negative = pattern.startswith("!")
        if _compiled(pattern.removeprefix("!")).fullmatch(name):
            selected = not negative
    return selected


def is_any_selected(names: Iterable[str], patterns: Sequence[str]) -> bool:
    """Tell whether at least one of the names passes."""
    return any(is_selected(name, patterns) for name in names)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_translated, _TOKEN.findall(pattern))), re.DOTALL)


def _translated(token: str) -> str:
    if token in _SPECIAL:
        return _SPECIAL[token]
    if len(token) > 1 and token.startswith("["):
        return token
    return re.escape(token.removeprefix("\\") if len(token) > 1 else token)
