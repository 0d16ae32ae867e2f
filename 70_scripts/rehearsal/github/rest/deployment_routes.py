"""Answer for deployments."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.deployments import (
    STATES,
    Deployment,
    DeploymentStatus,
    is_retired_by,
    new_deployment,
    new_status,
)
from rehearsal.github.payloads.deployments import (
    deployment_json,
    deployment_status_json,
)
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import (
    Refusal,
    invalid,
    not_found,
    unchecked,
)
from rehearsal.github.rest.requests import (
    body_of,
    number_of,
    page_response,
    require_token,
)

_FILTERS = ("sha", "ref", "task", "environment")


class DeploymentRoutes:
    """The deployments API."""

    def __init__(self, backstage: Backstage) -> None:
        """Answer from what is backstage."""
        self._backstage = backstage
        self._deployments = backstage.deployments

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        one = "/deployments/{deployment}"
        return [
            Route("/deployments", self.create, methods=["POST"]),
            Route("/deployments", self.deployments),
            Route(one, self.deployment),
            Route(f"{one}/statuses", self.add_status, methods=["POST"]),
            Route(f"{one}/statuses", self.statuses),
            Route(f"{one}/statuses/{{status}}", self.status),
        ]

    async def create(self, request: Request) -> Response:
        """Record a deployment, unless GitHub would refuse it or merge first."""
        require_token(request)
        body = await body_of(request)
        if not isinstance(body.get("ref"), str):
            raise invalid("Deployment", "ref", "missing_field")
        commit = self._backstage.commit(body["ref"])
        if commit is None:
            raise Refusal(422, f"No ref found for: {body['ref']}")
        if merged := self._merge(body, commit.sha):
            return merged
        if body.get("required_contexts") != []:
            raise unchecked(body["ref"])
        deployment = self._deployment(body, commit.sha)
        self._deployments.append(deployment)
        return JSONResponse(deployment_json(self._backstage.site, deployment), 201)

    def deployments(self, request: Request) -> Response:
        """List deployments, the newest first."""
        query, site = request.query_params, self._backstage.site
        found = [
            one
            for one in reversed(self._deployments)
            if all(query.get(name) in (None, getattr(one, name)) for name in _FILTERS)
        ]
        return page_response(request, found, lambda one: deployment_json(site, one))

    def deployment(self, request: Request) -> Response:
        """Show a deployment."""
        found = self._found(request)
        return JSONResponse(deployment_json(self._backstage.site, found))

    async def add_status(self, request: Request) -> Response:
        """Record that a deployment reached a stage."""
        require_token(request)
        deployment, body = self._found(request), await body_of(request)
        if body.get("state") not in STATES:
            raise invalid("DeploymentStatus", "state", "invalid")
        status = self._status(body)
        self._retire_others(deployment, status, body)
        deployment.statuses.append(status)
        site = self._backstage.site
        return JSONResponse(deployment_status_json(site, deployment, status), 201)

    def statuses(self, request: Request) -> Response:
        """List a deployment's stages, the newest first."""
        found, site = self._found(request), self._backstage.site
        return page_response(
            request,
            found.statuses[::-1],
            lambda one: deployment_status_json(site, found, one),
        )

    def status(self, request: Request) -> Response:
        """Show one stage of a deployment."""
        found, number = self._found(request), number_of(request, "status")
        for status in found.statuses:
            if status.id == number:
                site = self._backstage.site
                return JSONResponse(deployment_status_json(site, found, status))
        raise not_found()

    def _merge(self, body: dict[str, Any], sha: str) -> Response | None:
        origin, main = self._backstage.origin, self._backstage.site.default_branch
        head = origin.resolve(f"refs/heads/{main}")
        is_behind = bool(head and origin.commits_between(sha, head))
        if body.get("auto_merge", True) is False or not is_behind:
            return None
        # The real one would now merge; this one only says so, for nobody wants it.
        message = f"Auto-merged {main} into {body['ref']} on deployment."
        return JSONResponse({"message": message}, 202)

    def _retire_others(
        self, winner: Deployment, status: DeploymentStatus, body: dict[str, Any]
    ) -> None:
        if status.state == "success" and body.get("auto_inactive", True) is not False:
            for one in self._deployments:
                if is_retired_by(one, winner):
                    one.statuses.append(self._status({"state": "inactive"}))

    def _deployment(self, body: dict[str, Any], sha: str) -> Deployment:
        ledger, actor = self._backstage.ledger, self._backstage.actor
        return new_deployment(body, sha, ledger.new_id(), ledger.clock(), actor)

    def _status(self, body: dict[str, Any]) -> DeploymentStatus:
        ledger, actor = self._backstage.ledger, self._backstage.actor
        return new_status(body, ledger.new_id(), ledger.clock(), actor)

    def _found(self, request: Request) -> Deployment:
        number = number_of(request, "deployment")
        for deployment in self._deployments:
            if deployment.id == number:
                return deployment
        raise not_found()
