"""Give the routes what they answer from, and the look-ups that they share."""

from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

from rehearsal.github.catalog import Catalog
from rehearsal.github.deployments import Deployments
from rehearsal.github.engine import Engine
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Commit, Origin
from rehearsal.github.pulls import Pulls
from rehearsal.github.rest.errors import Refusal, not_found
from rehearsal.github.rest.requests import number_of
from rehearsal.github.runs import Job, Run
from rehearsal.github.site import Site
from rehearsal.github.starting import Starter


@dataclass(frozen=True, slots=True)
class Backstage:
    """Everything behind the API."""

    site: Site
    origin: Origin
    ledger: Ledger
    catalog: Catalog
    starter: Starter
    engine: Engine
    pulls: Pulls
    deployments: Deployments

    def run(self, request: Request) -> Run:
        """Return the run that a request's path names."""
        if run := self.ledger.run(number_of(request, "run")):
            return run
        raise not_found()

    def job(self, request: Request) -> Job:
        """Return the job that a request's path names."""
        if job := self.ledger.job(number_of(request, "job")):
            return job
        raise not_found()

    def commit(self, revision: str) -> Commit | None:
        """Return a commit, if it is there."""
        sha = self.origin.resolve(revision) if revision else None
        return _commit(self.origin, sha) if sha else None

    def known_commit(self, sha: str) -> Commit:
        """Return a commit, or refuse."""
        if commit := self.commit(sha):
            return commit
        raise Refusal(422, f"No commit found for SHA: {sha}")

    def workflow_number(self, name: str) -> int:
        """Return the id of a workflow named by its id or its file name."""
        known = {flow.file: flow.path for flow in self.catalog.current()}
        known |= {run.path.rsplit("/", 1)[-1]: run.path for run in self.ledger.runs()}
        numbers = {file: self.ledger.workflow_id(path) for file, path in known.items()}
        if name in numbers:
            return numbers[name]
        if name.isascii() and name.isdigit() and int(name) in numbers.values():
            return int(name)
        raise not_found()

    def workflow_path(self, request: Request) -> str:
        """Return the path of the default branch's workflow that a request names."""
        number = self.workflow_number(request.path_params["workflow"])
        for workflow in self.catalog.current():
            if self.ledger.workflow_id(workflow.path) == number:
                return workflow.path
        raise not_found()


@lru_cache(maxsize=1024)
def _commit(origin: Origin, sha: str) -> Commit:
    # A commit never changes, and lists show the same ones again and again.
    return origin.commit(sha)
