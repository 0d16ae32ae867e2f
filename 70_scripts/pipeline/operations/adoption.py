"""Which pipeline is put in force: of validated commits the newest that was tested.

That a commit was validated says that its app may serve. Its pipeline runs on the host:
it is adopted only if CI tested it, with every job of the gate, or if it is the one in
force to the letter. A verdict by hand tests nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.core import messages
from pipeline.core.gate import missing_jobs
from pipeline.core.sha import Sha
from pipeline.core.verdict import Job, Run, Verdict
from pipeline.effects.processes import CommandFailed
from pipeline.errors import EXPECTED, TimedOut
from pipeline.journal.adoptions import Adoptions
from pipeline.adapters.git_store import Store
from pipeline.adapters.github_api import GitHubUnavailable
from pipeline.journal.writer import Journal
from pipeline.operations.releases import RELEASED, MigrationFailed, Releases

MOST_TRIED = 5  # validated commits, and the commits since the one in force
MOST_BETWEEN = 100
BY_HAND = "no passing run of CI is known: a verdict by hand validates the app alone"


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides whether a commit's pipeline was tested.

    Attributes:
        journal: what CI said of commits.
        adoptions: what is known of their pipelines.
        store: has the commits.
        gate_jobs: all of them must have succeeded in the run.
        pipeline_jobs: test nothing where only the app changed.
        passing_run: asks for the passing run of a commit, None if there is none.
        jobs_of: asks for the jobs of a run.
    """

    journal: Journal
    adoptions: Adoptions
    store: Store
    gate_jobs: tuple[str, ...]
    pipeline_jobs: tuple[str, ...]
    passing_run: Callable[[Sha], Run | None]
    jobs_of: Callable[[Run], list[Job]]

    def obstacle(self, sha: Sha, in_force: Sha) -> str:
        """Say why a commit's pipeline may not be put in force, nothing if it may.

        Raises:
            GitHubUnavailable: it has to be asked and does not answer.
        """
        pipeline = self._pipeline(sha)
        if not pipeline:
            return "it brings no whole pipeline"
        if pipeline == self._pipeline(in_force):
            return ""
        judged = self.journal.commits.judgement(sha)
        run = judged.run if judged and judged.verdict is Verdict.PASSED else None
        run = run or self.passing_run(sha)
        if run is None:
            return BY_HAND
        wanted = (*self.gate_jobs, *self.pipeline_jobs)
        return self._untested(sha, run, wanted) or self._failed_before(sha, in_force)

    def _pipeline(self, sha: Sha) -> tuple[str, ...]:
        try:
            return self.store.blob_ids(sha, RELEASED)
        except CommandFailed:
            return ()

    def _untested(self, sha: Sha, run: Run, wanted: Iterable[str]) -> str:
        known = self.adoptions.obstacle(sha, run)
        if known is None:
            jobs = self.jobs_of(run)
            if not jobs:
                raise GitHubUnavailable(f"it lists no job of run {run.id} yet")
            known = missing_jobs(jobs, wanted)
            self.adoptions.record_test(sha, run, known)
        return known

    def _failed_before(self, sha: Sha, in_force: Sha) -> str:
        """Say which commit with the same pipeline CI found bad, empty if it found none.

        A later commit's CI, to which only the app has changed, may not look again.
        """
        verdict, pipeline = self.journal.commits.verdict, self._pipeline(sha)
        since = self.store.commits_since(in_force, sha, MOST_BETWEEN)
        for other in (other for other, _ in since if other != sha):
            if verdict(other) is not Verdict.FAILED:
                continue
            if self._pipeline(other) == pipeline and self._is_to_blame(other):
                return (
                    f"CI failed on the same pipeline at {other.short}: "
                    "run that again until it passes, or change the pipeline"
                )
        return ""

    def _is_to_blame(self, failed: Sha) -> bool:
        judged = self.journal.commits.judgement(failed)
        if judged is None or judged.run is None:
            return True  # By a person's word, who did not say of what.
        return bool(self._untested(failed, judged.run, self.pipeline_jobs))


def adopt_validated(releases: Releases, gate: Gate) -> None:
    """Put the newest tested pipeline of validated commits in force; trouble is told.

    Whatever goes wrong, the pipeline that is in force stays so.
    """
    before = releases.layout.in_force()
    if before is None or gate.journal.commits.validated() in (None, before):
        return
    try:
        for sha in _candidates(releases, gate.journal, before):
            obstacle = gate.obstacle(sha, before)
            if not obstacle:
                _adopt(releases, gate, sha, before)
                return
            _tell(releases, gate, sha, before, "its pipeline was not tested", obstacle)
    except EXPECTED as problem:
        releases.say(f"==> pipeline: {before.short} stays in force for now: {problem}")


def _candidates(releases: Releases, journal: Journal, before: Sha) -> Iterable[Sha]:
    """Return what was validated since the one in force, the newest first."""
    for sha in journal.commits.validations(MOST_TRIED):
        if sha == before:
            return
        if not releases.store.is_ancestor_or_same(sha, before):
            yield sha


def _adopt(releases: Releases, gate: Gate, sha: Sha, before: Sha) -> None:
    if put_off := releases.seconds_put_off(sha):
        releases.say(f"==> pipeline: {sha.short} is tried again in {put_off:.0f} s")
        return
    try:
        releases.adopt(sha)
    except TimedOut:
        raise
    except EXPECTED as problem:
        is_started = isinstance(problem, MigrationFailed)
        fault = "it cannot migrate the journal" if is_started else "it does not start"
        reason = str(problem).partition("\n")[0]
        _tell(releases, gate, sha, before, f"{fault} on this machine", reason)
    else:
        gate.adoptions.record(sha)


def _tell(
    releases: Releases, gate: Gate, sha: Sha, before: Sha, fault: str, obstacle: str
) -> None:
    """Say why a pipeline is not adopted: here each time, to everybody once."""
    releases.say(f"==> pipeline: {before.short} stays in force: {obstacle}")
    notice = messages.not_adopted(sha, before, fault, obstacle)
    if not gate.journal.notices.was_ever_told(notice):
        gate.journal.tell(None, notice)
