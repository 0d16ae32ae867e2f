"""Put runs into the ledger that nobody performed.

Owns the short description of such a run, for trying out what a verdict is made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import yaml

from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Job, Run, Trigger

SHIPPED = Path(__file__).resolve().parents[3] / "pipeline.yml"


@dataclass(frozen=True, slots=True)
class ScriptedRun:
    """A run as it is to appear in the API.

    Attributes:
        run_id: Alters this run; None adds one.
        listed_after: Seconds from now before lists show the run.
        jobs: How its jobs ended, by their names; None lets a success have those that
            the shipped configuration names, all successful, and any other run none.
        logs: What the logs of some of these jobs say, by their names.
    """

    sha: str
    conclusion: str | None = "success"
    status: str = "completed"
    workflow: str = "ci.yml"
    event: str = "push"
    attempt: int = 1
    branch: str = "main"
    run_id: int | None = None
    listed_after: float = 0.0
    jobs: Mapping[str, str] | None = None
    logs: Mapping[str, str] = field(default_factory=dict)


def script(ledger: Ledger, scripted: ScriptedRun) -> Run:
    """Add or alter one run, and return it."""
    path = f".github/workflows/{scripted.workflow}"
    ref = f"refs/heads/{scripted.branch}"
    trigger = Trigger(scripted.event, scripted.sha, ref, {})
    known = ledger.run(scripted.run_id) if scripted.run_id else None
    name = known.workflow_name if known else scripted.workflow.rsplit(".", 1)[0]
    run = known or ledger.open_run(path, name, name, trigger)
    if known:
        trigger = replace(known.trigger, event=scripted.event, sha=scripted.sha)
    is_over = scripted.status == "completed"
    for job, conclusion in _jobs(scripted).items():
        id_ = _put_job(ledger, run, scripted.attempt, job, conclusion)
        if text := scripted.logs.get(job):
            ledger.append_log(id_, text)
    return ledger.update_run(
        run.id,
        trigger=trigger,
        status=scripted.status,
        conclusion=scripted.conclusion if is_over else None,
        attempt=scripted.attempt,
        listed_at=ledger.clock() + scripted.listed_after,
    )


def _jobs(scripted: ScriptedRun) -> Mapping[str, str]:
    if scripted.jobs is not None:
        return scripted.jobs
    is_success = (scripted.status, scripted.conclusion) == ("completed", "success")
    return dict.fromkeys(_gate_jobs(), "success") if is_success else {}


@cache
def _gate_jobs() -> tuple[str, ...]:
    return tuple(yaml.safe_load(SHIPPED.read_text("utf-8"))["ci"]["gate_jobs"])


def _put_job(ledger: Ledger, run: Run, attempt: int, name: str, conclusion: str) -> int:
    known = {job.name: job.id for job in ledger.jobs(run.id, attempt)}
    now = ledger.clock()
    put = ledger.put_job(
        Job(
            id=known.get(name) or ledger.new_id(),
            run_id=run.id,
            attempt=attempt,
            key=name,
            name=name,
            labels=("ubuntu-latest",),
            created_at=now,
            status="completed",
            conclusion=conclusion,
            started_at=now,
            completed_at=now,
        )
    )
    return put.id
