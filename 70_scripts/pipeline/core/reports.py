"""What GitHub is told of a deployment: it follows from the journal, and only from it.

The words are GitHub's: https://docs.github.com/en/rest/deployments/statuses and
https://docs.github.com/en/rest/commits/statuses
"""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.deployment import Deployment, Kind, Outcome
from pipeline.core.wording import clipped, one_line

LONGEST = 140
# GitHub refuses characters beyond the basic plane in a description.
LAST_PLAIN = "\uffff"


class Channel(StrEnum):
    """Where something is told: each is a request of its own."""

    DEPLOYMENT = "deployment"
    STATE = "state"
    COMMIT = "commit"


class State(StrEnum):
    """How a deployment stands, in GitHub's words."""

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    INACTIVE = "inactive"


# A commit has fewer words: one that was replaced before its end got no verdict here.
COMMIT_WORDS = {
    State.IN_PROGRESS: "pending",
    State.SUCCESS: "success",
    State.FAILURE: "failure",
    State.ERROR: "error",
    State.INACTIVE: "error",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the journal knows of a deployment.

    Attributes:
        reason: why it ended as it did, empty while it is open.
        is_touched: what serves was changed.
        is_verified: it was live and healthy.
        is_replaced: another one was live and healthy on the environment later.
    """

    deployment: Deployment
    reason: str
    is_touched: bool
    is_verified: bool
    is_replaced: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One thing to tell; ``state`` is empty for the deployment itself."""

    channel: Channel
    state: str = ""
    description: str = ""


def reports(facts: Facts, *, has_commit_status: bool) -> tuple[Report, ...]:
    """Return everything that GitHub should have been told, in order.

    Args:
        facts: of one deployment.
        has_commit_status: its environment judges commits, which are told so too.
    """
    found = [Report(Channel.DEPLOYMENT, description=_plain(_title(facts.deployment)))]
    judges = has_commit_status and facts.deployment.order.kind is not Kind.ROLLBACK
    for state in _states(facts):
        description = _plain(_words(facts, state))
        found.append(Report(Channel.STATE, state, description))
        is_verdict = state is not State.INACTIVE or not facts.is_replaced
        if judges and is_verdict:
            found.append(Report(Channel.COMMIT, COMMIT_WORDS[state], description))
    return tuple(found)


def _states(facts: Facts) -> tuple[State, ...]:
    deployment = facts.deployment
    if deployment.outcome is Outcome.FAILED:
        return (State.FAILURE if facts.is_touched else State.ERROR,)
    if deployment.outcome is Outcome.ROLLED_BACK:
        return (State.FAILURE,)
    if deployment.outcome is Outcome.SUPERSEDED:
        return (State.INACTIVE,)
    # A rollback that serves awaits no verdict of its own.
    awaits_verdict = deployment.order.kind is Kind.DEPLOY or not facts.is_verified
    if deployment.outcome is None and awaits_verdict:
        return (State.IN_PROGRESS,)
    return (State.SUCCESS, State.INACTIVE) if facts.is_replaced else (State.SUCCESS,)


def _title(deployment: Deployment) -> str:
    order = deployment.order
    return f"{order.kind.capitalize()}: {order.subject}"


def _words(facts: Facts, state: State) -> str:
    if state is State.IN_PROGRESS:
        return "Deploying; CI decides whether it stays"
    if state is State.INACTIVE and facts.is_replaced:
        return "Replaced by another deployment"
    outcome = facts.deployment.outcome
    return f"{outcome.capitalize()}: {facts.reason}" if outcome else "Live and healthy"


def _plain(text: str) -> str:
    flat = "".join(c if c <= LAST_PLAIN else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clipped(one_line(flat, LONGEST), LONGEST)
