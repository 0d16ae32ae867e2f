"""Answer for pull requests."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.inputs import InputError
from rehearsal.github.payloads.pulls import pull_json
from rehearsal.github.pulls import Pull
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, not_found
from rehearsal.github.rest.requests import (
    body_of,
    number_of,
    page_response,
    require_token,
)


class PullRoutes:
    """Pull requests, opened, shown and merged."""

    def __init__(self, backstage: Backstage) -> None:
        """Act on what is backstage."""
        self._pulls, self._site = backstage.pulls, backstage.site

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        return [
            Route("/pulls", self.pulls),
            Route("/pulls", self.open, methods=["POST"]),
            Route("/pulls/{number}", self.pull),
            Route("/pulls/{number}/merge", self.merge, methods=["PUT"]),
        ]

    def pulls(self, request: Request) -> Response:
        """List the open pull requests."""
        found = [pull for pull in self._pulls.all() if pull.is_open]
        return page_response(request, found, self._json)

    def pull(self, request: Request) -> Response:
        """Show a pull request."""
        return JSONResponse(self._json(self._found(request)))

    async def open(self, request: Request) -> Response:
        """Open a pull request."""
        require_token(request)
        body = await body_of(request)
        wanted = [str(body.get(name, "")) for name in ("title", "head", "base")]
        try:
            pull = await run_in_threadpool(self._pulls.open, *wanted)
        except InputError as error:
            raise Refusal(422, f"Validation Failed: {error}") from error
        return JSONResponse(self._json(pull), 201)

    async def merge(self, request: Request) -> Response:
        """Merge a pull request, by a merge commit."""
        require_token(request)
        try:
            pull = await run_in_threadpool(self._pulls.merge, self._found(request))
        except InputError as error:
            raise Refusal(405, str(error)) from error
        message = "Pull Request successfully merged"
        return JSONResponse({"sha": pull.trial, "merged": True, "message": message})

    def _found(self, request: Request) -> Pull:
        if pull := self._pulls.get(number_of(request, "number")):
            return pull
        raise not_found()

    def _json(self, pull: Pull) -> dict[str, Any]:
        return pull_json(self._site, pull)
