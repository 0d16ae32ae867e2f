"""Answer for deployments and commit statuses."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.deployments import Deployment
from rehearsal.github.payloads.common import moment
from rehearsal.github.payloads.deployments import (
    commit_status_json,
    deployment_json,
    deployment_status_json,
)
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, invalid, not_found, unchecked
from rehearsal.github.rest.requests import body_of, number_of, page_response
from rehearsal.github.rest.requests import require_token
from rehearsal.github.site import BRANCH, DEFAULT_REF

_FILTERS = ("sha", "ref", "task", "environment")
_STATES = ("error", "failure", "pending", "success")
_STAGES = (*_STATES, "inactive", "in_progress", "queued")


class ReportRoutes:
    """What a deployer tells GitHub."""

    def __init__(self, backstage: Backstage) -> None:
        """Answer from what is backstage."""
        self._backstage, self._site = backstage, backstage.site
        self._deployments = backstage.deployments
        self._statuses: list[dict[str, Any]] = []

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        one = "/deployments/{deployment}"
        return [
            Route("/deployments", self.create, methods=["POST"]),
            Route("/deployments", self.deployments),
            Route(f"{one}/statuses", self.add_stage, methods=["POST"]),
            Route(f"{one}/statuses", self.stages),
            Route("/statuses/{sha}", self.add_status, methods=["POST"]),
            Route("/commits/{sha}/statuses", self.statuses),
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
        if body.get("auto_merge", True) is not False and self._is_behind(commit.sha):
            # The real one would now merge; this one only says so, nobody wants it.
            message = f"Auto-merged {BRANCH} into {body['ref']} on deployment."
            return JSONResponse({"message": message}, 202)
        if body.get("required_contexts") != []:
            raise unchecked(body["ref"])
        made = self._deployments.create(body, commit.sha)
        return JSONResponse(deployment_json(self._site, made), 201)

    def deployments(self, request: Request) -> Response:
        """List deployments, the newest first."""
        query = request.query_params
        found = [
            one
            for one in reversed(self._deployments.all)
            if all(query.get(name) in (None, getattr(one, name)) for name in _FILTERS)
        ]
        return page_response(
            request, found, lambda one: deployment_json(self._site, one)
        )

    async def add_stage(self, request: Request) -> Response:
        """Record that a deployment reached a stage."""
        require_token(request)
        deployment, body = self._found(request), await body_of(request)
        if body.get("state") not in _STAGES:
            raise invalid("DeploymentStatus", "state", "invalid")
        stage = self._deployments.add_status(deployment, body)
        return JSONResponse(deployment_status_json(self._site, deployment, stage), 201)

    def stages(self, request: Request) -> Response:
        """List a deployment's stages, the newest first."""
        found = self._found(request)
        return page_response(
            request,
            found.statuses[::-1],
            lambda one: deployment_status_json(self._site, found, one),
        )

    async def add_status(self, request: Request) -> Response:
        """Record a commit status."""
        require_token(request)
        body = await body_of(request)
        if body.get("state") not in _STATES:
            raise invalid("Status", "state", "invalid")
        sha = self._backstage.known_commit(request.path_params["sha"]).sha
        ledger = self._backstage.ledger
        status = {
            "id": ledger.new_id(),
            "sha": sha,
            "state": body["state"],
            "context": body.get("context") or "default",
            "description": body.get("description"),
            "target_url": body.get("target_url"),
            "created_at": moment(ledger.clock()),
        }
        self._statuses.append(status)
        return JSONResponse(commit_status_json(self._site, status), 201)

    def statuses(self, request: Request) -> Response:
        """List a commit's statuses, the newest first."""
        sha = self._backstage.known_commit(request.path_params["sha"]).sha
        found = [one for one in self._statuses[::-1] if one["sha"] == sha]
        return page_response(
            request, found, lambda one: commit_status_json(self._site, one)
        )

    def _is_behind(self, sha: str) -> bool:
        origin = self._backstage.origin
        head = origin.resolve(DEFAULT_REF)
        return bool(head and origin.commits_between(sha, head))

    def _found(self, request: Request) -> Deployment:
        number = number_of(request, "deployment")
        for deployment in self._deployments.all:
            if deployment.id == number:
                return deployment
        raise not_found()
