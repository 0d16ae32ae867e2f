"""Give expressions their contexts, and jobs the names that people see.

Owns what `github`, `inputs`, `vars` and `matrix` hold before a runner starts.
"""

import re
from collections.abc import Mapping

from rehearsal.github.expressions import ExpressionError, interpolate
from rehearsal.github.values import Value
from rehearsal.github.runs import Run
from rehearsal.github.site import ACTOR
from rehearsal.github.workflow import JobPlan


def contexts(run: Run, variables: Mapping[str, str]) -> dict[str, Value]:
    """Return what the expressions of a run's workflow may look at."""
    trigger = run.trigger
    pull = trigger.payload.get("pull_request", {})
    github: dict[str, Value] = {
        "workflow": run.workflow_name,
        "event_name": trigger.event,
        "event": trigger.payload,
        "ref": trigger.ref,
        "ref_name": trigger.ref.split("/", 2)[-1],
        "head_ref": pull.get("head", {}).get("ref", ""),
        "base_ref": pull.get("base", {}).get("ref", ""),
        "sha": trigger.checked_out,
        "run_id": str(run.id),
        "actor": ACTOR,
        "repository": trigger.payload.get("repository", {}).get("full_name"),
    }
    return {"github": github, "inputs": trigger.inputs, "vars": dict(variables)}


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
