"""The words in a commit message with which a push asks GitHub for no workflow runs.

https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

import re

NO_CI = "no CI will come: the commit message asks for none"
SKIPPING = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]"
    r"|\n\nskip-checks: *true\s*$"
)


def asks_for_no_ci(message: str) -> bool:
    """Tell whether a commit's message, when it is the newest of a push, asks so."""
    return bool(SKIPPING.search(message))
