"""Questions about deployments, answered as quickly after years as on the first day.

Only whoever holds an environment's lock writes its steps, one deployment after another:
what the newest ones say is what counts, and no question looks at all of them.
"""

import sqlite3

from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.sha import Sha

RECENT = 50
STEPS = frozenset(step.value for step in Step)
DEPLOYMENTS = (
    "SELECT d.*, o.outcome, a.author FROM deployment d "
    "LEFT JOIN outcome o ON o.deployment = d.id "
    "LEFT JOIN authorship a ON a.deployment = d.id WHERE {} ORDER BY d.id"
)
NEWEST = f"{DEPLOYMENTS} DESC LIMIT 1"
OPEN = (
    "d.environment = ? AND o.outcome IS NULL AND d.id > "
    "COALESCE((SELECT row FROM ended_before ORDER BY id DESC LIMIT 1), 0)"
)
# Of the newest deployment that has any such mark, the last one.
LIVE = """
SELECT s.deployment, s.name FROM deployment d JOIN step s ON s.id = (
    SELECT MAX(id) FROM step WHERE deployment = d.id
    AND (name = :switch OR (name = :confirm AND is_done)))
WHERE d.environment = :environment ORDER BY d.id DESC LIMIT 1
"""
HEALTHY = """
SELECT d.sha FROM deployment d INDEXED BY deployment_on
WHERE d.environment = ? AND d.cause IS NULL
AND d.kind <> ? AND EXISTS (SELECT 1 FROM step s WHERE s.deployment = d.id
                            AND s.name = ? AND s.is_done)
ORDER BY d.id DESC
"""
LATELY = "(SELECT id FROM deployment WHERE environment = ? ORDER BY id DESC LIMIT 200)"
LAST_STEP = f"""
SELECT s.id, s.at FROM step s WHERE s.id = (
    SELECT MAX(id) FROM step WHERE deployment IN {LATELY})
"""
SWITCHES = f"""
SELECT COUNT(*) FROM step s WHERE s.deployment IN {LATELY}
AND s.name = ? AND NOT s.is_done AND s.at > ? AND s.at <= ?
"""


class Deployments:
    """Answer questions about deployments."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._database = database

    def previous_deploy(self, environment: str, sha: Sha) -> Sha | None:
        """Return what was deployed last before a SHA came, None if nothing was."""
        first = (
            "(SELECT MIN(n.id) FROM deployment n "
            "WHERE n.environment = d.environment AND n.sha = ?)"
        )
        where = (
            "d.environment = ? AND d.kind = ? AND d.sha <> ? AND "
            f"d.id < COALESCE({first}, 9e18)"
        )
        found = self._newest(where, environment, Kind.DEPLOY, sha, sha)
        return found.sha if found else None

    def is_any(self) -> bool:
        """Tell whether anything was ever deployed."""
        query = "SELECT 1 FROM deployment LIMIT 1"
        return self._database.execute(query).fetchone() is not None

    def environments(self) -> set[str]:
        """Return the environments on which anything was ever deployed."""
        query = "SELECT DISTINCT environment FROM deployment"
        return {str(row["environment"]) for row in self._database.execute(query)}

    def live(self, environment: str) -> Deployment | None:
        """Return the deployment that serves; None while that is not certain.

        It is the one whose confirmation is newer than any other deployment's switch.
        """
        names = {"switch": Step.SWITCH, "confirm": Step.CONFIRM}
        values = {"environment": environment, **names}
        row = self._database.execute(LIVE, values).fetchone()
        is_certain = row is not None and row["name"] == Step.CONFIRM
        return self.get(row["deployment"]) if is_certain else None

    def last_step(self, environment: str) -> tuple[int, float]:
        """Return id and time (epoch seconds) of an environment's newest step, or 0s."""
        row = self._database.execute(LAST_STEP, (environment,)).fetchone()
        return (row["id"], row["at"]) if row else (0, 0.0)

    def healthy(self, environment: str) -> tuple[Sha, ...]:
        """Return the SHAs that were lately live and healthy, in order of deployment.

        What the pipeline put up by itself counts where a person had put it up before.
        """
        values = (environment, Kind.ROLL_FORWARD, Step.CONFIRM)
        found: dict[Sha, None] = {}
        rows = self._database.execute(HEALTHY, values)
        # One by one: a loop over the cursor would fetch all of them first.
        while len(found) < RECENT and (row := rows.fetchone()):
            found.setdefault(Sha(row["sha"]))
        return tuple(reversed(found))

    def get(self, id_: int) -> Deployment:
        """Return the deployment of an id that the journal itself gave."""
        return self.where("d.id = ?", id_)[0]

    def open_on(self, environment: str) -> list[Deployment]:
        """Return the deployments of an environment that have not ended."""
        return self.where(OPEN, environment)

    def newest(self, environment: str, sha: Sha | None = None) -> Deployment | None:
        """Return the newest deployment of an environment, or of a SHA on it."""
        if sha is None:
            return self._newest("d.environment = ?", environment)
        return self._newest("d.environment = ? AND d.sha = ?", environment, sha)

    def newest_deploy(self, environment: str) -> Deployment | None:
        """Return the newest deployment that was asked for, not made to mend one."""
        where = "d.environment = ? AND d.kind = ?"
        return self._newest(where, environment, Kind.DEPLOY)

    def steps(self, deployment: Deployment) -> list[tuple[Step, bool, float]]:
        """Return the marks of a deployment: step, whether done, seconds since 1970.

        A step that a later pipeline wrote, and this one does not know, is left out.
        """
        rows = self._database.execute(
            "SELECT name, is_done, at FROM step WHERE deployment = ? ORDER BY id",
            (deployment.id,),
        )
        return [
            (Step(name), bool(is_done), at)
            for name, is_done, at in rows
            if name in STEPS
        ]

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

    def detail(self, deployment: Deployment, step: Step) -> str:
        """Return what was noted when a step was last done, empty if nothing was."""
        row = self._database.execute(
            "SELECT detail FROM step WHERE deployment = ? AND name = ? AND is_done "
            "ORDER BY id DESC LIMIT 1",
            (deployment.id, step),
        ).fetchone()
        return str(row["detail"]) if row else ""

    def switches_between(self, environment: str, start: float, end: float) -> int:
        """Return how often a version was put up in that time (epoch seconds)."""
        values = (environment, Step.SWITCH, start, end)
        count: int = self._database.execute(SWITCHES, values).fetchone()[0]
        return count

    def attempts(self, deployment: Deployment) -> int:
        """Return how often the step that was begun most often was begun."""
        begun = [name for name, is_done, _ in self.steps(deployment) if not is_done]
        return max(map(begun.count, begun), default=0)

    def rollback_of(self, deployment: Deployment) -> Deployment | None:
        """Return the open return that undoes a deployment."""
        where = "d.cause = ? AND o.outcome IS NULL"
        return self._newest(where, deployment.id)

    def failed_rollbacks(self, deployment: Deployment) -> tuple[int, float]:
        """Return how many returns from a deployment failed, and when the last did."""
        row = self._database.execute(
            "SELECT COUNT(*) AS number, COALESCE(MAX(o.at), 0.0) AS at "
            "FROM deployment d JOIN outcome o ON o.deployment = d.id "
            "WHERE d.cause = ? AND o.outcome = ?",
            (deployment.id, Outcome.FAILED),
        ).fetchone()
        return row["number"], row["at"]

    def outcome(self, deployment: Deployment) -> Outcome | None:
        """Return how a deployment ended, None while it is open."""
        row = self._database.execute(
            "SELECT outcome FROM outcome WHERE deployment = ?", (deployment.id,)
        ).fetchone()
        return Outcome(row["outcome"]) if row else None

    def _newest(self, where: str, *values: object) -> Deployment | None:
        row = self._database.execute(NEWEST.format(where), values).fetchone()
        return _deployment(row) if row else None

    def where(self, where: str, *values: object) -> list[Deployment]:
        """Return the deployments that a condition of SQL is true of, in order."""
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
        author=row["author"] or "",
    )
    return Deployment(
        id=row["id"],
        order=order,
        rollback_point=Sha(row["rollback_point"]) if row["rollback_point"] else None,
        started_at=row["at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
    )
