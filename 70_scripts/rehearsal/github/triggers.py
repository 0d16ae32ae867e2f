"""Decide which events start a workflow.

Owns `on.push` filters, the words in a commit message that start nothing, and
`on.workflow_run`. The runner's own program ignores all of these.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.github.globs import is_any_selected, is_selected
from rehearsal.github.parsing import listed
from rehearsal.github.workflow import Workflow

PULL_ACTIONS = ("opened", "synchronize", "reopened")
_SKIP = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]"
    r"|\n\n(?:[\w-]+: *[^\n]*\n)*skip-checks: *true\s*$"
)


def is_skipped_by(message: str) -> bool:
    """Tell whether a head commit's message asks for no push runs."""
    return bool(_SKIP.search(message))


def is_started_by_push(
    workflow: Workflow, ref: str, changed: Sequence[str] | None
) -> bool:
    """Tell whether a push starts this workflow.

    Args:
        workflow: The file at the pushed commit.
        ref: The full name of what was pushed.
        changed: The paths that the push changed; None where GitHub does not look.
    """
    filters = workflow.triggers.get("push")
    if filters is None:
        return False
    is_tag = ref.startswith("refs/tags/")
    name = ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
    own, other = ("tags", "branches") if is_tag else ("branches", "tags")
    if not _passes(filters, own, other, name):
        return False
    return is_tag or changed is None or _has_path(filters, changed)


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


def is_started_by_run(
    workflow: Workflow, name: str, branch: str, action: str = "completed"
) -> bool:
    """Tell whether the end of another workflow's run starts this workflow."""
    filters = workflow.triggers.get("workflow_run")
    if filters is None or name not in listed(filters.get("workflows")):
        return False
    types = listed(filters.get("types"))
    is_wanted = not types or action in types
    return is_wanted and _passes(filters, "branches", "", branch)


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
        return is_any_selected(changed, wanted)
    if unwanted:
        return not changed or not all(is_selected(path, unwanted) for path in changed)
    return True
