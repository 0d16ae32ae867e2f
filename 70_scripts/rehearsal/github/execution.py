"""Perform one run with act, on this machine.

Owns the run's directory, act's process, its time limits and its end. Whoever calls
decides when; the result is in the ledger.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.github.act_call import ActFiles
from rehearsal.github.runs import Job
from rehearsal.github.transcript import Transcript
from rehearsal.github.workflow import DEFAULT_TIMEOUT_MINUTES, JobPlan
from rehearsal.processes import sweep

# How long a cancelled run may take for its `if: always()` steps.
GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What act starts with.

    Attributes:
        environment: All of its environment; jobs inherit it.
        tracking_id: What marks every process of the run.
        seconds_per_minute: How long a minute of a time limit lasts.
    """

    environment: Mapping[str, str]
    tracking_id: str
    seconds_per_minute: float = 60.0


class Execution:
    """One run in progress."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Prepare; nothing starts before `perform`."""
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._transcript: Transcript | None = None
        self._timers: dict[int, threading.Timer] = {}
        self._is_cancelled = False
        self.exit_code = 1

    @property
    def tracking_id(self) -> str:
        """Return what marks every process of the run."""
        return self._surroundings.tracking_id

    def perform(
        self, command: Sequence[str], files: ActFiles, transcript: Transcript
    ) -> tuple[Job, ...]:
        """Run act to its end and return the jobs."""
        with self._lock:
            self._transcript = transcript
            if self._is_cancelled:
                transcript.interrupt()
            else:
                self._process = self._start(command, files.root)
        try:
            for line in _lines(self._process):
                transcript.feed(line)
            self.exit_code = self._process.wait() if self._process else 1
        finally:
            self._clean_up(files)
        return transcript.close(self.exit_code)

    def cancel(self, grace: float = GRACE_SECONDS) -> None:
        """End the run the way GitHub does: first politely, then not."""
        with self._lock:
            if self._is_cancelled:
                return
            self._is_cancelled = True
            if self._transcript:
                self._transcript.interrupt()
            if self._process and self._process.poll() is None:
                # act cancels on SIGINT, and then runs what is `if: always()`.
                self._process.send_signal(signal.SIGINT)
        self._after(grace, self.kill, key=-1)

    def kill(self) -> None:
        """End the run at once."""
        process = self._process
        if process and process.poll() is None:
            with suppress(ProcessLookupError):  # It ended meanwhile.
                os.killpg(process.pid, signal.SIGKILL)
        sweep(self._surroundings.tracking_id)

    def watch(self, job: Job, plan: JobPlan | None) -> None:
        """Begin to count a job's time."""
        minutes = plan.timeout_minutes if plan else DEFAULT_TIMEOUT_MINUTES
        seconds = minutes * self._surroundings.seconds_per_minute
        self._after(seconds, lambda: self._time_out(job, minutes), job.id)

    def end_job(self, job: Job, is_leg: bool) -> None:
        """Do what the runner does when a job is over: kill what it left behind."""
        self._stop_timer(job.id)
        if not is_leg:
            # The legs of a matrix share the key, so theirs wait for the run's end.
            sweep(self._surroundings.tracking_id, job.key)

    def _time_out(self, job: Job, minutes: float) -> None:
        if self._transcript:
            self._transcript.note_timeout(job.id, minutes)
        self.cancel()

    def _start(self, command: Sequence[str], root: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            # Not in the checkout: act would read settings that it finds there.
            cwd=root,
            env=dict(self._surroundings.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def _clean_up(self, files: ActFiles) -> None:
        self.kill()
        for key in tuple(self._timers):
            self._stop_timer(key)
        files.discard()

    def _after(self, seconds: float, call: Callable[[], None], key: int) -> None:
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        self._timers[key] = timer
        timer.start()

    def _stop_timer(self, key: int) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()


def _lines(process: subprocess.Popen[str] | None) -> Iterator[str]:
    if process and process.stdout:
        with process.stdout as output:
            yield from output
