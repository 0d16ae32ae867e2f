"""Record a run and hand it to the engine: started by an event, by hand, or once more.

Owns what the API's `dispatches`, `rerun` and `rerun-failed-jobs` do.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rehearsal.github.catalog import Catalog
from rehearsal.github.engine import Engine
from rehearsal.github.inputs import InputError, checked_inputs
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Origin
from rehearsal.github.parsing import parse_workflow
from rehearsal.github.payloads.events import dispatch_event
from rehearsal.github.rewriting import jobs_to_repeat, with_passing_stubs
from rehearsal.github.runs import Assignment, Run, Trigger
from rehearsal.github.site import Site
from rehearsal.github.workflow import Workflow, WorkflowError


class Starter:
    """Starts runs."""

    def __init__(
        self,
        site: Site,
        origin: Origin,
        catalog: Catalog,
        ledger: Ledger,
        engine: Engine,
    ) -> None:
        """Record in this ledger and run on this engine."""
        self._site, self._origin, self._catalog = site, origin, catalog
        self._ledger, self._engine = ledger, engine

    def start(self, workflow: Workflow, text: str, trigger: Trigger) -> Run:
        """Start a workflow."""
        is_push = trigger.event == "push"
        commit_title = self._origin.commit(trigger.sha).title
        title = commit_title if is_push else workflow.name
        run = self._ledger.open_run(workflow.path, workflow.name, title, trigger)
        self._engine.submit(Assignment(run, workflow, text))
        return run

    def refuse(self, path: str, trigger: Trigger) -> None:
        """Record the run of a file that cannot be read."""
        title = self._origin.commit(trigger.sha).title
        self._engine.refuse(self._ledger.open_run(path, path, title, trigger))

    def dispatch(self, path: str, ref: str, given: Mapping[str, Any]) -> Run:
        """Start a workflow by hand.

        Raises:
            InputError: The ref or the inputs are not acceptable.
        """
        if path in self._catalog.disabled:
            what = "Cannot trigger a 'workflow_dispatch' on a disabled workflow"
            raise InputError(what)
        full, sha = self._resolved(ref)
        text = self._catalog.texts(sha).get(path, "")
        try:
            workflow = parse_workflow(path, text)
        except WorkflowError as error:
            raise InputError(str(error)) from error
        inputs = checked_inputs(workflow, given)
        payload = dispatch_event(self._site, path, full, inputs)
        trigger = Trigger("workflow_dispatch", sha, full, payload, inputs)
        return self.start(workflow, text, trigger)

    def repeat(self, run: Run, only_failed: bool) -> None:
        """Start a completed run again: the same id, the next attempt."""
        text = self._origin.workflow_texts(run.trigger.checked_out)[run.path]
        workflow = parse_workflow(run.path, text)
        before = self._ledger.jobs(run.id, run.attempt)
        carried: frozenset[str] = frozenset()
        if only_failed:
            again = jobs_to_repeat(workflow, before)
            carried = frozenset(plan.id for plan in workflow.jobs) - again
            text = with_passing_stubs(text, again)
        new = self._ledger.open_attempt(run.id)
        for job in before:
            if job.key in carried:
                number = self._ledger.new_id()
                self._ledger.put_job(replace(job, id=number, attempt=new.attempt))
        self._engine.submit(Assignment(new, workflow, text, carried))

    def _resolved(self, ref: str) -> tuple[str, str]:
        names = [f"refs/heads/{ref}", f"refs/tags/{ref}"]
        for name in [ref, *names] if ref.startswith("refs/") else names:
            if sha := self._origin.resolve(name):
                return name, sha
        raise InputError(f"No ref found for: {ref}")
