"""Start runs: on a push, by hand, at the end of another run, once more.

Owns the reading of workflow files at the right commit, and the payload of each event.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rehearsal.github.contexts import contexts, run_title
from rehearsal.github.engine import Engine
from rehearsal.github.inputs import InputError, checked_inputs
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import ZERO_SHA, Origin
from rehearsal.github.payloads.common import Site
from rehearsal.github.payloads.events import dispatch_event, push_event, run_event
from rehearsal.github.payloads.runs import run_json, workflow_json
from rehearsal.github.performance import Assignment
from rehearsal.github.pushes import Push
from rehearsal.github.reruns import jobs_to_repeat, with_passing_stubs
from rehearsal.github.runs import Run, Trigger
from rehearsal.github.settings import Settings
from rehearsal.github.triggers import (
    is_skipped_by,
    is_started_by_push,
    is_started_by_run,
)
from rehearsal.github.workflow import Workflow, WorkflowError, parse_workflow

# GitHub lets workflow_run start a chain of at most three.
MAX_DEPTH = 3


class Events:
    """What can happen to the repository."""

    def __init__(
        self,
        settings: Settings,
        origin: Origin,
        ledger: Ledger,
        site: Site,
    ) -> None:
        """Begin deaf; `engine` has to be set before anything happens."""
        self._settings, self._origin, self._ledger = settings, origin, ledger
        self._site = site
        self._lock = threading.Lock()
        self.engine: Engine
        self.pushes: list[Push] = []

    def push(self, push: Push) -> None:
        """Start what a push starts."""
        self.pushes.append(push)
        sha = None if push.after == ZERO_SHA else self._origin.resolve(push.after)
        if sha is None or not push.ref.startswith(("refs/heads/", "refs/tags/")):
            return
        head = self._origin.commit(sha)
        if is_skipped_by(head.message):
            return
        changed = self._origin.changed_paths(push.before, sha)
        trigger = self._push_trigger(push, sha)
        for path, text in self._origin.workflow_texts(sha).items():
            workflow = self._parsed(path, text, trigger)
            if workflow and is_started_by_push(workflow, push.ref, changed):
                self._start(workflow, text, trigger)

    def dispatch(
        self, path: str, ref: str, given: Mapping[str, Any], actor: str
    ) -> Run:
        """Start a workflow by hand.

        Raises:
            InputError: The ref or the inputs are not acceptable.
        """
        full = next(
            (
                name
                for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref)
                if name.startswith("refs/") and self._origin.resolve(name)
            ),
            None,
        )
        sha = self._origin.resolve(full) if full else None
        if full is None or sha is None:
            raise InputError(f"No ref found for: {ref}")
        text = self._origin.workflow_texts(sha).get(path, "")
        try:
            workflow = parse_workflow(path, text)
        except WorkflowError as error:
            raise InputError(str(error)) from error
        inputs = checked_inputs(workflow, given)
        payload = dispatch_event(self._site, path, full, inputs, actor)
        trigger = Trigger("workflow_dispatch", sha, full, actor, payload, inputs)
        return self._start(workflow, text, trigger)

    def completed(self, run: Run) -> None:
        """Start what the end of a run starts, from the default branch's files."""
        sha = self._origin.resolve(self._settings.default_ref)
        depth = run.trigger.depth + 1
        if sha is None or depth > MAX_DEPTH:
            return
        branch = run.trigger.branch
        for workflow, text in self._at(sha):
            if is_started_by_run(workflow, run.workflow_name, branch):
                self._start(workflow, text, self._run_trigger(run, sha, depth))

    def repeat(self, run: Run, only_failed: bool, actor: str) -> Run:
        """Start a completed run again, with the same id and the next attempt."""
        text = self._origin.workflow_texts(run.sha)[run.path]
        workflow = parse_workflow(run.path, text)
        carried: frozenset[str] = frozenset()
        before = self._ledger.jobs(run.id, run.attempt)
        if only_failed:
            again = jobs_to_repeat(workflow, before)
            carried = frozenset(plan.id for plan in workflow.jobs) - again
            text = with_passing_stubs(text, again)
        new = self._ledger.open_attempt(run.id, actor)
        for job in before:
            if job.key in carried:
                number = self._ledger.new_id()
                self._ledger.put_job(replace(job, id=number, attempt=new.attempt))
        self.engine.submit(Assignment(new, workflow, text, carried))
        return new

    def workflows(self) -> tuple[Workflow, ...]:
        """Return the workflows of the default branch."""
        sha = self._origin.resolve(self._settings.default_ref)
        return tuple(workflow for workflow, _ in self._at(sha)) if sha else ()

    def _start(self, workflow: Workflow, text: str, trigger: Trigger) -> Run:
        known = contexts(workflow, trigger, self._settings.variables)
        commit_title = self._origin.commit(trigger.sha).title
        title = run_title(workflow, commit_title, known, trigger.event)
        run = self._ledger.open_run(workflow.path, workflow.name, title, trigger)
        self.engine.submit(Assignment(run, workflow, text))
        return run

    def _parsed(self, path: str, text: str, trigger: Trigger) -> Workflow | None:
        try:
            return parse_workflow(path, text)
        except WorkflowError:
            title = self._origin.commit(trigger.sha).title
            self.engine.refuse(self._ledger.open_run(path, path, title, trigger))
            return None

    def _at(self, sha: str) -> Iterator[tuple[Workflow, str]]:
        for path, text in self._origin.workflow_texts(sha).items():
            try:
                yield parse_workflow(path, text), text
            except WorkflowError:
                # A broken file is reported where it was pushed.
                continue

    def _push_trigger(self, push: Push, sha: str) -> Trigger:
        actor, origin = self._settings.actor, self._origin
        base = push.before if origin.has_object(push.before) else f"{sha}^@"
        known = push.before != ZERO_SHA and origin.has_object(push.before)
        shas = origin.commits_between(base, sha) if known else (sha,)
        commits = tuple(origin.commit(one) for one in shas[-20:])
        head = origin.commit(sha)
        payload = push_event(self._site, push, commits, head, actor)
        return Trigger("push", sha, push.ref, actor, payload)

    def _run_trigger(self, run: Run, sha: str, depth: int) -> Trigger:
        site, actor = self._site, run.triggering_actor
        body = run_json(site, run, self._origin.commit(run.sha))
        workflow = next((w for w, _ in self._at(sha) if w.path == run.path), None)
        known = workflow and workflow_json(
            site, workflow, run.workflow_id, run.created_at
        )
        payload = run_event(site, body, known, actor)
        ref = self._settings.default_ref
        return Trigger("workflow_run", sha, ref, actor, payload, depth=depth)
