"""``last-validated-sha.txt``: the journal's word, for people and simple tools."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import read_plain, write_atomically
from pipeline.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class StateFile:
    """The file beside the journal; garbage in it is no SHA."""

    path: Path

    def read(self) -> Sha | None:
        """Return the SHA that it holds, None if it is missing or holds none."""
        try:
            return Sha(read_plain(self.path).decode("ascii").strip())
        except (OSError, ValueError):
            return None

    def write(self, sha: Sha) -> None:
        """Replace the file in one step.

        Raises:
            ConfigurationError: it cannot be written.
        """
        try:
            write_atomically(self.path, f"{sha}\n")
        except OSError as error:
            raise ConfigurationError(
                f"writing {self.path}",
                str(error),
                "make room or mend its permissions, then settle again",
            ) from error
