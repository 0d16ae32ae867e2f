"""Work out what a re-run of the failed jobs runs again.

Owns the choice of jobs, and a copy of the workflow file in which the others pass at
once, because act can start one job or all but not a selection.
"""

from typing import Any

import yaml

from rehearsal.github.runs import Job
from rehearsal.github.workflow import Workflow

_GOOD = {"success", "neutral"}


def jobs_to_repeat(workflow: Workflow, jobs: tuple[Job, ...]) -> frozenset[str]:
    """Return the failed jobs, what depends on them, and what feeds them outputs."""
    good = {job.key for job in jobs if job.conclusion in _GOOD}
    bad = {job.key for job in jobs if job.conclusion not in _GOOD}
    known = {plan.id for plan in workflow.jobs}
    again = ((bad - good) | (bad & good) | (known - good - bad)) & known
    while more := _drawn_in(workflow, again):
        again |= more
    return frozenset(again)


def _drawn_in(workflow: Workflow, again: set[str]) -> set[str]:
    plans = {plan.id: plan for plan in workflow.jobs}
    dependents = {plan.id for plan in workflow.jobs if again & set(plan.needs)}
    # The outputs of an earlier attempt are not at hand: their job makes them again.
    sources = {
        need
        for job_id in again
        for need in plans[job_id].needs
        if plans[need].has_outputs or plans[need].reuses
    }
    return (dependents | sources) - again


def with_passing_stubs(text: str, again: frozenset[str]) -> str:
    """Return a workflow file in which only these jobs do anything."""
    content: dict[Any, Any] = yaml.safe_load(text)
    stub = {"runs-on": "self-hosted", "steps": [{"run": ":"}]}
    content["jobs"] = {
        key: job if key in again else {**stub, "needs": job.get("needs", [])}
        for key, job in content["jobs"].items()
    }
    if True in content:
        content["on"] = content.pop(True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
