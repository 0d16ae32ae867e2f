"""Name and close the steps of a job.

Owns what a step is called before, while and after it runs.
"""

from collections.abc import Sequence
from dataclasses import replace

from rehearsal.github.runs import Step
from rehearsal.github.workflow import StepPlan


def planned_steps(plans: Sequence[StepPlan]) -> tuple[Step, ...]:
    """Return the steps of a job before any has run."""
    names = ["Set up job", *(_planned_name(plan) for plan in plans), "Complete job"]
    return tuple(Step(number, name) for number, name in enumerate(names, 1))


def live_named(step: Step, text: str) -> Step:
    """Return a step with the name that shows while it runs."""
    if "${{" not in step.name:
        return step
    # Expressions in a name are known only now.
    first = _first_line(text)
    is_script = step.name.startswith("Run ")
    return replace(step, name=f"Run {first}" if is_script else first)


def _planned_name(plan: StepPlan) -> str:
    return plan.name or f"Run {plan.uses or _first_line(plan.script or '')}"


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def closed(step: Step, now: float) -> Step:
    """Return a step of a job that is over."""
    if step.status == "completed":
        return step
    conclusion = "skipped" if step.started_at is None else "cancelled"
    started = step.started_at or now
    return Step(step.number, step.name, "completed", conclusion, started, now)
