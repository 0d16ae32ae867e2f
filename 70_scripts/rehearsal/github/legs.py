"""Follow one job while it runs: how the lines about it become its log and result."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rehearsal.github.ledger import Ledger
from rehearsal.github.log_lines import LogLine
from rehearsal.github.runs import Job

MASK = "***"


def masker(secrets: list[str]) -> Callable[[str], str]:
    """Return a function that hides these secrets, and each line of them.

    act's own masking leaves some fields of its log as they are.
    """
    lines = {line for secret in secrets for line in secret.splitlines()}
    hidden = [one for one in lines | set(secrets) if one.strip()]
    # The longest first, so that a secret within a secret leaves no remainder.
    ordered = sorted(hidden, key=len, reverse=True)

    def masked(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, MASK)
        return text

    return masked


class Leg:
    """One job in progress, or one leg of a job with a matrix."""

    def __init__(self, job: Job, ledger: Ledger, mask: Callable[[str], str]) -> None:
        """Begin with a job that has started."""
        self._ledger, self._mask = ledger, mask
        self._has_failed = False
        self._is_interrupted = False
        self._tolerated: set[int | None] = set()
        self.job = ledger.put_job(job)

    @property
    def is_over(self) -> bool:
        """Tell whether the job has its conclusion."""
        return self.job.status == "completed"

    def interrupt(self) -> None:
        """Note that what runs now is being cancelled."""
        self._is_interrupted = not self.is_over

    def take(self, line: LogLine) -> None:
        """Record what one line says, up to but not including the job's end."""
        if line.has_no_runner:
            self.fail("No runner has the labels that this job asks for.")
        if line.is_tolerated:
            self._tolerated.add(line.step)
        if line.step_result == "failure" and line.step not in self._tolerated:
            self._has_failed = True
        if line.command == "summary":
            self._put(summary=self.job.summary + self._mask(line.output))
        elif line.output:
            sign = f"##[{line.command}]" if line.command else ""
            self._write(sign + line.output.rstrip("\n"))

    def fail(self, reason: str) -> None:
        """Make the job a failed one, and say why."""
        self._has_failed = True
        self._write(f"##[error]{reason}")

    def end(self, is_failed: bool = False) -> Job:
        """Conclude the job."""
        conclusion = "failure" if is_failed or self._has_failed else "success"
        if self._is_interrupted:
            conclusion = "cancelled"
        self.job = self.job.ended(conclusion, self._ledger.clock())
        return self._put()

    def _write(self, text: str) -> None:
        self._ledger.append_log(self.job.id, self._mask(text))

    def _put(self, **changes: Any) -> Job:
        self.job = self._ledger.put_job(replace(self.job, **changes))
        return self.job
