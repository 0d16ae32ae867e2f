"""Name the values that a workflow run consists of. All times are epoch seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.github.values import Value
from rehearsal.github.workflow import Workflow


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
    summary: str = ""

    def ended(self, conclusion: str, now: float) -> "Job":
        """Return the job as it is when it ends, also without having started."""
        started = self.started_at or now
        over = replace(self, started_at=started, completed_at=now)
        return replace(over, status="completed", conclusion=conclusion)


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
    """A workflow run in its newest attempt; lists show it from `listed_at` on."""

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


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run that is to be performed.

    Attributes:
        workflow: The file as it was at the run's commit.
        text: The file's content, as act is to read it.
        carried: The jobs whose results come from the attempt before.
    """

    run: Run
    workflow: Workflow
    text: str
    carried: frozenset[str] = frozenset()


def run_conclusion(jobs: Iterable[Job]) -> str:
    """Return what the results of the jobs make of the run."""
    results = {job.conclusion for job in jobs if not job.is_tolerated}
    for worse in ("failure", "cancelled"):
        if worse in results:
            return worse
    everything = results | {job.conclusion for job in jobs}
    return "skipped" if everything == {"skipped"} else "success"
