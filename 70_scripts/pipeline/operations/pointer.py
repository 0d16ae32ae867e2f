"""The last validated SHA of a judged environment: in the journal, and in a file beside.

The journal is believed first. The file alone is believed only for a commit that is on
the deployed branch, and was deployed here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.errors import ConfigurationError
from pipeline.adapters.git_store import Store
from pipeline.journal.writer import Journal
from pipeline.adapters.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer of a judged environment.

    Attributes:
        say: tells people where the file could not follow the journal.
    """

    environment: str
    journal: Journal
    file: StateFile
    store: Store
    say: Callable[[str], None]

    def sha(self) -> Sha | None:
        """Return the last validated SHA, mending whichever record lost it."""
        journaled = self.journal.commits.validated(self.environment)
        written = self.file.read()
        if journaled is None and written and self._may_have_passed(written):
            self.journal.validate(written, self.environment)
            return written
        if journaled is not None and written != journaled:
            self._write(journaled)
        return journaled

    def move(self, sha: Sha) -> None:
        """Move it: the journal first, then the file beside it."""
        self.journal.validate(sha, self.environment)
        self._write(sha)

    def write_file(self) -> None:
        """Bring the file to where the journal is.

        Raises:
            ConfigurationError: it cannot be written.
        """
        journaled = self.journal.commits.validated(self.environment)
        if journaled is not None and self.file.read() != journaled:
            self.file.write(journaled)

    def _write(self, sha: Sha) -> None:
        try:
            self.file.write(sha)
        except ConfigurationError as trouble:
            # The journal has it, and the file is written again by whoever comes next.
            self.say(str(trouble))

    def _may_have_passed(self, written: Sha) -> bool:
        return self.store.is_deployable(written) and self.store.was_deployed(written)
