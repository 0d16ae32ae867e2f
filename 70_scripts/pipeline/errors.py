"""The errors that are expected: one family; whatever is outside of it is a bug.

An adapter translates what its library raises into a member of the family, so that
nobody above it lists libraries' exceptions. A ``PipelineError`` is written for people:
it says what was attempted, what was seen and what to do.
"""

from typing import ClassVar


class ExpectedError(Exception):
    """Fail in a way that was expected; ``exit_code`` is for where nobody handles it."""

    exit_code: ClassVar[int] = 2

    @property
    def cause(self) -> str:
        """Return what was wrong, on one line."""
        return str(self).partition("\n")[0]

    @property
    def evidence(self) -> str:
        """Return what the tool said that found it, empty if no tool did."""
        return ""


# OSError is Python's own word for trouble of the machine: files are used everywhere.
EXPECTED = (ExpectedError, OSError)


def cause_of(error: Exception) -> str:
    """Return what was wrong, on one line, not what was being done."""
    cause = error.cause if isinstance(error, ExpectedError) else str(error)
    return cause or type(error).__name__


def evidence_of(error: Exception) -> str:
    """Return what the tool said that found an error, empty if no tool did."""
    return error.evidence if isinstance(error, ExpectedError) else ""


class PipelineError(ExpectedError):
    """Fail with words for people and an exit code of one's own."""

    exit_code = 1

    def __init__(self, attempted: str, seen: str, todo: str) -> None:
        """Say what was attempted, what was seen, and what to do now."""
        super().__init__(f"{attempted}: {seen}\n  → {todo}")
        self.attempted = attempted
        self.seen = seen
        self.todo = todo

    @property
    def cause(self) -> str:
        """Return what was seen."""
        return self.seen.partition("\n")[0]

    @property
    def evidence(self) -> str:
        """Return what the tool said that was behind it."""
        source = self.__cause__
        return source.evidence if isinstance(source, ExpectedError) else ""


class ConfigurationError(PipelineError):
    """The command line, a file or the machine is not as it must be."""

    exit_code = 2


class JournalUnusable(ConfigurationError):
    """The journal cannot be read or written now: locked, damaged, no room."""


class Refused(PipelineError):
    """The request was turned down and nothing was touched."""

    exit_code = 3


class TimedOut(PipelineError):
    """Something did not happen in its time."""

    exit_code = 4


class FailedAndRolledBack(PipelineError):
    """The new version did not serve; the earlier one does again, verified."""

    exit_code = 5


class RollbackFailed(PipelineError):
    """Neither the new nor the earlier version serves: a human is needed."""

    exit_code = 6
