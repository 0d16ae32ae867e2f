"""The journal's record of what GitHub was told, and what it should be told next."""

import sqlite3
from collections.abc import Sequence

from pipeline.core.deployment import Deployment, Step
from pipeline.core.reports import Channel, Facts, Report, State
from pipeline.effects.clock import Clock
from pipeline.journal.database import transaction
from pipeline.journal.deployments import Deployments

# The newest, whatever GitHub knows of them, and those that GitHub shows as unfinished.
CANDIDATES = """d.id IN (SELECT id FROM deployment ORDER BY id DESC LIMIT ?)
OR d.id IN (
    SELECT deployment FROM (
        SELECT deployment, state, MAX(id) FROM reported
        WHERE is_over AND error = '' AND channel <> ? GROUP BY deployment
    ) WHERE state IN ('', ?, ?)
)"""
REPLACED = """SELECT 1 FROM deployment d CROSS JOIN step s ON s.deployment = d.id
WHERE d.environment = :environment AND d.id > :id AND s.name = :verify AND s.is_done
AND s.id > (SELECT MAX(id) FROM step
            WHERE deployment = :id AND name = :verify AND is_done) LIMIT 1"""


class Reported:
    """Read and write what GitHub was told."""

    def __init__(self, database: sqlite3.Connection, clock: Clock) -> None:
        """Use an open database."""
        self.deployments = Deployments(database)
        self._database = database
        self._clock = clock

    def candidates(self, most: int) -> list[Deployment]:
        """Return the deployments of which GitHub may have to be told, in order."""
        open_states = (State.IN_PROGRESS, State.SUCCESS)
        return self.deployments.where(CANDIDATES, most, Channel.COMMIT, *open_states)

    def facts(self, deployment: Deployment) -> Facts:
        """Return what the journal knows of a deployment."""
        steps = self.deployments.steps(deployment)
        place = {"environment": deployment.order.environment, "id": deployment.id}
        names = {**place, "verify": Step.CONFIRM}
        replaced = self._database.execute(REPLACED, names).fetchone()
        reason = self._database.execute(
            "SELECT reason FROM outcome WHERE deployment = ?", (deployment.id,)
        ).fetchone()
        return Facts(
            deployment=deployment,
            reason=reason["reason"] if reason else "",
            is_touched=any(step is Step.SWITCH for step, _, _ in steps),
            is_verified=any(step is Step.CONFIRM and done for step, done, _ in steps),
            is_replaced=replaced is not None,
        )

    def missing(self, deployment: Deployment, wanted: Sequence[Report]) -> list[Report]:
        """Return what of ``wanted`` GitHub was not told yet, in order."""
        rows = self._database.execute(
            "SELECT channel, state, error FROM reported "
            "WHERE deployment = ? AND is_over",
            (deployment.id,),
        ).fetchall()
        if any(row["error"] and row["channel"] != Channel.COMMIT for row in rows):
            return []  # GitHub will have nothing of this one.
        over = {(row["channel"], row["state"]) for row in rows}
        return [one for one in wanted if (one.channel, one.state) not in over]

    def remote(self, deployment: Deployment) -> int | None:
        """Return GitHub's id of a deployment, None if it has none yet."""
        row = self._database.execute(
            "SELECT remote FROM reported WHERE deployment = ? AND remote IS NOT NULL",
            (deployment.id,),
        ).fetchone()
        return int(row["remote"]) if row else None

    def run_url(self, id_: int) -> str:
        """Return the run that made the deployment of an id, empty if none did."""
        found = self.deployments.where("d.id = ?", id_)
        return found[0].order.run_url if found else ""

    def was_begun(self, deployment: Deployment) -> bool:
        """Tell whether GitHub may have been told, without us hearing its answer."""
        query = "SELECT 1 FROM reported WHERE deployment = ? LIMIT 1"
        return self._database.execute(query, (deployment.id,)).fetchone() is not None

    def pause_left(self) -> float:
        """Return for how many seconds GitHub wants to be left alone.

        Where the clock was set back, that is never more than it asked for.
        """
        row = self._database.execute(
            "SELECT resume_at, at FROM reported ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return 0.0
        until = float(row["resume_at"])
        return max(min(until - self._clock.now(), until - float(row["at"])), 0.0)

    def record(
        self,
        deployment: Deployment,
        report: Report,
        *,
        is_over: bool,
        remote: int | None = None,
        error: str = "",
        pause: float = 0.0,
    ) -> None:
        """Record how telling went; an outage is one fact, however often it is met."""
        now = self._clock.now()
        resume_at = now + pause if pause else 0.0
        fact = (deployment.id, report.channel, report.state, int(is_over), remote)
        known = self._database.execute(
            "SELECT 1 FROM reported WHERE deployment = ? AND channel = ? AND state = ? "
            "AND is_over = ? AND remote IS ? AND error = ?",
            (*fact, error),
        ).fetchone()
        if known and not pause:
            return
        with transaction(self._database):
            self._database.execute(
                "INSERT INTO reported (deployment, channel, state, is_over, remote, "
                "error, resume_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*fact, error, resume_at, now),
            )
