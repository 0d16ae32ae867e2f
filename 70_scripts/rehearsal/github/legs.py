"""Follow one job while it runs.

Owns how the lines about a job become its steps, log, annotations and result.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rehearsal.github.ledger import Ledger
from rehearsal.github.log_lines import COMPLETE, SETUP, LogLine
from rehearsal.github.masking import Masker
from rehearsal.github.runs import Annotation, Job, Step
from rehearsal.github.steps import closed, live_named

_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}


class Leg:
    """One job in progress, or one leg of a job with a matrix."""

    def __init__(self, job: Job, ledger: Ledger, mask: Masker) -> None:
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
        if line.step is not None and (line.is_main or line.step_result == "failure"):
            self._take_step(line)
        if line.output:
            self._take_output(line)

    def fail(self, reason: str) -> None:
        """Make the job a failed one, and say why."""
        self._has_failed = True
        self._annotate("error", reason, {})

    def end(self, is_failed: bool = False) -> Job:
        """Conclude the job."""
        now = self._ledger.clock()
        conclusion = "failure" if is_failed or self._has_failed else "success"
        steps = tuple(closed(step, now) for step in self.job.steps)
        return self._put(
            status="completed",
            conclusion="cancelled" if self._is_interrupted else conclusion,
            completed_at=now,
            steps=steps,
        )

    def _take_step(self, line: LogLine) -> None:
        now = self._ledger.clock()
        step = self._step(line)
        if step.started_at is None:
            step = replace(step, status="in_progress", started_at=now)
        if line.step_result:
            conclusion = self._judged(line)
            step = replace(step, status="completed", conclusion=conclusion)
            step = replace(step, completed_at=now)
        others = [other for other in self.job.steps if other.number != step.number]
        self._put(steps=tuple(sorted([*others, step], key=lambda one: one.number)))

    def _judged(self, line: LogLine) -> str:
        if line.step_result != "failure":
            return str(line.step_result)
        if line.step in self._tolerated:
            return "success"
        self._has_failed = True
        return "cancelled" if self._is_interrupted else "failure"

    def _step(self, line: LogLine) -> Step:
        number = self._number(line.step)
        for step in self.job.steps:
            if step.number == number:
                return live_named(step, self._mask(line.step_text))
        return Step(number, self._mask(line.step_text))

    def _number(self, place: int | None) -> int:
        if place == SETUP:
            return 1
        if place == COMPLETE:
            last = self.job.steps[-1]
            return last.number if last.name == "Complete job" else last.number + 1
        return (place or 0) + 2

    def _take_output(self, line: LogLine) -> None:
        text = self._mask(line.output)
        if line.command == "summary":
            self._put(summary=self.job.summary + text)
        elif line.command in _LEVELS:
            self._annotate(line.command, text, line.properties)
        elif line.command is None:
            self._write(text.rstrip("\n"))

    def _annotate(self, command: str, text: str, properties: Mapping[str, str]) -> None:
        masked = {key: self._mask(value) for key, value in properties.items()}
        note = Annotation(_LEVELS[command], text, masked)
        self._put(annotations=(*self.job.annotations, note))
        self._write(f"##[{command}]{text}")

    def _write(self, text: str) -> None:
        moment = datetime.fromtimestamp(self._ledger.clock(), UTC)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        for line in text.split("\n"):
            self._ledger.append_log(self.job.id, f"{stamp} {line}\n")

    def _put(self, **changes: Any) -> Job:
        self.job = self._ledger.put_job(replace(self.job, **changes))
        return self.job
