"""Hold what one stand-in is set up with.

Owns the configuration that its parts share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.github.act_call import LABELS


@dataclass(frozen=True, slots=True)
class Settings:
    """How one loopback GitHub is set up.

    Attributes:
        address: Where the API and the site are.
        act: The program that runs workflows; None where nothing is to run.
        home: The HOME of every job.
        work: Where runs keep their files.
        secrets: By name; read again for each run, so they may be changed.
        variables: By name; read again for each run.
        extra: More environment for every job.
        labels: What this machine's one runner is labelled.
        seconds_per_minute: How long a minute of `timeout-minutes` lasts.
    """

    address: str
    owner: str
    repo: str
    act: Path | None
    home: Path
    work: Path
    actor: str
    default_branch: str
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = LABELS
    seconds_per_minute: float = 60.0

    @property
    def full_name(self) -> str:
        """Return `owner/repo`."""
        return f"{self.owner}/{self.repo}"

    @property
    def default_ref(self) -> str:
        """Return the full name of the default branch."""
        return f"refs/heads/{self.default_branch}"
