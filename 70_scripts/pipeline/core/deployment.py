"""The journal's nouns: deployments, their steps and their ends."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.sha import Sha

# The reason of a deployment whose SHA a person chose, in a workflow's form.
BY_HAND = "started by hand"


class Kind(StrEnum):
    """Why a deployment was made."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    ROLL_FORWARD = "roll forward"


class Step(StrEnum):
    """The steps of a deployment, in order; each is journaled before and after.

    The values are what the journal holds. Older pipelines wrote them, and still read
    them while this one is adopted: they never change, whatever the steps are called.
    """

    FETCH = "fetch"
    PREPARE = "prepare"
    BACKUP = "backup"
    KEEP = "keep"
    START = "activate"
    VERIFY = "probe"
    SWITCH = "reset"
    CONFIRM = "verify"
    RETIRE = "retire"
    WATCH = "watch"

    @property
    def word(self) -> str:
        """Return what people call it."""
        return self.name.lower()


class Outcome(StrEnum):
    """How a deployment ended."""

    VALIDATED = "validated"
    ROLLED_BACK = "rolled back"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """A request to put a SHA on an environment; the texts may be hostile.

    Attributes:
        actor: who wants it.
        author: whose commit it is, empty where that is not known apart from the actor.
        cause: the deployment that a rollback undoes.
        reason: why a rollback is made, in lines fit for people; ``BY_HAND`` for a
            deployment that a person started on GitHub.
    """

    environment: str
    sha: Sha
    kind: Kind
    actor: str = ""
    subject: str = ""
    run_url: str = ""
    cause: int | None = None
    reason: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One attempt to put one SHA on one environment.

    ``started_at`` is in seconds since the epoch; ``outcome`` is None while open.
    """

    id: int
    order: Order
    rollback_point: Sha | None
    started_at: float
    outcome: Outcome | None = None

    @property
    def sha(self) -> Sha:
        """Return the commit that it puts up."""
        return self.order.sha

    @property
    def is_automatic_rollback(self) -> bool:
        """Tell whether the pipeline itself made it, to undo another deployment."""
        return self.order.cause is not None
