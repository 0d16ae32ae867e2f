"""What one loopback GitHub is set up with, and where its repository is to be found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = "github_pat_rehearsal"
ACTOR = "octocat"  # Who pushes, dispatches and repeats.
BRANCH = "main"
DEFAULT_REF = f"refs/heads/{BRANCH}"


@dataclass(frozen=True, slots=True)
class Site:
    """How one loopback GitHub is set up.

    Attributes:
        base: The address of the API, which is also the site's.
        owner: Whose repository it is.
        repo: Its name.
        act: The program that runs workflows; None lets pushes start nothing.
        home: The HOME of every job. The runner's own files go below it.
        secrets: By name; read again for each run, so they may be changed.
        variables: By name; read again for each run.
        environment: More environment for every job.
        seconds_per_minute: How long a minute of `timeout-minutes` lasts.
    """

    base: str
    owner: str
    repo: str
    act: Path | None
    home: Path
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds_per_minute: float = 60.0

    @property
    def work(self) -> Path:
        """Return where runs keep their files."""
        return self.home / "actions-runner" / "_work"

    @property
    def full_name(self) -> str:
        """Return `owner/repo`."""
        return f"{self.owner}/{self.repo}"

    @property
    def api(self) -> str:
        """Return the repository's address in the API."""
        return f"{self.base}/repos/{self.full_name}"

    @property
    def html(self) -> str:
        """Return the repository's page."""
        return f"{self.base}/{self.full_name}"
