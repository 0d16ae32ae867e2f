"""Give expressions their contexts, and names their values.

Owns what `github`, `inputs`, `vars` and `matrix` hold before a runner starts, and how
runs and jobs get the names that people see.
"""

import re
from collections.abc import Mapping

from rehearsal.github.expressions import ExpressionError, Value, interpolate
from rehearsal.github.runs import Trigger
from rehearsal.github.workflow import JobPlan, Workflow


def contexts(
    workflow: Workflow,
    trigger: Trigger,
    variables: Mapping[str, str],
    run_id: int | None = None,
) -> dict[str, Value]:
    """Return what a workflow's own expressions may look at.

    Args:
        workflow: The file.
        trigger: What starts the run.
        variables: The repository's.
        run_id: The run's; a run's name is made before it has one.
    """
    pull = trigger.payload.get("pull_request", {})
    github: dict[str, Value] = {
        "workflow": workflow.name,
        "event_name": trigger.event,
        "event": trigger.payload,
        "ref": trigger.ref,
        "ref_name": trigger.ref.split("/", 2)[-1],
        "head_ref": pull.get("head", {}).get("ref", ""),
        "base_ref": pull.get("base", {}).get("ref", ""),
        "sha": trigger.checked_out,
        "run_id": str(run_id) if run_id else None,
        "actor": trigger.actor,
        "repository": trigger.payload.get("repository", {}).get("full_name"),
    }
    return {"github": github, "inputs": trigger.inputs, "vars": dict(variables)}


def run_title(
    workflow: Workflow, commit_title: str, known: Mapping[str, Value], event: str
) -> str:
    """Return a run's title: its own, else the commit's, else the workflow's."""
    fallback = commit_title if event == "push" else workflow.name
    if not workflow.run_name:
        return fallback
    try:
        return interpolate(workflow.run_name, known).strip() or fallback
    except ExpressionError:
        return fallback


def job_name(
    plan: JobPlan | None,
    leg: str,
    matrix: Mapping[str, Value],
    known: Mapping[str, Value],
) -> str:
    """Return a job's name.

    Args:
        plan: What the workflow file says; None for a job of a reusable workflow.
        leg: The name that act gives, `workflow/job`, with a number for a matrix leg.
        matrix: The leg's values.
        known: The contexts of the workflow.
    """
    parts = [part.strip() for part in leg.split("/")]
    if plan is None:
        return f"{parts[0]} / {parts[-1]}"
    if "${{" in plan.name:
        try:
            return interpolate(plan.name, {**known, "matrix": matrix})
        except ExpressionError:
            return re.sub(r"-\d+$", "", parts[-1]) if matrix else parts[-1]
    values = ", ".join(str(value) for value in matrix.values())
    return f"{plan.name} ({values})" if values else plan.name
