"""Say which local directory stands in for each published action.

Owns the list of actions there are stand-ins for. Refuses to let a workflow reach for
the network: an action without a stand-in is an error with its name.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from rehearsal.github.workflow import Workflow, WorkflowError

ACTIONS = Path(__file__).parent.parent / "actions"
STAND_INS: Mapping[str, Path] = {
    "actions/cache": ACTIONS / "cache",
    "actions/checkout": ACTIONS / "checkout",
    "actions/upload-artifact": ACTIONS / "upload-artifact",
    "astral-sh/setup-uv": ACTIONS / "setup-uv",
}
_USES = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:/[^@]*)?@(?P<ref>\S+)")


def local_repositories(workflow: Workflow) -> tuple[str, ...]:
    """Return what `--local-repository` needs for every action used.

    Raises:
        WorkflowError: The workflow uses an action that has no stand-in.
    """
    found = (_USES.fullmatch(uses) for job in workflow.jobs for uses in job.uses)
    pairs = {(match["repository"], match["ref"]) for match in found if match}
    return tuple(sorted(f"{name}@{ref}={_directory(name, ref)}" for name, ref in pairs))


def _directory(repository: str, ref: str) -> Path:
    if repository not in STAND_INS:
        known = ", ".join(STAND_INS)
        raise WorkflowError(
            f"no stand-in for the action {repository}@{ref}; there are: {known}"
        )
    return STAND_INS[repository]
