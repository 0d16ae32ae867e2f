"""Tests that were skipped: which may be where ``CI`` is set, and what a run says.

A skipped test looked at nothing. Where ``CI`` is set that is a failure, unless its
reason is one of the few here.
"""

import re
from collections import Counter
from dataclasses import dataclass

# As their messages begin. They need what belongs to the team, or to its network.
ALLOWED = ("the team's S3 is not configured here", "this network does not reach ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SUMMARY = "short test summary info"
_LINE = re.compile(r"^SKIPPED \[(\d+)\] .+?:(?:\d+:)? (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Skip:
    """A reason, and how many tests were skipped for it."""

    reason: str
    number: int

    @property
    def is_allowed(self) -> bool:
        """Tell whether it may be where ``CI`` is set."""
        return is_allowed(self.reason)

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.number} skipped: {self.reason}"


def is_allowed(reason: str) -> bool:
    """Tell whether a test may be skipped for a reason where ``CI`` is set."""
    return reason.startswith(ALLOWED)


def skips_in(output: str) -> tuple[Skip, ...]:
    """Return what a run of pytest with ``-ra`` says that it skipped."""
    _, found, summary = _COLOUR.sub("", output).rpartition(_SUMMARY)
    counted = Counter[str]()
    for number, reason in _LINE.findall(summary if found else ""):
        counted[reason] += int(number)
    return tuple(Skip(reason, number) for reason, number in counted.items())
