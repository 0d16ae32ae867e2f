"""The errors that people are meant to see, each owning its exit code.

An error says what was attempted, what was seen and what to do. Anything that is not
a ``PipelineError`` is a bug.
"""

from typing import ClassVar


class PipelineError(Exception):
    """Fail in a way that was foreseen."""

    exit_code: ClassVar[int] = 1

    def __init__(self, attempted: str, seen: str, todo: str) -> None:
        """Say what was attempted, what was seen, and what to do now."""
        super().__init__(f"{attempted}: {seen}\n  → {todo}")
        self.attempted = attempted
        self.seen = seen
        self.todo = todo


class ConfigurationError(PipelineError):
    """The command line, a file or the machine is not as it must be."""

    exit_code = 2


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
