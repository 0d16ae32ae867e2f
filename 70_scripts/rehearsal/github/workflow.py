"""Name the values that a workflow file consists of.

Owns the shape of a workflow as far as whoever queues it needs it: triggers,
concurrency, and each job's name, needs, labels, time limit and actions. Refuses to
read or to run anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

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
class EnvironmentPlan:
    """The environment that a job names."""

    name: str
    records_deployment: bool = True


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What a workflow file says of one job; ``uses`` names what is not its own."""

    id: str
    name: str
    needs: tuple[str, ...]
    labels: tuple[str, ...]
    timeout_minutes: float
    is_tolerated: bool
    has_outputs: bool
    concurrency: Concurrency | None
    uses: tuple[str, ...]
    environment: EnvironmentPlan | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """One file below `.github/workflows` at one commit."""

    path: str
    name: str
    triggers: Mapping[str, Any]
    concurrency: Concurrency | None
    jobs: tuple[JobPlan, ...]

    @property
    def file(self) -> str:
        """Return the file's name, by which the API also knows the workflow."""
        return PurePosixPath(self.path).name
