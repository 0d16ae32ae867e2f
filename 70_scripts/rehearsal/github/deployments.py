"""Keep deployments and their statuses.

Owns what a deployment and its stages consist of, and that the newest success of an
environment makes the earlier ones inactive.
"""

from collections.abc import Mapping
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


def new_deployment(
    body: Mapping[str, Any], sha: str, number: int, now: float, creator: str
) -> Deployment:
    """Return the deployment that a request asks for."""
    environment = str(body.get("environment") or "production")
    is_production = body.get("production_environment", environment == "production")
    return Deployment(
        id=number,
        sha=sha,
        ref=str(body["ref"]),
        task=str(body.get("task") or "deploy"),
        environment=environment,
        description=body.get("description"),
        payload=body.get("payload") or {},
        is_production=bool(is_production),
        is_transient=bool(body.get("transient_environment")),
        created_at=now,
        creator=creator,
    )


def new_status(
    body: Mapping[str, Any], number: int, now: float, creator: str
) -> DeploymentStatus:
    """Return the stage that a request reports."""
    return DeploymentStatus(
        id=number,
        state=str(body["state"]),
        description=str(body.get("description") or ""),
        environment_url=str(body.get("environment_url") or ""),
        log_url=str(body.get("log_url") or body.get("target_url") or ""),
        created_at=now,
        creator=creator,
    )


def is_retired_by(one: Deployment, winner: Deployment) -> bool:
    """Tell whether another deployment's success makes this one inactive."""
    is_rival = one is not winner and one.environment == winner.environment
    is_live = bool(one.statuses) and one.statuses[-1].state == "success"
    return is_rival and is_live and not (one.is_transient or one.is_production)
