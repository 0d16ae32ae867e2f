"""Keep deployments and their statuses.

Owns the rules of creating them: without `required_contexts: []` a commit without
green checks is refused, and without `auto_merge: false` the default branch would be
merged into a ref that is behind it.
"""

from dataclasses import dataclass, field
from typing import Any

STATES = (
    "error",
    "failure",
    "inactive",
    "in_progress",
    "pending",
    "queued",
    "success",
)


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One stage that a deployment reached."""

    id: int
    state: str
    description: str
    environment_url: str
    log_url: str
    created_at: float
    creator: str


@dataclass(slots=True)
class Deployment:
    """One request to deploy a ref to an environment."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    description: str | None
    payload: Any
    is_production: bool
    is_transient: bool
    created_at: float
    creator: str
    statuses: list[DeploymentStatus] = field(default_factory=list)
