"""Rewrite a workflow file into what act is to read.

Owns two cuts. `concurrency` and jobs' `environment` are played here: act does nothing
with them, but refuses a whole file for a key that is newer than its schema. And act can
start one job or all, not a selection: in a re-run of the failed ones the others pass.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from rehearsal.github.runs import Job
from rehearsal.github.workflow import Workflow

_TOP = ("concurrency",)
_JOB = ("concurrency", "environment")
_GOOD = {"success", "neutral"}


def reduced(text: str) -> str:
    """Return a workflow file without them; every line keeps its number."""
    lines = text.split("\n")
    for first, end in _places(yaml.compose(text)):
        lines[first:end] = [""] * (end - first)
    return "\n".join(lines)


def jobs_to_repeat(workflow: Workflow, jobs: tuple[Job, ...]) -> frozenset[str]:
    """Return the failed jobs, what depends on them, and what feeds them outputs."""
    good = {job.key for job in jobs if job.conclusion in _GOOD}
    bad = {job.key for job in jobs if job.conclusion not in _GOOD}
    known = {plan.id for plan in workflow.jobs}
    again = ((bad - good) | (bad & good) | (known - good - bad)) & known
    while more := _drawn_in(workflow, again):
        again |= more
    return frozenset(again)


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


def _drawn_in(workflow: Workflow, again: set[str]) -> set[str]:
    plans = {plan.id: plan for plan in workflow.jobs}
    dependents = {plan.id for plan in workflow.jobs if again & set(plan.needs)}
    # The outputs of an earlier attempt are not at hand: their job makes them again.
    sources = {
        need
        for job_id in again
        for need in plans[job_id].needs
        if plans[need].has_outputs
    }
    return (dependents | sources) - again


def _places(root: yaml.Node | None) -> Iterator[tuple[int, int]]:
    yield from _found(root, _TOP)
    for key, jobs in _pairs(root):
        if key.value == "jobs":
            for _, job in _pairs(jobs):
                yield from _found(job, _JOB)


def _found(node: yaml.Node | None, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if node is None or getattr(node, "flow_style", False):
        return  # On one line with other things.
    for key, value in _pairs(node):
        if key.value in names:
            first = key.start_mark.line
            yield first, max(value.end_mark.line, first + 1)


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []
