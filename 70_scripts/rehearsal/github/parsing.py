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
    StepPlan,
    Workflow,
    WorkflowError,
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
        run_name=_text(content, "run-name"),
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
    if isinstance(value, dict):
        # A schedule's detail is a list; the filters of all others are mappings.
        return {
            str(event): detail if isinstance(detail, dict) else {}
            for event, detail in value.items()
        }
    if isinstance(value, str | list):
        return {event: {} for event in listed(value)}
    raise WorkflowError(f"{path}: `on` names no event")


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
        reuses=_text(value, "uses"),
        concurrency=_concurrency(value.get("concurrency")),
        steps=_steps(path, key, value.get("steps") or []),
        environment=_environment(value.get("environment")),
    )


def _steps(path: str, key: str, value: object) -> tuple[StepPlan, ...]:
    steps: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(step, dict) for step in steps):
        raise WorkflowError(f"{path}: job {key} has a step that is not a mapping")
    return tuple(
        StepPlan(_text(step, "name"), _text(step, "uses"), _text(step, "run"))
        for step in steps
    )


def _text(value: Mapping[str, Any], key: str) -> str | None:
    return str(value[key]) if value.get(key) is not None else None


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
    for job in jobs:
        if missing := set(job.needs) - known:
            raise WorkflowError(f"{path}: job {job.id} needs unknown {sorted(missing)}")
