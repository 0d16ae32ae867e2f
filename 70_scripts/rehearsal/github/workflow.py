"""Read workflow files into plain values.

Owns the shape of a workflow as far as whoever queues it needs it: triggers,
concurrency, and each job's name, needs, labels, time limit and steps. Refuses to
run anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

DEFAULT_TIMEOUT_MINUTES = 360.0


class WorkflowError(ValueError):
    """A file that GitHub would refuse to start."""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """A group in which runs take turns; the name may hold expressions."""

    group: str
    cancel_in_progress: bool | str = False
    keeps_all: bool = False


@dataclass(frozen=True, slots=True)
class StepPlan:
    """What a workflow file says of one step."""

    name: str | None
    uses: str | None


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What a workflow file says of one job."""

    id: str
    name: str
    needs: tuple[str, ...]
    labels: tuple[str, ...]
    timeout_minutes: float
    is_tolerated: bool
    has_outputs: bool
    reuses: str | None
    concurrency: Concurrency | None
    steps: tuple[StepPlan, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """One file below `.github/workflows` at one commit."""

    path: str
    name: str
    run_name: str | None
    triggers: Mapping[str, Any]
    concurrency: Concurrency | None
    jobs: tuple[JobPlan, ...]

    @property
    def file(self) -> str:
        """Return the file's name, by which the API also knows the workflow."""
        return PurePosixPath(self.path).name


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
        run_name=content.get("run-name"),
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
        return {str(event): detail or {} for event, detail in value.items()}
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
        reuses=value.get("uses"),
        concurrency=_concurrency(value.get("concurrency")),
        steps=tuple(_step(step) for step in value.get("steps") or ()),
    )


def _step(value: Mapping[str, Any]) -> StepPlan:
    return StepPlan(value.get("name"), value.get("uses"))


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


def _check_needs(path: str, jobs: tuple[JobPlan, ...]) -> None:
    known = {job.id for job in jobs}
    for job in jobs:
        if missing := set(job.needs) - known:
            raise WorkflowError(f"{path}: job {job.id} needs unknown {sorted(missing)}")
