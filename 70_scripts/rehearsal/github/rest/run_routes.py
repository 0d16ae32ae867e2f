"""Answer for runs, jobs and their logs.

Owns the meaning of each filter of a list of runs. An empty filter filters nothing; a
SHA has to be whole to match; a filter that is not played here is refused, loudly.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response
from starlette.routing import Route

from rehearsal.github.payloads.runs import job_json, run_json
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, not_found
from rehearsal.github.rest.front import FILES
from rehearsal.github.rest.requests import page_response
from rehearsal.github.runs import Job, Run

# Statuses and conclusions share one filter.
_STATES = frozenset(
    "action_required cancelled completed failure in_progress neutral pending queued"
    " requested skipped stale startup_failure success timed_out waiting".split()
)
_PLAYED = {"head_sha", "event", "branch", "status", "per_page", "page"}


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
            Route("/actions/runs/{run}/jobs", self.jobs),
            Route("/actions/jobs/{job}/logs", self.log),
            Route("/actions/workflows/{workflow}/runs", self.workflow_runs),
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
        return JSONResponse(self._run_json(self._backstage.run(request)))

    def jobs(self, request: Request) -> Response:
        """List a run's jobs: those of the newest attempt, or all."""
        run = self._backstage.run(request)
        wants_all = request.query_params.get("filter") == "all"
        found = self._ledger.jobs(run.id, None if wants_all else run.attempt)
        return page_response(request, found, self._job_json, "jobs")

    def log(self, request: Request) -> Response:
        """Send a client on to where the log is."""
        if not request.scope["state"]["token"]:
            raise Refusal(403, "Must have admin rights to Repository.")
        job = self._backstage.job(request)
        if job.status != "completed":
            raise not_found()
        address = f"{self._backstage.site.base}{FILES}logs/{job.id}"
        return RedirectResponse(address, 302)

    def log_file(self, request: Request) -> Response:
        """Send a job's log."""
        return PlainTextResponse(self._ledger.log(self._backstage.job(request).id))

    def _page(self, request: Request, runs: tuple[Run, ...]) -> Response:
        query, now = request.query_params, self._ledger.clock()
        if unplayed := query.keys() - _PLAYED:
            raise Refusal(501, f"This GitHub does not play {sorted(unplayed)}")
        if (state := query.get("status")) and state not in _STATES:
            raise Refusal(422, f"Invalid value for status: {state}")
        chosen = [r for r in runs if r.listed_at <= now and _fits(r, request)]
        return page_response(request, chosen, self._run_json, "workflow_runs")

    def _run_json(self, run: Run) -> dict[str, object]:
        commit = self._backstage.commit(run.trigger.sha)
        return run_json(self._backstage.site, run, commit)

    def _job_json(self, job: Job) -> dict[str, object]:
        if run := self._ledger.run(job.run_id):
            return job_json(self._backstage.site, job, run)
        raise not_found()


def _fits(run: Run, request: Request) -> bool:
    trigger, query = run.trigger, request.query_params
    own = {"head_sha": run.sha, "event": trigger.event, "branch": trigger.branch}
    if any(query.get(name) not in (None, "", value) for name, value in own.items()):
        return False
    state = query.get("status")
    return not state or state in (run.status, run.conclusion)
