"""Record jobs that have not started, or never will."""

from dataclasses import replace

from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Job, Run
from rehearsal.github.workflow import Workflow


def queue_jobs(
    run: Run, workflow: Workflow, carried: frozenset[str], ledger: Ledger
) -> None:
    """Record one queued job for each in a workflow file that is still to run."""
    for plan in workflow.jobs:
        if plan.id not in carried:
            ledger.put_job(
                Job(
                    id=ledger.new_id(),
                    run_id=run.id,
                    attempt=run.attempt,
                    key=plan.id,
                    name=plan.name,
                    labels=plan.labels,
                    created_at=ledger.clock(),
                    is_tolerated=plan.is_tolerated,
                )
            )


def ended(job: Job, conclusion: str, now: float) -> Job:
    """Return a job that ends without ever having started."""
    return replace(
        job,
        status="completed",
        conclusion=conclusion,
        started_at=job.started_at or now,
        completed_at=now,
    )
