"""Whether a push starts a workflow, read from the workflow's own ``on.push``.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Mapping, Sequence

# GitHub's diff of a push has no more files; beyond them nothing is certain.
MOST_FILES = 300


def why_not_started(
    triggers: object, branch: str, changed: Sequence[str] | None
) -> str:
    """Name the filter that keeps a push from starting a workflow, empty if none does.

    Args:
        triggers: the workflow's ``on``, as YAML gives it.
        branch: what was pushed to.
        changed: the paths that the push changed, None where that is not known.
    """
    push = _push(triggers)
    if push is None:
        return "it has no push trigger"
    if _excludes_branch(push, branch):
        return "branches"
    if not changed or len(changed) > MOST_FILES:
        return ""
    if (wanted := push.get("paths")) is not None:
        is_wanted = any(_is_selected(path, _listed(wanted)) for path in changed)
        return "" if is_wanted else "paths"
    ignored = _listed(push.get("paths-ignore"))
    is_ignored = ignored and all(_is_selected(path, ignored) for path in changed)
    return "paths-ignore" if is_ignored else ""


def _push(triggers: object) -> Mapping[str, object] | None:
    if isinstance(triggers, Mapping):
        filters = triggers.get("push", False)
        if filters is False:
            return None
        return filters if isinstance(filters, Mapping) else {}
    return {} if "push" in _listed(triggers) else None


def _excludes_branch(push: Mapping[str, object], branch: str) -> bool:
    if (wanted := push.get("branches")) is not None:
        return not _is_selected(branch, _listed(wanted))
    if (ignored := push.get("branches-ignore")) is not None:
        return _is_selected(branch, _listed(ignored))
    return "tags" in push or "tags-ignore" in push


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _is_selected(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether the last pattern that matches a name selects it."""
    is_selected = False
    for pattern in patterns:
        if _expression(pattern.removeprefix("!")).fullmatch(name):
            is_selected = not pattern.startswith("!")
    return is_selected


def _expression(pattern: str) -> re.Pattern[str]:
    text, place = "", 0
    while place < len(pattern):
        piece, length = _piece(pattern, place)
        text, place = text + piece, place + length
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def _piece(pattern: str, place: int) -> tuple[str, int]:
    """Return a piece of GitHub's pattern as an expression, and how long it is."""
    if pattern.startswith("**/", place):
        return "(?:.*/)?", 3
    if pattern.startswith("**", place):
        return ".*", 2
    character = pattern[place]
    if character == "*":
        return "[^/]*", 1
    if character in "?+" and place:
        return character, 1  # It repeats what stands before it, as in an expression.
    end = pattern.find("]", place + 1)
    if character == "[" and end > place:
        inside = pattern[place + 1 : end].replace("\\", "\\\\").replace("^", "\\^")
        return f"[{inside}]", end + 1 - place
    if character == "\\" and place + 1 < len(pattern):
        return re.escape(pattern[place + 1]), 2
    return re.escape(character), 1
