"""Name the values that a run consists of.

Owns the record of runs, jobs and steps, and how the results of the parts make the
result of the whole. All times are epoch seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.github.expressions import Value


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job."""

    number: int
    name: str
    status: str = "queued"
    conclusion: str | None = None
    started_at: float | None = None
    completed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a job said with `::error`, `::warning` or `::notice`."""

    level: str
    message: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """One job of one attempt of a run; `key` is its id in the workflow file."""

    id: int
    run_id: int
    attempt: int
    key: str
    name: str
    labels: tuple[str, ...]
    created_at: float
    status: str = "queued"
    conclusion: str | None = None
    started_at: float | None = None
    completed_at: float | None = None
    is_tolerated: bool = False
    steps: tuple[Step, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a run start.

    Attributes:
        sha: What the run is about.
        trial: What is checked out instead: a pull request's head, merged on trial.
    """

    event: str
    sha: str
    ref: str
    actor: str
    payload: Mapping[str, Any]
    inputs: Mapping[str, Value] = field(default_factory=dict)
    depth: int = 0
    trial: str = ""

    @property
    def branch(self) -> str:
        """Return the short name of the branch or the tag that it came from."""
        if self.trial:
            return str(self.payload["pull_request"]["head"]["ref"])
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")

    @property
    def checked_out(self) -> str:
        """Return the commit that the workflow's file and `github.sha` are of."""
        return self.trial or self.sha


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a workflow run, as it stands.

    Attributes:
        listed_at: Before this moment, lists do not show the run.
    """

    id: int
    number: int
    workflow_id: int
    workflow_name: str
    path: str
    title: str
    trigger: Trigger
    created_at: float
    started_at: float
    updated_at: float
    triggering_actor: str
    attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None
    listed_at: float = 0.0

    @property
    def sha(self) -> str:
        """Return the commit that the run is about."""
        return self.trigger.sha

    @property
    def is_completed(self) -> bool:
        """Tell whether the run has its conclusion."""
        return self.status == "completed"


def run_conclusion(jobs: Iterable[Job]) -> str:
    """Return what the results of the jobs make of the run."""
    results = {job.conclusion for job in jobs if not job.is_tolerated}
    for worse in ("failure", "cancelled"):
        if worse in results:
            return worse
    everything = results | {job.conclusion for job in jobs}
    return "skipped" if everything == {"skipped"} else "success"
