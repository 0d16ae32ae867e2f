"""Work out the concurrency groups that a run asks for.

Owns the evaluation of their names. A job's own group is held by its whole run: one
call of act performs all jobs, so a single one cannot be made to wait.
"""

from collections.abc import Mapping

from rehearsal.github.expressions import (
    ExpressionError,
    Value,
    evaluate,
    interpolate,
    is_true,
)
from rehearsal.github.turns import Group
from rehearsal.github.workflow import Concurrency, Workflow, WorkflowError


def groups_of(workflow: Workflow, known: Mapping[str, Value]) -> tuple[Group, ...]:
    """Return the groups of a workflow and of its jobs, each once.

    Raises:
        WorkflowError: A group's name cannot be evaluated.
    """
    wanted = (workflow.concurrency, *(job.concurrency for job in workflow.jobs))
    try:
        groups = [_group(one, known) for one in wanted if one is not None]
    except ExpressionError as error:
        raise WorkflowError(f"{workflow.path}: concurrency: {error}") from error
    return tuple({group.key: group for group in reversed(groups)}.values())


def _group(wanted: Concurrency, known: Mapping[str, Value]) -> Group:
    cancels = wanted.cancel_in_progress
    if isinstance(cancels, str):
        inner = cancels.strip().removeprefix("${{").removesuffix("}}")
        cancels = is_true(evaluate(inner, known))
    return Group(interpolate(wanted.group, known), bool(cancels), wanted.keeps_all)
