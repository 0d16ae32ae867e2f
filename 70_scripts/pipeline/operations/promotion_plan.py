"""What a promotion would do, shown before it does it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.core.sha import Sha
from pipeline.core.wording import escaped, one_line
from pipeline.adapters.git_store import Commit
from pipeline.journal.commits import Validation
from pipeline.operations.environment import Environment
from pipeline.operations.status import EnvironmentStatus, status_of

MOST_COMMITS = 30


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """Where two environments stand, and what lies between them.

    Attributes:
        source: the environment that proved the target.
        destination: the one that it goes to.
        target: what would be promoted, None if nothing is validated.
        validation: when the target was validated, and by which run of CI.
        commits: what the destination would gain, the newest first.
    """

    source: EnvironmentStatus
    destination: EnvironmentStatus
    target: Sha | None
    validation: Validation | None
    commits: tuple[tuple[Sha, Commit], ...]

    def text(self) -> str:
        """Return it for a terminal."""
        rows = [f"{name:10} {value}" for name, value in self._rows()]
        commits = [f"  {sha.short} {one_line(c.subject)}" for sha, c in self.commits]
        return "\n".join((*rows, *commits))

    def markdown(self) -> str:
        """Return it for the summary of a job; hostile texts stay text."""
        rows = [f"| {name} | {escaped(value)} |" for name, value in self._rows()]
        commits = [
            f"- `{sha.short}` {escaped(c.subject)} ({escaped(c.author)})"
            for sha, c in self.commits
        ]
        return "\n".join(("| | |", "|---|---|", *rows, "", *commits))

    def _rows(self) -> list[tuple[str, str]]:
        return [
            (self.source.environment.upper(), _serving(self.source)),
            (self.destination.environment.upper(), _serving(self.destination)),
            ("promoting", self._promoting()),
            ("commits", str(len(self.commits))),
        ]

    def _promoting(self) -> str:
        if self.target is None:
            return "nothing is validated yet"
        if self.validation is None:
            return f"{self.target.short}, which is not validated"
        at = datetime.fromtimestamp(self.validation.at, UTC)
        by = self.validation.run_url or "a person's word"
        return f"{self.target.short}, validated {at:%Y-%m-%d %H:%M} UTC by {by}"


def promotion_plan(
    source: Environment, destination: Environment, sha: Sha | None
) -> PromotionPlan:
    """Look at both environments without changing anything."""
    target = sha or source.pointer.sha()
    there = status_of(destination)
    commits: tuple[tuple[Sha, Commit], ...] = ()
    if target is not None and source.store.has(target):
        since = there.serving or there.journaled
        commits = source.store.commits_since(since, target, MOST_COMMITS)
    validation = source.journal.commits.validation(target) if target else None
    return PromotionPlan(status_of(source), there, target, validation, commits)


def _serving(seen: EnvironmentStatus) -> str:
    if seen.serving is None:
        return f"nothing answers ({seen.problem})"
    return f"{seen.serving.short}, {seen.problem or 'healthy'}"
