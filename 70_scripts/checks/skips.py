"""Tests that were skipped: which may be where ``CI`` is set, and what a run says.

A skipped test looked at nothing. Where ``CI`` is set that is a failure, unless its
reason is one of the few here.
"""

import re
from collections import Counter

# As their messages begin. They need what belongs to the team, or to its network.
ALLOWED = ("the team's S3 is not configured here", "this network does not reach ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SUMMARY = "short test summary info"
_LINE = re.compile(r"^SKIPPED \[(\d+)\] .+?:(?:\d+:)? (.+)$", re.MULTILINE)


def is_allowed(reason: str) -> bool:
    """Tell whether a test may be skipped for a reason where ``CI`` is set."""
    return reason.startswith(ALLOWED)


def skips_in(output: str) -> dict[str, int]:
    """Return why a run of pytest with ``-ra`` skipped tests, and how many each."""
    _, found, summary = _COLOUR.sub("", output).rpartition(_SUMMARY)
    counted = Counter[str]()
    for number, reason in _LINE.findall(summary if found else ""):
        counted[reason] += int(number)
    return dict(counted)
