"""The journal's record of the health watch: what was seen, and the alert of it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.messages import Notice
from pipeline.core.availability import Observation, Sighting, Vantage, consequence
from pipeline.effects.clock import Clock
from pipeline.journal.database import transaction

LAST = (
    "SELECT is_up, at FROM observation WHERE environment = ? AND vantage = ? "
    "ORDER BY id DESC LIMIT 1"
)
DOWN_SINCE = (
    "SELECT at FROM observation WHERE environment = :environment "
    "AND vantage = :vantage AND NOT is_up AND id > COALESCE((SELECT MAX(id) FROM "
    "observation WHERE environment = :environment AND vantage = :vantage AND is_up), 0)"
    " ORDER BY id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Uptime:
    """Write what is seen of environments."""

    database: sqlite3.Connection
    clock: Clock

    def last(self, environment: str, vantage: Vantage) -> Observation | None:
        """Return what was kept last of an environment, None if nothing was."""
        row = self.database.execute(LAST, (environment, vantage)).fetchone()
        return Observation(bool(row["is_up"]), row["at"]) if row else None

    def record(
        self,
        seen: Sighting,
        alert: Notice,
        recovery: Callable[[float], Notice] | None = None,
        *,
        is_deploying: bool = False,
    ) -> bool:
        """Keep one look, with its alert if an outage begins; return whether one does.

        Deciding and writing are one transaction: of two watchers that see the same
        outage at the same time, one alerts.

        Args:
            seen: the look.
            alert: tells that an outage begins.
            recovery: tells that one is over, from its seconds; None tells it to nobody.
            is_deploying: a deployment is at work, whose end is waited for: an outage
                does not begin now. One that lasts longer begins with the next look.
        """
        now, place = self.clock.now(), (seen.environment, seen.vantage)
        with transaction(self.database):
            last = self.last(*place)
            was_up = last is None or last.is_up
            if is_deploying and was_up and not seen.is_up:
                return False
            if recovery and seen.is_up and not was_up:
                self._tell(recovery(now - self._down_since(*place)), now)
            follows = consequence(last, seen.is_up, now)
            if follows.is_kept:
                self.database.execute(
                    "INSERT INTO observation (environment, vantage, is_up, problem, at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (*place, int(seen.is_up), seen.problem, now),
                )
            if follows.is_alert:
                self._tell(alert, now)
        return follows.is_alert

    def _down_since(self, environment: str, vantage: Vantage) -> float:
        place = {"environment": environment, "vantage": vantage}
        found = self.database.execute(DOWN_SINCE, place).fetchone()[0]
        return float(found)

    def _tell(self, alert: Notice, now: float) -> None:
        self.database.execute(
            "INSERT INTO notice (deployment, text, is_alert, at) "
            "VALUES (NULL, ?, 1, ?)",
            (alert.text, now),
        )
