"""Start, repeat and cancel runs on request."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rehearsal.github.inputs import InputError
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

NEWEST_VERSION = "2026-03-10"


class ActionRoutes:
    """The writing half of Actions, and the workflows themselves."""

    def __init__(self, backstage: Backstage) -> None:
        """Act on what is backstage."""
        self._backstage = backstage

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        run, post = "/actions/runs/{run}", ["POST"]
        workflow = "/actions/workflows/{workflow}"
        return [
            Route("/actions/workflows", self.workflows),
            Route(workflow, self.workflow),
            Route(f"{workflow}/dispatches", self.dispatch, methods=post),
            Route(f"{workflow}/{{switch}}", self.switch, methods=["PUT"]),
            Route(f"{run}/rerun", self._repeating(False), methods=post),
            Route(f"{run}/rerun-failed-jobs", self._repeating(True), methods=post),
            Route(f"{run}/cancel", self.cancel, methods=post),
        ]

    def workflows(self, request: Request) -> Response:
        """List the workflows of the default branch."""
        found = self._backstage.catalog.current()
        return page_response(request, found, self._json, "workflows")

    def workflow(self, request: Request) -> Response:
        """Show a workflow."""
        path = self._backstage.workflow_path(request.path_params["workflow"])
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
        run = await run_in_threadpool(self._dispatched, request, body)
        is_new = request.scope["state"]["version"] == NEWEST_VERSION
        if not body.get("return_run_details", is_new):
            return Response(status_code=204)
        site = self._backstage.site
        links = {
            "run_url": f"{site.api}/actions/runs/{run.id}",
            "html_url": f"{site.html}/actions/runs/{run.id}",
        }
        return JSONResponse({"workflow_run_id": run.id, **links})

    def switch(self, request: Request) -> Response:
        """Disable a workflow, or enable it again."""
        require_token(request)
        path = self._backstage.workflow_path(request.path_params["workflow"])
        disabled = self._backstage.catalog.disabled
        switches = {"disable": disabled.add, "enable": disabled.discard}
        if request.path_params["switch"] not in switches:
            raise not_found()
        switches[request.path_params["switch"]](path)
        return Response(status_code=204)

    def cancel(self, request: Request) -> Response:
        """Cancel a run."""
        require_token(request)
        run = self._run(request)
        if run.is_completed:
            raise Refusal(409, "Cannot cancel a workflow run that is completed.")
        self._backstage.engine.cancel(run.id)
        return JSONResponse({}, 202)

    def _repeating(self, only_failed: bool) -> Callable[[Request], Awaitable[Response]]:
        async def repeat(request: Request) -> Response:
            require_token(request)
            await run_in_threadpool(self._repeat, self._run(request), only_failed)
            return JSONResponse({}, 201)

        return repeat

    def _repeat(self, run: Run, only_failed: bool) -> None:
        if not run.is_completed:
            raise Refusal(403, "This workflow is already running")
        if only_failed and run.conclusion == "success":
            raise Refusal(403, "The workflow run has no failed jobs to run again")
        self._backstage.manual.repeat(run, only_failed)

    def _dispatched(self, request: Request, body: dict[str, object]) -> Run:
        path = self._backstage.workflow_path(request.path_params["workflow"])
        inputs = body.get("inputs") or {}
        if not isinstance(inputs, dict):
            raise Refusal(422, "Invalid request.\n\nFor 'inputs', not an object.")
        try:
            return self._backstage.manual.dispatch(path, str(body["ref"]), inputs)
        except InputError as error:
            raise Refusal(422, str(error)) from error

    def _run(self, request: Request) -> Run:
        if run := self._backstage.ledger.run(number_of(request, "run")):
            return run
        raise not_found()

    def _json(self, workflow: Workflow) -> dict[str, object]:
        number = self._backstage.ledger.workflow_id(workflow.path)
        site, created = self._backstage.site, self._backstage.started_at
        is_off = workflow.path in self._backstage.catalog.disabled
        return workflow_json(site, workflow, number, created, is_disabled=is_off)
