"""Hold what one stand-in is set up with.

Owns the configuration that its parts share, and what of this machine's environment
reaches a job.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.github.act_call import LABELS

# Without these a job behind a proxy that re-signs TLS reaches no package index.
_KEPT = {
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
}
_KEPT_PREFIXES = ("UV_", "PIP_")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one loopback GitHub is set up.

    Attributes:
        act: The program that runs workflows; None where nothing is to run.
        home: The HOME of every job.
        work: Where runs keep their files.
        secrets: By name; read again for each run, so they may be changed.
        variables: By name; read again for each run.
        extra: More environment for every job.
        labels: What this machine's one runner is labelled.
        seconds_per_minute: How long a minute of `timeout-minutes` lasts.
    """

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


def job_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that act, and so every job, starts with."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    return {**kept, "HOME": str(settings.home), **settings.extra}
