"""Start, repeat and cancel runs on request, and open and merge pull requests."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.inputs import InputError
from rehearsal.github.payloads.pulls import pull_json
from rehearsal.github.payloads.runs import workflow_json
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, not_found
from rehearsal.github.rest.requests import (
    body_of,
    number_of,
    page_response,
    require_token,
)
from rehearsal.github.runs import Run
from rehearsal.github.workflow import Workflow


class ActionRoutes:
    """The writing half of Actions, the workflows themselves, and pull requests."""

    def __init__(self, backstage: Backstage) -> None:
        """Act on what is backstage."""
        self._backstage, self._site = backstage, backstage.site
        self._pulls = backstage.pulls

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        run, post, put = "/actions/runs/{run}", ["POST"], ["PUT"]
        workflow = "/actions/workflows/{workflow}"
        return [
            Route("/actions/workflows", self.workflows),
            Route(workflow, self.workflow),
            Route(f"{workflow}/dispatches", self.dispatch, methods=post),
            Route(f"{workflow}/{{switch}}", self.switch, methods=put),
            Route(f"{run}/rerun", self._repeating(False), methods=post),
            Route(f"{run}/rerun-failed-jobs", self._repeating(True), methods=post),
            Route(f"{run}/cancel", self.cancel, methods=post),
            Route("/pulls", self.open_pull, methods=post),
            Route("/pulls/{number}/merge", self.merge_pull, methods=put),
        ]

    def workflows(self, request: Request) -> Response:
        """List the workflows of the default branch."""
        found = self._backstage.catalog.current()
        return page_response(request, found, self._json, "workflows")

    def workflow(self, request: Request) -> Response:
        """Show a workflow."""
        path = self._backstage.workflow_path(request)
        for workflow in self._backstage.catalog.current():
            if workflow.path == path:
                return JSONResponse(self._json(workflow))
        raise not_found()

    async def dispatch(self, request: Request) -> Response:
        """Start a workflow by hand."""
        require_token(request)
        body = await body_of(request)
        if not isinstance(body.get("ref"), str):
            message = 'Invalid request.\n\n"ref" wasn\'t supplied.'
            raise Refusal(422, message)
        await run_in_threadpool(self._dispatched, request, body)
        return Response(status_code=204)

    def switch(self, request: Request) -> Response:
        """Disable a workflow, or enable it again."""
        require_token(request)
        path = self._backstage.workflow_path(request)
        disabled = self._backstage.catalog.disabled
        switches = {"disable": disabled.add, "enable": disabled.discard}
        if request.path_params["switch"] not in switches:
            raise not_found()
        switches[request.path_params["switch"]](path)
        return Response(status_code=204)

    def cancel(self, request: Request) -> Response:
        """Cancel a run."""
        require_token(request)
        run = self._backstage.run(request)
        if run.is_completed:
            raise Refusal(409, "Cannot cancel a workflow run that is completed.")
        self._backstage.engine.cancel(run.id)
        return JSONResponse({}, 202)

    async def open_pull(self, request: Request) -> Response:
        """Open a pull request."""
        require_token(request)
        body = await body_of(request)
        wanted = [str(body.get(name, "")) for name in ("title", "head", "base")]
        try:
            pull = await run_in_threadpool(self._pulls.open, *wanted)
        except InputError as error:
            raise Refusal(422, f"Validation Failed: {error}") from error
        return JSONResponse(pull_json(self._site, pull), 201)

    async def merge_pull(self, request: Request) -> Response:
        """Merge a pull request, by a merge commit."""
        require_token(request)
        found = self._pulls.get(number_of(request, "number"))
        if found is None:
            raise not_found()
        try:
            pull = await run_in_threadpool(self._pulls.merge, found)
        except InputError as error:
            raise Refusal(405, str(error)) from error
        message = "Pull Request successfully merged"
        return JSONResponse({"sha": pull.trial, "merged": True, "message": message})

    def _repeating(self, only_failed: bool) -> Callable[[Request], Awaitable[Response]]:
        async def repeat(request: Request) -> Response:
            require_token(request)
            run = self._backstage.run(request)
            await run_in_threadpool(self._repeat, run, only_failed)
            return JSONResponse({}, 201)

        return repeat

    def _repeat(self, run: Run, only_failed: bool) -> None:
        if not run.is_completed:
            raise Refusal(403, "This workflow is already running")
        if only_failed and run.conclusion == "success":
            raise Refusal(403, "The workflow run has no failed jobs to run again")
        self._backstage.starter.repeat(run, only_failed)

    def _dispatched(self, request: Request, body: dict[str, Any]) -> None:
        path, inputs = self._backstage.workflow_path(request), body.get("inputs") or {}
        if not isinstance(inputs, dict):
            raise Refusal(422, "Invalid request.\n\nFor 'inputs', not an object.")
        try:
            self._backstage.starter.dispatch(path, str(body["ref"]), inputs)
        except InputError as error:
            raise Refusal(422, str(error)) from error

    def _json(self, workflow: Workflow) -> dict[str, object]:
        number = self._backstage.ledger.workflow_id(workflow.path)
        is_off = workflow.path in self._backstage.catalog.disabled
        return workflow_json(self._site, workflow, number, is_disabled=is_off)
