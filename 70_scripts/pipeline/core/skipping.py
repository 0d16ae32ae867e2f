"""The words in a commit message with which a push asks GitHub for no workflow runs.

Only the newest commit of a push counts. The trailer is the last line of the message,
whatever other trailers stand before it.
https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

import re

NO_CI = "no CI will come: the commit message asks for none"
SKIPPING = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]"
    r"|\n\n(?:[A-Za-z0-9-]+: *[^\n]*\n)*skip-checks: *true\s*\Z"
)


def asks_for_no_ci(message: str) -> bool:
    """Tell whether a commit's message, when it is the newest of a push, asks so."""
    return bool(SKIPPING.search(message.replace("\r\n", "\n")))


def not_started(workflow: str, why: str) -> str:
    """Say that a workflow does not start for a commit, naming the filter."""
    return f"no CI will come: {workflow} does not start for this commit ({why})"
