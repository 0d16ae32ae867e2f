"""Keep the runs, their jobs and their logs.

Owns numbers, ids, and the one lock. Refuses to decide anything: it records what the
others decided, and wakes whoever waits for it.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from rehearsal.github.runs import Assignment, Job, Run, Trigger


class Ledger:
    """Every run that this service has seen."""

    def __init__(self) -> None:
        """Begin empty."""
        self.clock = time.time
        self._changed = threading.Condition(threading.RLock())
        self._ids = count(9_000_000_001)
        self._runs: dict[int, Run] = {}
        self._jobs: dict[int, Job] = {}
        self._logs: dict[int, list[str]] = {}
        self._workflow_ids: dict[str, int] = {}

    def new_id(self) -> int:
        """Return a number that nothing else has."""
        with self._changed:
            return next(self._ids)

    def workflow_id(self, path: str) -> int:
        """Return the number that a workflow file keeps for life."""
        with self._changed:
            return self._workflow_ids.setdefault(path, 70_001 + len(self._workflow_ids))

    def open_run(self, path: str, name: str, title: str, trigger: Trigger) -> Run:
        """Record a new run, queued."""
        with self._changed:
            now = self.clock()
            number = 1 + sum(run.path == path for run in self._runs.values())
            run = Run(
                id=self.new_id(),
                number=number,
                workflow_id=self.workflow_id(path),
                workflow_name=name,
                path=path,
                title=title,
                trigger=trigger,
                created_at=now,
                started_at=now,
                updated_at=now,
            )
            return self._keep(run)

    def open_attempt(self, run_id: int) -> Run:
        """Record that a completed run begins again, with the same id."""
        with self._changed:
            attempt, now = self._runs[run_id].attempt + 1, self.clock()
            changes = {"status": "queued", "conclusion": None, "started_at": now}
            return self.update_run(run_id, attempt=attempt, **changes)

    def queue_jobs(self, assignment: Assignment) -> None:
        """Record one queued job for each in a workflow file that is still to run."""
        run = assignment.run
        for plan in assignment.workflow.jobs:
            if plan.id not in assignment.carried:
                self.put_job(
                    Job(
                        id=self.new_id(),
                        run_id=run.id,
                        attempt=run.attempt,
                        key=plan.id,
                        name=plan.name,
                        labels=plan.labels,
                        created_at=self.clock(),
                        is_tolerated=plan.is_tolerated,
                    )
                )

    def update_run(self, run_id: int, **changes: Any) -> Run:
        """Change a run."""
        with self._changed:
            changed = replace(self._runs[run_id], updated_at=self.clock())
            return self._keep(replace(changed, **changes))

    def put_job(self, job: Job) -> Job:
        """Record a job as it is now."""
        with self._changed:
            self._jobs[job.id] = job
            self._changed.notify_all()
            return job

    def drop_jobs(self, ids: Iterable[int]) -> None:
        """Forget jobs that turned out not to exist, such as a matrix's placeholder."""
        with self._changed:
            for job_id in ids:
                self._jobs.pop(job_id, None)

    def append_log(self, job_id: int, text: str) -> None:
        """Add lines to a job's log."""
        moment = datetime.fromtimestamp(self.clock(), UTC)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        with self._changed:
            lines = self._logs.setdefault(job_id, [])
            lines.extend(f"{stamp} {line}\n" for line in text.split("\n"))

    def runs(self) -> tuple[Run, ...]:
        """Return every run, the newest first."""
        with self._changed:
            return tuple(sorted(self._runs.values(), key=_age, reverse=True))

    def run(self, run_id: int) -> Run | None:
        """Return a run in its newest attempt."""
        with self._changed:
            return self._runs.get(run_id)

    def jobs(self, run_id: int, attempt: int | None = None) -> tuple[Job, ...]:
        """Return the jobs of one attempt of a run, or of all of them."""
        with self._changed:
            return tuple(
                job
                for job in self._jobs.values()
                if job.run_id == run_id and attempt in (None, job.attempt)
            )

    def job(self, job_id: int) -> Job | None:
        """Return one job."""
        with self._changed:
            return self._jobs.get(job_id)

    def log(self, job_id: int) -> str:
        """Return a job's log so far."""
        with self._changed:
            return "".join(self._logs.get(job_id, ()))

    def wait_until(self, is_so: Callable[["Ledger"], bool], seconds: float) -> bool:
        """Wait, at most so long, until something is so; tell whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: is_so(self), timeout=seconds)

    def _keep(self, run: Run) -> Run:
        self._runs[run.id] = run
        self._changed.notify_all()
        return run


def _age(run: Run) -> tuple[float, int]:
    return run.created_at, run.id
