"""Decide which events start a workflow.

Owns the filters of `on`, GitHub's pattern language in them, and the words in a commit
message that start nothing. The runner's own program ignores all of these.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rehearsal.github.parsing import listed
from rehearsal.github.workflow import Workflow

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\\.|\[[^\]]+\]|[?+]|.", re.DOTALL)
_SPECIAL = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
PULL_ACTIONS = ("opened", "synchronize", "reopened")
_SKIP = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]"
    r"|\n\n(?:[\w-]+: *[^\n]*\n)*skip-checks: *true\s*$"
)


def is_skipped_by(message: str) -> bool:
    """Tell whether a head commit's message asks for no push runs."""
    return bool(_SKIP.search(message))


def is_started_by_push(workflow: Workflow, ref: str, changed: Sequence[str]) -> bool:
    """Tell whether the push of a ref, which changed these paths, starts a workflow."""
    filters = workflow.triggers.get("push")
    if filters is None:
        return False
    is_tag = ref.startswith("refs/tags/")
    name = ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
    own, other = ("tags", "branches") if is_tag else ("branches", "tags")
    if not _passes(filters, own, other, name):
        return False
    return is_tag or _has_path(filters, changed)


def is_started_by_pull(
    workflow: Workflow, base: str, action: str, changed: Sequence[str]
) -> bool:
    """Tell whether something done to a pull request starts this workflow."""
    if "pull_request" not in workflow.triggers:
        return False
    filters = workflow.triggers["pull_request"] or {}
    is_wanted = action in (listed(filters.get("types")) or PULL_ACTIONS)
    is_into = _passes(filters, "branches", "", base)
    return is_wanted and is_into and _has_path(filters, changed)


def is_started_by_run(workflow: Workflow, name: str, branch: str) -> bool:
    """Tell whether the end of another workflow's run starts this workflow."""
    filters = workflow.triggers.get("workflow_run")
    if filters is None or name not in listed(filters.get("workflows")):
        return False
    types = listed(filters.get("types"))
    is_wanted = not types or "completed" in types
    return is_wanted and _passes(filters, "branches", "", branch)


def is_selected(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a name passes an ordered list; the last match decides."""
    selected = False
    for pattern in patterns:
        if _compiled(pattern.removeprefix("!")).fullmatch(name):
            selected = not pattern.startswith("!")
    return selected


def _passes(filters: Mapping[str, Any], own: str, other: str, name: str) -> bool:
    wanted, unwanted = listed(filters.get(own)), listed(filters.get(f"{own}-ignore"))
    if wanted:
        return is_selected(name, wanted)
    if unwanted:
        return not is_selected(name, unwanted)
    # Naming only branches leaves out every tag, and the other way round.
    return not (filters.get(other) or filters.get(f"{other}-ignore"))


def _has_path(filters: Mapping[str, Any], changed: Sequence[str]) -> bool:
    wanted, unwanted = listed(filters.get("paths")), listed(filters.get("paths-ignore"))
    if wanted:
        return any(is_selected(path, wanted) for path in changed)
    if unwanted:
        return not changed or not all(is_selected(path, unwanted) for path in changed)
    return True


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_translated, _TOKEN.findall(pattern))), re.DOTALL)


def _translated(token: str) -> str:
    if token in _SPECIAL:
        return _SPECIAL[token]
    if len(token) > 1 and token.startswith("["):
        return token
    return re.escape(token.removeprefix("\\") if len(token) > 1 else token)
