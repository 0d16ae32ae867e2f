"""Answer for workflows, runs and jobs."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.responses import RedirectResponse
from starlette.routing import Route

from rehearsal.github.payloads.annotations import annotation_json
from rehearsal.github.payloads.runs import job_json, run_json
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, not_found
from rehearsal.github.rest.filters import filtered
from rehearsal.github.rest.front import FILES
from rehearsal.github.rest.requests import number_of, page_response
from rehearsal.github.runs import Job, Run


class RunRoutes:
    """The reading half of Actions."""

    def __init__(self, backstage: Backstage) -> None:
        """Answer from what is backstage."""
        self._backstage, self._ledger = backstage, backstage.ledger

    def routes(self) -> list[Route]:
        """Return every route, relative to the repository."""
        return [
            Route("/actions/runs", self.runs),
            Route("/actions/runs/{run}", self.run),
            Route("/actions/runs/{run}/attempts/{attempt}", self.attempt),
            Route("/actions/runs/{run}/attempts/{attempt}/jobs", self.attempt_jobs),
            Route("/actions/runs/{run}/jobs", self.jobs),
            Route("/actions/jobs/{job}", self.job),
            Route("/actions/jobs/{job}/logs", self.log),
            Route("/actions/workflows/{workflow}/runs", self.workflow_runs),
            Route("/check-runs/{job}/annotations", self.annotations),
        ]

    def file_routes(self) -> list[Route]:
        """Return the routes of the host that serves logs."""
        return [Route(FILES + "logs/{job}", self.log_file)]

    def runs(self, request: Request) -> Response:
        """List the repository's runs."""
        return self._page(request, self._ledger.runs())

    def workflow_runs(self, request: Request) -> Response:
        """List one workflow's runs."""
        wanted = self._backstage.workflow_number(request.path_params["workflow"])
        runs = (run for run in self._ledger.runs() if run.workflow_id == wanted)
        return self._page(request, tuple(runs))

    def run(self, request: Request) -> Response:
        """Show a run in its newest attempt."""
        return JSONResponse(self._run_json(self._run(request)))

    def attempt(self, request: Request) -> Response:
        """Show a run as one attempt left it."""
        return JSONResponse(self._run_json(self._attempt(request)))

    def jobs(self, request: Request) -> Response:
        """List a run's jobs: those of the newest attempt, or all."""
        run = self._run(request)
        wants_all = request.query_params.get("filter") == "all"
        found = self._ledger.jobs(run.id, None if wants_all else run.attempt)
        return page_response(request, found, self._job_json, "jobs")

    def attempt_jobs(self, request: Request) -> Response:
        """List the jobs of one attempt."""
        run = self._attempt(request)
        found = self._ledger.jobs(run.id, run.attempt)
        return page_response(request, found, self._job_json, "jobs")

    def job(self, request: Request) -> Response:
        """Show a job."""
        return JSONResponse(self._job_json(self._job(request)))

    def log(self, request: Request) -> Response:
        """Send a client on to where the log is."""
        if not request.scope["state"]["token"]:
            raise Refusal(403, "Must have admin rights to Repository.")
        job = self._job(request)
        if job.status != "completed":
            raise not_found()
        address = f"{self._backstage.site.base}{FILES}logs/{job.id}"
        return RedirectResponse(address, 302)

    def log_file(self, request: Request) -> Response:
        """Send a job's log."""
        return PlainTextResponse(self._ledger.log(self._job(request).id))

    def annotations(self, request: Request) -> Response:
        """List what a job said with `::error` and the like."""
        notes = annotation_json(self._job(request))
        return page_response(request, notes, lambda note: note)

    def _page(self, request: Request, runs: tuple[Run, ...]) -> Response:
        chosen = filtered(runs, request.query_params, self._ledger.clock())
        return page_response(request, chosen, self._run_json, "workflow_runs")

    def _run(self, request: Request) -> Run:
        if run := self._ledger.run(number_of(request, "run")):
            return run
        raise not_found()

    def _attempt(self, request: Request) -> Run:
        numbers = number_of(request, "run"), number_of(request, "attempt")
        if run := self._ledger.attempt(*numbers):
            return run
        raise not_found()

    def _job(self, request: Request) -> Job:
        if job := self._ledger.job(number_of(request, "job")):
            return job
        raise not_found()

    def _run_json(self, run: Run) -> dict[str, object]:
        return run_json(
            self._backstage.site, run, self._backstage.commit(run.trigger.sha)
        )

    def _job_json(self, job: Job) -> dict[str, object]:
        run = self._ledger.attempt(job.run_id, job.attempt)
        if run is None:
            raise not_found()
        return job_json(self._backstage.site, job, run)
