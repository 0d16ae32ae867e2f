"""Keep commit statuses.

Owns which states there are, and what several come to together.
"""

from dataclasses import dataclass

STATES = ("error", "failure", "pending", "success")


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """What somebody said of a commit under one heading."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    created_at: str
    creator: str


def newest_each(statuses: tuple[CommitStatus, ...]) -> tuple[CommitStatus, ...]:
    """Return the newest status of each context; the given ones are oldest first."""
    return tuple({status.context: status for status in statuses}.values())


def combined_state(statuses: tuple[CommitStatus, ...]) -> str:
    """Return what the newest statuses of a commit come to."""
    states = {status.state for status in statuses}
    if states & {"error", "failure"}:
        return "failure"
    return "success" if states == {"success"} else "pending"
