"""How an environment changes version: one module per strategy, one contract."""

from pathlib import Path
from typing import Protocol

from pipeline.core.sha import Sha


class Strategy(Protocol):
    """Change what an environment serves, to the commit its worktree is at."""

    def prepare(self, sha: Sha, tree: Path) -> None:
        """Build what the version needs, touching nothing that serves.

        Args:
            sha: the version.
            tree: a folder with the files of ``strategy_files`` at that version.

        Raises:
            CommandFailed: it cannot be built, or its compose file is not valid.
        """

    def activate(self, sha: Sha) -> None:
        """Make the version serve; its health is somebody else's question.

        Raises:
            CommandFailed: it could not be started.
        """

    def artefact(self, sha: Sha) -> str:
        """Name exactly what runs besides the source: built once, never by itself again.

        Raises:
            CommandFailed: it is not there.
        """

    def instance(self) -> str:
        """Name the process or container that runs now; empty where that is unknown."""

    def by_hand(self) -> str:
        """Return the command that a person types to restart what was reset."""

    def has_died(self) -> bool:
        """Tell whether what was activated has ended by itself."""

    def was_lost_with_machine(self) -> bool:
        """Tell whether a reboot ended what was activated, and nothing restarts it."""

    def logs(self) -> str:
        """Return the last lines that the app printed."""
