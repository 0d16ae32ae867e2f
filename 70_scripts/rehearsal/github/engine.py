"""Start runs in turn, and conclude them.

Owns the life of a run from its record to its conclusion. What starts a run, and how
it is performed, are the business of others.
"""

import threading
from collections.abc import Callable
from uuid import uuid4

from rehearsal.github.contexts import contexts
from rehearsal.github.deployments import Deployments
from rehearsal.github.environment import job_environment
from rehearsal.github.execution import Execution, Surroundings
from rehearsal.github.ledger import Ledger
from rehearsal.github.performance import STARTUP_FAILURE, Performer
from rehearsal.github.runs import Assignment, Run
from rehearsal.github.site import Site
from rehearsal.github.tokens import Tokens
from rehearsal.github.turns import Decision, Turns, groups_of
from rehearsal.github.workflow import WorkflowError


class Engine:
    """Everything that is running or waiting to."""

    def __init__(
        self,
        site: Site,
        ledger: Ledger,
        tokens: Tokens,
        performer: Performer,
        deployments: Deployments,
    ) -> None:
        """Begin idle; `on_completed` may be set to hear of runs that are over."""
        self._site, self._ledger, self._tokens = site, ledger, tokens
        self._performer, self._deployments = performer, deployments
        self.on_completed: Callable[[Run], None] = lambda run: None
        self._lock = threading.RLock()
        self._turns = Turns()
        self._waiting: dict[int, Assignment] = {}
        self._unreviewed: dict[int, Assignment] = {}
        self._executions: dict[int, Execution] = {}
        self._threads: set[threading.Thread] = set()
        self._is_stopping = False

    def submit(self, assignment: Assignment) -> None:
        """Queue a run; it starts as soon as its concurrency groups are free."""
        run = assignment.run
        try:
            known = contexts(run, self._site.variables)
            groups = groups_of(assignment.workflow, known)
        except WorkflowError:
            self.refuse(run)
            return
        self._ledger.queue_jobs(assignment)
        with self._lock:
            if self._is_stopping:
                return
            self._waiting[run.id] = assignment
            self._follow(self._turns.enter(run.id, groups))
            if run.id in self._waiting:
                self._ledger.update_run(run.id, status="pending")

    def refuse(self, run: Run) -> None:
        """Conclude a run whose workflow cannot even be started."""
        self._conclude(run.id, STARTUP_FAILURE)

    def approve(self, run_id: int) -> None:
        """Let a run begin that waits for its reviewers."""
        with self._lock:
            if assignment := self._unreviewed.pop(run_id, None):
                self._begin(assignment)

    def cancel(self, run_id: int) -> None:
        """Cancel a run, wherever it is in its life."""
        with self._lock:
            execution = self._executions.get(run_id)
            if execution is None:
                self._drop(run_id)
                self._follow(self._turns.leave(run_id))
        if execution:
            execution.cancel()

    def stop(self, grace: float = 1.0) -> None:
        """End everything that runs, in so many seconds, and wait until it has."""
        with self._lock:
            # The end of one run may ask for another.
            self._is_stopping = True
            self._waiting.clear()
            self._unreviewed.clear()
            self._turns = Turns()
            executions, threads = list(self._executions.values()), set(self._threads)
        for execution in executions:
            execution.cancel(grace)
        for thread in threads:
            thread.join()

    def _follow(self, decision: Decision) -> None:
        for run_id in decision.drop:
            self._drop(run_id)
        for run_id in decision.interrupt:
            self._executions[run_id].cancel()
        for run_id in decision.start:
            assignment = self._waiting.pop(run_id, None)
            if assignment and self._deployments.awaits_review(assignment.workflow):
                # As on GitHub, it has its turn in its groups meanwhile.
                self._unreviewed[run_id] = assignment
                self._ledger.update_run(run_id, status="waiting")
            elif assignment:
                self._begin(assignment)

    def _drop(self, run_id: int) -> None:
        if self._waiting.pop(run_id, None) or self._unreviewed.pop(run_id, None):
            for job in self._ledger.jobs(run_id):
                if job.status != "completed":
                    now = self._ledger.clock()
                    self._ledger.put_job(job.ended("cancelled", now))
            self._conclude(run_id, "cancelled")

    def _begin(self, assignment: Assignment) -> None:
        environment, minute = job_environment(self._site), self._site.seconds_per_minute
        execution = Execution(Surroundings(environment, f"github_{uuid4()}", minute))
        run = assignment.run
        self._executions[run.id] = execution
        self._deployments.begin(run, assignment.workflow)
        what, name = (assignment, execution), f"run-{run.id}"
        thread = threading.Thread(
            target=self._perform, args=what, name=name, daemon=True
        )
        self._threads.add(thread)
        thread.start()

    def _perform(self, assignment: Assignment, execution: Execution) -> None:
        run_id, conclusion = assignment.run.id, STARTUP_FAILURE
        self._ledger.update_run(run_id, status="in_progress")
        try:
            conclusion = self._performer.perform(assignment, execution)
        finally:
            self._tokens.revoke(run_id)
            with self._lock:
                del self._executions[run_id]
                self._threads.discard(threading.current_thread())
            self._conclude(run_id, conclusion)
            with self._lock:
                self._follow(self._turns.leave(run_id))

    def _conclude(self, run_id: int, conclusion: str) -> None:
        if conclusion == STARTUP_FAILURE:
            self._ledger.drop_jobs(job.id for job in self._ledger.jobs(run_id))
        run = self._ledger.update_run(run_id, status="completed", conclusion=conclusion)
        self._deployments.end(run_id, conclusion)
        self.on_completed(run)
