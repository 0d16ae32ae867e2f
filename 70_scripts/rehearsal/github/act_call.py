"""Describe one call of act: its command line, and the files that it names.

Secrets go into a file, never onto the command line.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.github.site import ACTOR
from rehearsal.github.workflow import Workflow

# Labels that this one machine plays the runner for.
LABELS = (
    *("self-hosted", "Linux", "linux", "X64", "x64"),
    *("ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04"),
)
PARALLEL_JOBS = 8


@dataclass(frozen=True, slots=True)
class ActFiles:
    """Where one run's files are."""

    root: Path

    @property
    def source(self) -> Path:
        """Return the checkout that reusable workflows are read from."""
        return self.root / "source"

    @property
    def event(self) -> Path:
        """Return the event's payload."""
        return self.root / "event.json"

    @property
    def workspaces(self) -> Path:
        """Return the directory of the jobs' workspaces."""
        return self.root / "workspaces"

    @property
    def artifacts(self) -> Path:
        """Return where uploaded artifacts go; it outlives the run."""
        return self.root / "artifacts"

    def settings(self, kind: str) -> Path:
        """Return the file of the secrets, the variables, the environment or inputs."""
        return self.root / f"{kind}.yml"

    def discard(self) -> None:
        """Remove what must not, or need not, outlive the run."""
        self.settings("secret").unlink(missing_ok=True)
        for scratch in (self.workspaces, self.source):
            shutil.rmtree(scratch, ignore_errors=True)


SETTINGS = ("secret", "var", "env", "input")


def act_command(
    act: Path,
    event: str,
    workflow: Path,
    files: ActFiles,
    stand_ins: Iterable[str],
) -> tuple[str, ...]:
    """Return the arguments that run one workflow on this machine."""
    platforms = (f"--platform={label}=-self-hosted" for label in LABELS)
    settings = (f"--{kind}-file={files.settings(kind)}" for kind in SETTINGS)
    return (
        str(act),
        event,
        f"--directory={files.source}",
        f"--workflows={workflow}",
        f"--eventpath={files.event}",
        f"--action-cache-path={files.workspaces}",
        f"--actor={ACTOR}",
        f"--concurrent-jobs={PARALLEL_JOBS}",
        "--no-skip-checkout",
        "--no-cache-server",
        "--no-recurse",
        "--pull=false",
        "--json",
        *platforms,
        *settings,
        *(f"--local-repository={stand_in}" for stand_in in stand_ins),
    )


def courtesy(workflow: Workflow) -> tuple[str, ...]:
    """Return what makes a run yield the processor, where GitHub would host it.

    Hosted runs have machines of their own; here they must not slow down what runs on
    the self-hosted one.
    """
    is_ours = any("self-hosted" in job.labels for job in workflow.jobs)
    return () if is_ours else ("nice", "-n", "19")


def write_files(
    files: ActFiles, event: Mapping[str, Any], settings: Mapping[str, Mapping[str, str]]
) -> None:
    """Write what the command names, readable by this user only."""
    files.artifacts.mkdir(parents=True, exist_ok=True)
    _write_private(files.event, event)
    for kind in SETTINGS:
        _write_private(files.settings(kind), settings.get(kind, {}))


def _write_private(path: Path, content: Mapping[str, Any]) -> None:
    path.touch(mode=0o600)
    # JSON is YAML: every value arrives exactly, quotes and newlines too.
    path.write_text(json.dumps(content), encoding="utf-8")
