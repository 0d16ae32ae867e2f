"""Turn act's log into the jobs of a run, while it is being written.

Owns which line is about which job, and what becomes of jobs that act never mentions.
Refuses act's exit code, and a matrix leg's `jobResult` (it can be its sibling's), as
the truth: the results of the steps are.
"""

from collections.abc import Callable, Mapping

from rehearsal.github.contexts import job_name
from rehearsal.github.values import Value
from rehearsal.github.ledger import Ledger
from rehearsal.github.legs import Leg
from rehearsal.github.log_lines import LogLine, parse_line
from rehearsal.github.runs import Assignment, Job
from rehearsal.github.workflow import JobPlan


class Transcript:
    """The jobs of one attempt, as far as act has told of them."""

    def __init__(
        self,
        assignment: Assignment,
        known: Mapping[str, Value],
        ledger: Ledger,
        mask: Callable[[str], str],
        on_start: Callable[[Job, JobPlan | None], None],
        on_end: Callable[[Job, bool], None],
    ) -> None:
        """Begin where every job is queued.

        Args:
            assignment: The attempt.
            known: The contexts that names may look at.
            ledger: Where every change is recorded.
            mask: Hides secrets.
            on_start: Told of each job that begins.
            on_end: Told of each job that is about to end, and whether it is only one
                leg of a matrix.
        """
        self._run, self._workflow = assignment.run, assignment.workflow
        self._known, self._ledger, self._mask = known, ledger, mask
        self._on_start, self._on_end = on_start, on_end
        self._plans = {plan.id: plan for plan in self._workflow.jobs}
        self._carried = assignment.carried
        jobs = ledger.jobs(self._run.id, self._run.attempt)
        self._queued = {job.key: job for job in jobs if job.key not in self._carried}
        self._legs: dict[str, Leg] = {}
        self._is_interrupted = False
        self.complaints: list[str] = []

    def interrupt(self) -> None:
        """Note that the run is being cancelled."""
        self._is_interrupted = True
        for leg in self._legs.values():
            leg.interrupt()

    def note_timeout(self, job_id: int, minutes: float) -> None:
        """Say in a job's log that its time is up."""
        for leg in self._legs.values():
            if leg.job.id == job_id:
                leg.fail(f"The job ran longer than its {minutes:g} minutes.")

    def feed(self, text: str) -> None:
        """Take one line of act's output."""
        line = parse_line(text)
        if isinstance(line, str):
            self.complaints.append(self._mask(line))
            return
        if line.key in self._carried:
            return
        leg = self._legs.get(line.leg) or self._open(line)
        leg.take(line)
        if line.has_no_runner:
            leg.end(is_failed=True)
        elif line.job_result and not leg.is_over:
            self._on_end(leg.job, bool(line.matrix))
            leg.end(line.job_result == "failure" and not line.matrix)

    def close(self, exit_code: int) -> tuple[Job, ...]:
        """Settle what act left open, and return all jobs of the attempt."""
        for leg in self._legs.values():
            if not leg.is_over:
                leg.end(exit_code != 0)
        never = "cancelled" if self._is_interrupted else "skipped"
        for job in self._queued.values():
            self._ledger.put_job(job.ended(never, self._ledger.clock()))
        return self._ledger.jobs(self._run.id, self._run.attempt)

    def _open(self, line: LogLine) -> Leg:
        # act calls a workflow without a name by its file's.
        own = f"{self._workflow.name}/", f"{self._workflow.file}/"
        is_own = line.leg.startswith(own)
        plan = self._plans.get(line.key) if is_own else None
        # A reusable workflow's jobs stand where the job that calls it stood.
        caller = line.key if is_own else line.leg.split("/")[0]
        # The first leg of a matrix takes the place that was kept for all of them.
        queued = self._queued.pop(caller, None)
        leg = Leg(self._job(line, plan, queued), self._ledger, self._mask)
        self._legs[line.leg] = leg
        self._on_start(leg.job, plan)
        return leg

    def _job(self, line: LogLine, plan: JobPlan | None, queued: Job | None) -> Job:
        now = self._ledger.clock()
        name = job_name(plan, line.leg, line.matrix, self._known)
        return Job(
            id=queued.id if queued else self._ledger.new_id(),
            run_id=self._run.id,
            attempt=self._run.attempt,
            key=line.key,
            name=self._mask(name),
            labels=plan.labels if plan else (),
            created_at=queued.created_at if queued else now,
            status="in_progress",
            started_at=now,
            is_tolerated=bool(plan and plan.is_tolerated),
        )
