"""What the journal's facts add up to: read, never written, here."""

import sqlite3
from dataclasses import dataclass

from pipeline.core.history import Deployment, Kind, Order, Outcome, Step
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Run, Verdict

RECENT = 50
DEPLOYMENTS = (
    "SELECT d.*, o.outcome FROM deployment d "
    "LEFT JOIN outcome o ON o.deployment = d.id WHERE {} ORDER BY d.id"
)

# Of the newest rollback by hand that held, what it took away: whatever was deployed
# before, unless it was put up again since, or a re-run of its CI has passed.
WITHDRAWN = """
WITH held AS (
    SELECT d.id, d.sha, d.at FROM deployment d
    LEFT JOIN outcome o ON o.deployment = d.id
    WHERE d.environment = :environment AND d.kind = :rollback AND d.cause IS NULL
    AND EXISTS (SELECT 1 FROM step s
                WHERE s.deployment = d.id AND s.name = :verify AND s.is_done)
    AND COALESCE(o.outcome, '') NOT IN (:rolled_back, :failed)
    ORDER BY d.id DESC LIMIT 1
)
SELECT DISTINCT d.sha FROM deployment d JOIN held ON d.id < held.id
WHERE d.environment = :environment AND d.sha <> held.sha
AND NOT EXISTS (SELECT 1 FROM deployment n WHERE n.environment = d.environment
                AND n.sha = d.sha AND n.id > held.id AND n.cause IS NULL)
AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.sha = d.sha
                AND v.verdict = :passed AND v.attempt > 1 AND v.at > held.at)
"""


@dataclass(frozen=True, slots=True)
class Validation:
    """When a SHA was validated, in seconds since 1970, and by which run of CI."""

    at: float
    run_url: str


class Records:
    """Answer questions about what happened."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._database = database

    def validated(self) -> Sha | None:
        """Return the last validated SHA."""
        row = self._database.execute(
            "SELECT sha FROM validation ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return Sha(row[0]) if row else None

    def was_validated(self, sha: Sha) -> bool:
        """Tell whether a SHA ever was the last validated one."""
        query = "SELECT 1 FROM validation WHERE sha = ?"
        return self._database.execute(query, (sha,)).fetchone() is not None

    def validation(self, sha: Sha) -> Validation | None:
        """Return when and by what a SHA was last validated, None if it never was."""
        row = self._database.execute(
            "SELECT n.at, (SELECT run_url FROM verdict v WHERE v.sha = n.sha "
            "AND v.verdict = ? ORDER BY v.id DESC LIMIT 1) AS run_url "
            "FROM validation n WHERE n.sha = ? ORDER BY n.id DESC LIMIT 1",
            (Verdict.PASSED, sha),
        ).fetchone()
        return Validation(row["at"], row["run_url"] or "") if row else None

    def is_bad(self, environment: str, sha: Sha) -> bool:
        """Tell whether a SHA failed, or was rolled back here, and not passed since."""
        if sha in self.withdrawn(environment):
            return True
        if self.verdicts().get(sha) is Verdict.FAILED:
            return True
        row = self._database.execute(
            "SELECT o.outcome = ? AND NOT EXISTS (SELECT 1 FROM verdict v WHERE "
            "v.sha = d.sha AND v.verdict = ? AND v.at > o.at) AS is_bad "
            "FROM deployment d JOIN outcome o ON o.deployment = d.id "
            "WHERE d.environment = ? AND d.sha = ? ORDER BY d.id DESC LIMIT 1",
            (Outcome.ROLLED_BACK, Verdict.PASSED, environment, sha),
        ).fetchone()
        return bool(row and row["is_bad"])

    def withdrawn(self, environment: str) -> frozenset[Sha]:
        """Return the SHAs that a person's rollback took away and nothing put back."""
        values = {
            "environment": environment,
            "rollback": Kind.ROLLBACK,
            "verify": Step.VERIFY,
            "rolled_back": Outcome.ROLLED_BACK,
            "failed": Outcome.FAILED,
            "passed": Verdict.PASSED,
        }
        rows = self._database.execute(WITHDRAWN, values)
        return frozenset(Sha(row["sha"]) for row in rows)

    def was_last_told(self, notice: Notice) -> bool:
        """Tell whether this was the last notice that belongs to no deployment."""
        row = self._database.execute(
            "SELECT text FROM notice WHERE deployment IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return bool(row and row["text"] == notice.text)

    def live(self, environment: str) -> Deployment | None:
        """Return the deployment that serves; None while that is not certain.

        It is the one whose verification is newer than any other deployment's reset.
        """
        row = self._database.execute(
            "SELECT s.deployment, s.name FROM step s JOIN deployment d "
            "ON d.id = s.deployment WHERE d.environment = ? AND "
            "(s.name = ? OR (s.name = ? AND s.is_done)) ORDER BY s.id DESC LIMIT 1",
            (environment, Step.RESET, Step.VERIFY),
        ).fetchone()
        if row is None or row[1] != Step.VERIFY:
            return None
        return self._deployments("d.id = ?", row[0])[0]

    def healthy(self, environment: str) -> tuple[Sha, ...]:
        """Return the SHAs that were lately live and healthy, in order of deployment."""
        rows = self._database.execute(
            "SELECT d.sha, MAX(d.id) AS newest FROM deployment d JOIN step s "
            "ON s.deployment = d.id AND s.name = ? AND s.is_done "
            "WHERE d.environment = ? AND d.kind = ? "
            "GROUP BY d.sha ORDER BY newest DESC LIMIT ?",
            (Step.VERIFY, environment, Kind.DEPLOY, RECENT),
        )
        return tuple(reversed([Sha(row["sha"]) for row in rows]))

    def verdicts(self) -> dict[Sha, Verdict]:
        """Return the verdict of every judged SHA; one that ever passed has passed."""
        known: dict[Sha, Verdict] = {}
        for text, word in self._database.execute(
            "SELECT sha, verdict FROM verdict ORDER BY id"
        ):
            sha = Sha(text)
            if known.get(sha) is not Verdict.PASSED:
                known[sha] = Verdict(word)
        return known

    def judgement(self, sha: Sha) -> Judgement | None:
        """Return what was last recorded of a SHA's CI, None if nothing was."""
        row = self._database.execute(
            "SELECT * FROM verdict WHERE sha = ? ORDER BY id DESC LIMIT 1", (sha,)
        ).fetchone()
        if row is None:
            return None
        verdict = self.verdicts()[sha]
        if row["run"] is None:
            return Judgement(verdict, row["reason"])
        parts = (row["run"], row["attempt"], sha, "push", "", "completed", "")
        return Judgement(verdict, row["reason"], Run(*parts, row["run_url"]))

    def deployment(self, id_: int) -> Deployment:
        """Return the deployment of an id that the journal itself gave."""
        return self._deployments("d.id = ?", id_)[0]

    def open_deployments(self, environment: str) -> list[Deployment]:
        """Return the deployments of an environment that have not ended."""
        return self._deployments("d.environment = ? AND o.outcome IS NULL", environment)

    def newest(self, environment: str, sha: Sha | None = None) -> Deployment | None:
        """Return the newest deployment of an environment, or of a SHA on it."""
        found = self._deployments(
            "d.environment = ? AND d.sha = COALESCE(?, d.sha)", environment, sha
        )
        return found[-1] if found else None

    def newest_deploy(self, environment: str) -> Deployment | None:
        """Return the newest deployment that was asked for, not made to mend one."""
        where = "d.environment = ? AND d.kind = ?"
        found = self._deployments(where, environment, Kind.DEPLOY)
        return found[-1] if found else None

    def steps(self, deployment: Deployment) -> list[tuple[Step, bool, float]]:
        """Return the marks of a deployment: step, whether done, seconds since 1970."""
        rows = self._database.execute(
            "SELECT name, is_done, at FROM step WHERE deployment = ? ORDER BY id",
            (deployment.id,),
        )
        return [(Step(name), bool(is_done), at) for name, is_done, at in rows]

    def proved(self, environment: str, sha: Sha) -> str:
        """Return with which artefact a SHA was last healthy elsewhere, empty if not."""
        row = self._database.execute(
            "SELECT s.detail FROM step s JOIN deployment d ON d.id = s.deployment "
            "WHERE d.environment <> ? AND d.sha = ? AND s.name = ? AND s.is_done "
            "ORDER BY s.id DESC LIMIT 1",
            (environment, sha, Step.VERIFY),
        ).fetchone()
        return str(row["detail"]) if row else ""

    def failing_step(self, deployment: Deployment) -> Step | None:
        """Return the step that was begun and not done."""
        open_steps: dict[Step, None] = {}
        for name, is_done, _ in self.steps(deployment):
            open_steps.pop(name, None) if is_done else open_steps.setdefault(name)
        return next(reversed(open_steps), None)

    def has_begun(self, deployment: Deployment, step: Step) -> bool:
        """Tell whether a step of a deployment was ever begun."""
        return any(name is step for name, _, _ in self.steps(deployment))

    def has_done(self, deployment: Deployment, step: Step) -> bool:
        """Tell whether a step of a deployment was done."""
        marks = self.steps(deployment)
        return any(name is step and is_done for name, is_done, _ in marks)

    def attempts(self, deployment: Deployment) -> int:
        """Return how often the step that was begun most often was begun."""
        begun = [name for name, is_done, _ in self.steps(deployment) if not is_done]
        return max(map(begun.count, begun), default=0)

    def rollback_of(self, deployment: Deployment) -> Deployment | None:
        """Return the open return that undoes a deployment."""
        where = "d.cause = ? AND o.outcome IS NULL"
        found = self._deployments(where, deployment.id)
        return found[-1] if found else None

    def outcome(self, deployment: Deployment) -> Outcome | None:
        """Return how a deployment ended, None while it is open."""
        row = self._database.execute(
            "SELECT outcome FROM outcome WHERE deployment = ?", (deployment.id,)
        ).fetchone()
        return Outcome(row["outcome"]) if row else None

    def _deployments(self, where: str, *values: object) -> list[Deployment]:
        rows = self._database.execute(DEPLOYMENTS.format(where), values)
        return [_deployment(row) for row in rows]


def _deployment(row: sqlite3.Row) -> Deployment:
    order = Order(
        environment=row["environment"],
        sha=Sha(row["sha"]),
        kind=Kind(row["kind"]),
        actor=row["actor"],
        subject=row["subject"],
        run_url=row["run_url"],
        cause=row["cause"],
        reason=row["reason"],
    )
    return Deployment(
        id=row["id"],
        order=order,
        rollback_point=Sha(row["rollback_point"]) if row["rollback_point"] else None,
        started_at=row["at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
    )
