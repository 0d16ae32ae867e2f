"""Where things are below the deployment root."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of DESIGN's deployment root."""

    root: Path

    @property
    def store(self) -> Path:
        """Return the bare repository."""
        return self.root / ".pipeline" / "repo.git"

    @property
    def current(self) -> Path:
        """Return the link to the pipeline that is in force."""
        return self.root / ".pipeline" / "current"

    @property
    def releases(self) -> Path:
        """Return where the versions of the pipeline are kept."""
        return self.root / ".pipeline" / "releases"

    def in_force(self) -> Sha | None:
        """Return the commit whose pipeline is in force, None where none is named."""
        if not self.current.is_symlink():
            return None
        try:
            return Sha(self.current.readlink().name)
        except ValueError:
            return None
