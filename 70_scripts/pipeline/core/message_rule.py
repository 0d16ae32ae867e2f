"""What a commit message must look like: ``<type>: <description>``."""

import re

TYPES = ("feat", "fix", "docs", "test", "refactor", "perf", "ci")
RULE = re.compile(rf"(?:{'|'.join(TYPES)}): \S.*")
# What git itself writes: a merge, a rollback by revert, what a rebase will squash.
WRITTEN_BY_GIT = ("Merge ", 'Revert "', 'Reapply "', "fixup! ", "squash! ", "amend! ")
# As people wrote before there was a rule; in a pull request they are only advised.
FREE_FORM = re.compile(r"(?:Add|Fix|Update|Remove|Docs?:) \S.*")


def fault_of(message: str) -> str:
    """Return what is wrong with a message, empty if nothing is.

    Args:
        message: the whole text; lines that start with # are git's own.
    """
    subject = _subject(message)
    if not subject:
        return "it is empty"
    if subject.startswith(WRITTEN_BY_GIT) or RULE.fullmatch(subject):
        return ""
    return f"{subject[:72]!r} is not <type>: <description>"


def is_free_form(message: str) -> bool:
    """Tell whether a message breaks the rule in a way that people are used to."""
    return bool(FREE_FORM.fullmatch(_subject(message)))


def _subject(message: str) -> str:
    lines = (line.rstrip() for line in message.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")
