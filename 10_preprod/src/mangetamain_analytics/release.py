"""Which version this process runs, and where.

Owns the reading of APP_SHA and APP_ENVIRONMENT, set by whatever starts the process.
Refuses to guess: what is absent or malformed is "unknown" or "development".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "unknown"
DEVELOPMENT = "development"
_DEPLOYED = frozenset({"preprod", "prod"})


@dataclass(frozen=True, slots=True)
class Release:
    """One version of the app in one environment."""

    sha: str
    environment: str

    @property
    def short_sha(self) -> str:
        """Return what people read: seven characters, or "unknown"."""
        return self.sha if self.sha == UNKNOWN else self.sha[:7]


def read_release(environ: Mapping[str, str]) -> Release:
    """Return the release that the environment variables describe."""
    sha = environ.get("APP_SHA", "")
    environment = environ.get("APP_ENVIRONMENT", "")
    return Release(
        sha=sha if re.fullmatch(r"[0-9a-f]{40}", sha) else UNKNOWN,
        environment=environment if environment in _DEPLOYED else DEVELOPMENT,
    )
