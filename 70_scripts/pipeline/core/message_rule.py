"""What a commit message must look like: ``<type>: <description>``."""

import re

TYPES = ("feat", "fix", "docs", "test", "refactor", "perf", "ci")
RULE = re.compile(rf"(?:{'|'.join(TYPES)}): \S.*")
# What git itself writes: a merge, a rollback by revert, what a rebase will squash.
WRITTEN_BY_GIT = ("Merge ", 'Revert "', 'Reapply "', "fixup! ", "squash! ", "amend! ")


def fault_of(message: str) -> str:
    """Return what is wrong with a message, empty if nothing is.

    Args:
        message: the whole text; lines that start with # are git's own.
    """
    lines = (line.rstrip() for line in message.splitlines())
    subject = next((line for line in lines if line and not line.startswith("#")), "")
    if not subject:
        return "it is empty"
    if subject.startswith(WRITTEN_BY_GIT) or RULE.fullmatch(subject):
        return ""
    return f"{subject[:72]!r} is not <type>: <description>"
