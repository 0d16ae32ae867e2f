"""Hold what one stand-in is set up with.

Owns the configuration that its parts share, and its defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from rehearsal.github.act_call import LABELS

DEFAULT_TOKEN = "github_pat_rehearsal"


class Options(TypedDict, total=False):
    """What may be set beyond the repository, act and the home: see `Settings`."""

    secrets: dict[str, str]
    variables: dict[str, str]
    environment: Mapping[str, str]
    token: str
    actor: str
    default_branch: str
    labels: tuple[str, ...]
    seconds_per_minute: float
    reviewed: set[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """How one loopback GitHub is set up.

    Attributes:
        address: Where the API and the site are.
        act: The program that runs workflows; None lets pushes start nothing.
        home: The HOME of every job. The runner's own files go below it.
        secrets: By name; read again for each run, so they may be changed.
        variables: By name; read again for each run.
        environment: More environment for every job.
        token: A personal token that the API accepts.
        actor: Who pushes, dispatches and repeats.
        default_branch: Where `workflow_run` looks for its files.
        labels: What this machine's one runner is labelled.
        seconds_per_minute: How long a minute of `timeout-minutes` lasts.
        reviewed: The environments whose jobs wait until somebody approves them.
    """

    address: str
    owner: str
    repo: str
    act: Path | None
    home: Path
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    token: str = DEFAULT_TOKEN
    actor: str = "octocat"
    default_branch: str = "main"
    labels: tuple[str, ...] = LABELS
    seconds_per_minute: float = 60.0
    reviewed: set[str] = field(default_factory=set)

    @property
    def work(self) -> Path:
        """Return where runs keep their files."""
        return self.home / "actions-runner" / "_work"

    @property
    def full_name(self) -> str:
        """Return `owner/repo`."""
        return f"{self.owner}/{self.repo}"

    @property
    def default_ref(self) -> str:
        """Return the full name of the default branch."""
        return f"refs/heads/{self.default_branch}"
