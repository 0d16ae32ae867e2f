"""Record a run and hand it to the engine.

Owns what every start has in common, whatever the event.
"""

from rehearsal.github.contexts import contexts, run_title
from rehearsal.github.engine import Engine
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Origin
from rehearsal.github.performance import Assignment
from rehearsal.github.runs import Run, Trigger
from rehearsal.github.settings import Settings
from rehearsal.github.workflow import Workflow


class Starter:
    """Starts runs."""

    def __init__(
        self, settings: Settings, origin: Origin, ledger: Ledger, engine: Engine
    ) -> None:
        """Record in this ledger and run on this engine."""
        self._settings, self._origin = settings, origin
        self._ledger, self._engine = ledger, engine

    def start(self, workflow: Workflow, text: str, trigger: Trigger) -> Run:
        """Start a workflow."""
        known = contexts(workflow, trigger, self._settings.variables)
        commit_title = self._origin.commit(trigger.sha).title
        title = run_title(workflow, commit_title, known, trigger.event)
        run = self._ledger.open_run(workflow.path, workflow.name, title, trigger)
        self._engine.submit(Assignment(run, workflow, text))
        return run

    def refuse(self, path: str, trigger: Trigger) -> None:
        """Record the run of a file that cannot be read."""
        title = self._origin.commit(trigger.sha).title
        self._engine.refuse(self._ledger.open_run(path, path, title, trigger))
