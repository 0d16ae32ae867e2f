"""Start a workflow by hand, or a completed run once more.

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
from rehearsal.github.payloads.common import Site
from rehearsal.github.payloads.events import dispatch_event
from rehearsal.github.performance import Assignment
from rehearsal.github.reruns import jobs_to_repeat, with_passing_stubs
from rehearsal.github.runs import Run, Trigger
from rehearsal.github.starting import Starter
from rehearsal.github.workflow import WorkflowError


class Manual:
    """What people start."""

    def __init__(
        self,
        site: Site,
        actor: str,
        origin: Origin,
        catalog: Catalog,
        starter: Starter,
        engine: Engine,
        ledger: Ledger,
    ) -> None:
        """Start in the name of this actor."""
        self._site, self._actor = site, actor
        self._origin, self._catalog, self._starter = origin, catalog, starter
        self._engine, self._ledger = engine, ledger

    def dispatch(self, path: str, ref: str, given: Mapping[str, Any]) -> Run:
        """Start a workflow by hand.

        Raises:
            InputError: The ref or the inputs are not acceptable.
        """
        if path in self._catalog.disabled:
            raise InputError(
                "Cannot trigger a 'workflow_dispatch' on a disabled workflow"
            )
        full, sha = self._resolved(ref)
        text = self._catalog.texts(sha).get(path, "")
        try:
            workflow = parse_workflow(path, text)
        except WorkflowError as error:
            raise InputError(str(error)) from error
        inputs = checked_inputs(workflow, given)
        payload = dispatch_event(self._site, path, full, inputs, self._actor)
        trigger = Trigger("workflow_dispatch", sha, full, self._actor, payload, inputs)
        return self._starter.start(workflow, text, trigger)

    def repeat(self, run: Run, only_failed: bool) -> Run:
        """Start a completed run again: the same id, the next attempt."""
        text = self._catalog.texts(run.trigger.checked_out)[run.path]
        workflow = parse_workflow(run.path, text)
        before = self._ledger.jobs(run.id, run.attempt)
        carried: frozenset[str] = frozenset()
        if only_failed:
            again = jobs_to_repeat(workflow, before)
            carried = frozenset(plan.id for plan in workflow.jobs) - again
            text = with_passing_stubs(text, again)
        new = self._ledger.open_attempt(run.id, self._actor)
        for job in before:
            if job.key in carried:
                number = self._ledger.new_id()
                self._ledger.put_job(replace(job, id=number, attempt=new.attempt))
        self._engine.submit(Assignment(new, workflow, text, carried))
        return new

    def _resolved(self, ref: str) -> tuple[str, str]:
        names = [f"refs/heads/{ref}", f"refs/tags/{ref}"]
        for name in [ref, *names] if ref.startswith("refs/") else names:
            if sha := self._origin.resolve(name):
                return name, sha
        raise InputError(f"No ref found for: {ref}")
