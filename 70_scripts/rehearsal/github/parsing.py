"""Read workflow files into plain values.

Owns what makes a file one that GitHub would start.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from rehearsal.github.workflow import (
    DEFAULT_TIMEOUT_MINUTES,
    Concurrency,
    EnvironmentPlan,
    JobPlan,
    Workflow,
    WorkflowError,
)

_EVENTS = frozenset(
    "branch_protection_rule check_run check_suite create delete deployment"
    " deployment_status discussion discussion_comment fork gollum image_version"
    " issue_comment issues label merge_group milestone page_build project project_card"
    " project_column public pull_request pull_request_comment pull_request_review"
    " pull_request_review_comment pull_request_target push registry_package release"
    " repository_dispatch schedule status watch workflow_call workflow_dispatch"
    " workflow_run".split()
)


def parse_workflow(path: str, text: str) -> Workflow:
    """Read a workflow file.

    Raises:
        WorkflowError: The text is not YAML, or not a workflow.
    """
    content = _loaded(path, text)
    # YAML 1.1 reads the key `on` as the boolean true.
    triggers = content.get("on", content.get(True))
    jobs = content.get("jobs")
    if triggers is None or not isinstance(jobs, dict) or not jobs:
        raise WorkflowError(f"{path}: needs `on` and at least one job")
    plans = tuple(_job(path, str(key), value) for key, value in jobs.items())
    _check_needs(path, plans)
    return Workflow(
        path=path,
        name=str(content.get("name") or path),
        triggers=_triggers(path, triggers),
        concurrency=_concurrency(content.get("concurrency")),
        jobs=plans,
    )


def listed(value: object) -> tuple[str, ...]:
    """Return a value that may be one text or several as several."""
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(str(item) for item in value)
    return (str(value),)


def _loaded(path: str, text: str) -> dict[Any, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WorkflowError(f"{path}: is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise WorkflowError(f"{path}: is not a mapping")
    return content


def _triggers(path: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict | str | list):
        raise WorkflowError(f"{path}: `on` names no event")
    details = value if isinstance(value, dict) else dict.fromkeys(listed(value))
    if unknown := [event for event in details if event not in _EVENTS]:
        raise WorkflowError(f"{path}: `on` names no event of GitHub's: {unknown}")
    # A schedule's detail is a list; the filters of all others are mappings.
    return {e: one if isinstance(one, dict) else {} for e, one in details.items()}


def _job(path: str, key: str, value: object) -> JobPlan:
    if not isinstance(value, dict) or not ("uses" in value or "runs-on" in value):
        raise WorkflowError(f"{path}: job {key} has neither `runs-on` nor `uses`")
    runs_on = value.get("runs-on")
    labels = runs_on.get("labels") if isinstance(runs_on, dict) else runs_on
    return JobPlan(
        id=key,
        name=str(value.get("name") or key),
        needs=listed(value.get("needs")),
        labels=listed(labels),
        timeout_minutes=_minutes(value.get("timeout-minutes")),
        is_tolerated=value.get("continue-on-error") is True,
        has_outputs=bool(value.get("outputs")),
        concurrency=_concurrency(value.get("concurrency")),
        uses=_uses(path, key, value),
        environment=_environment(value.get("environment")),
    )


def _uses(path: str, key: str, job: Mapping[str, Any]) -> tuple[str, ...]:
    steps = job.get("steps") or []
    listing: list[Any] = steps if isinstance(steps, list) else [steps]
    if not all(isinstance(step, dict) for step in listing):
        raise WorkflowError(f"{path}: job {key} has a step that is not a mapping")
    return tuple(str(one["uses"]) for one in (job, *listing) if one.get("uses"))


def _minutes(value: object) -> float:
    return float(value) if isinstance(value, int | float) else DEFAULT_TIMEOUT_MINUTES


def _concurrency(value: object) -> Concurrency | None:
    if isinstance(value, dict):
        return Concurrency(
            str(value.get("group", "")),
            value.get("cancel-in-progress", False),
            value.get("queue") == "max",
        )
    return Concurrency(str(value)) if value else None


def _environment(value: object) -> EnvironmentPlan | None:
    if isinstance(value, dict):
        records = value.get("deployment", True) is not False
        return EnvironmentPlan(str(value.get("name", "")), records)
    return EnvironmentPlan(str(value)) if value else None


def _check_needs(path: str, jobs: tuple[JobPlan, ...]) -> None:
    known = {job.id for job in jobs}
    if all(job.needs for job in jobs):
        raise WorkflowError(f"{path}: no job can begin, each needs another one")
    for job in jobs:
        if missing := set(job.needs) - known:
            raise WorkflowError(f"{path}: job {job.id} needs unknown {sorted(missing)}")
