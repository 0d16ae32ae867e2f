"""Write deployments and their statuses, and the statuses of commits."""

from collections.abc import Mapping
from typing import Any

from rehearsal.github.deployments import Deployment, DeploymentStatus
from rehearsal.github.payloads.common import moment, node_id, user
from rehearsal.github.site import ACTOR, Site


def deployment_json(site: Site, deployment: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    own = f"{site.api}/deployments/{deployment.id}"
    last = deployment.statuses[-1] if deployment.statuses else deployment
    return {
        "url": own,
        "id": deployment.id,
        "node_id": node_id("DE", deployment.id),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "creator": user(site, ACTOR),
        "created_at": moment(deployment.created_at),
        "updated_at": moment(last.created_at),
        "statuses_url": f"{own}/statuses",
        "repository_url": site.api,
        "transient_environment": deployment.is_transient,
        "production_environment": deployment.is_production,
    }


def deployment_status_json(
    site: Site, deployment: Deployment, status: DeploymentStatus
) -> dict[str, Any]:
    """Return one stage of a deployment."""
    own = f"{site.api}/deployments/{deployment.id}"
    return {
        "url": f"{own}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("DES", status.id),
        "state": status.state,
        "creator": user(site, ACTOR),
        "description": status.description,
        "environment": deployment.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": moment(status.created_at),
        "updated_at": moment(status.created_at),
        "deployment_url": own,
        "repository_url": site.api,
    }


def commit_status_json(site: Site, status: Mapping[str, Any]) -> dict[str, Any]:
    """Return a commit status; what was said of it stands as it was said."""
    return {
        **status,
        "url": f"{site.api}/statuses/{status['sha']}",
        "avatar_url": f"{site.base}/avatars/{ACTOR}",
        "node_id": node_id("SC", status["id"]),
        "updated_at": status["created_at"],
        "creator": user(site, ACTOR),
    }
