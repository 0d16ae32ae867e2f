"""Give the routes what they answer from.

Owns the look-ups that several routes share.
"""

from dataclasses import dataclass
from functools import lru_cache

from rehearsal.github.catalog import Catalog
from rehearsal.github.deployments import Deployment
from rehearsal.github.engine import Engine
from rehearsal.github.events import Events
from rehearsal.github.ledger import Ledger
from rehearsal.github.manual import Manual
from rehearsal.github.origin import Commit, Origin
from rehearsal.github.payloads.common import Site
from rehearsal.github.pulls import Pulls
from rehearsal.github.rest.errors import not_found


@dataclass(frozen=True, slots=True)
class Backstage:
    """Everything behind the API."""

    origin: Origin
    ledger: Ledger
    events: Events
    manual: Manual
    pulls: Pulls
    catalog: Catalog
    engine: Engine
    deployments: list[Deployment]
    site: Site
    started_at: float
    actor: str

    def commit(self, revision: str) -> Commit | None:
        """Return a commit, if it is there."""
        sha = self.origin.resolve(revision) if revision else None
        return _commit(self.origin, sha) if sha else None

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

    def workflow_path(self, name: str) -> str:
        """Return the path of a workflow of the default branch."""
        number = self.workflow_number(name)
        for workflow in self.catalog.current():
            if self.ledger.workflow_id(workflow.path) == number:
                return workflow.path
        raise not_found()


@lru_cache(maxsize=1024)
def _commit(origin: Origin, sha: str) -> Commit:
    # A commit never changes, and lists show the same ones again and again.
    return origin.commit(sha)
