"""The journal's record of the health watch: what was seen, and the alert of it."""

import sqlite3
from dataclasses import dataclass

from pipeline.core.messages import Notice
from pipeline.core.watch import Observation, Sighting, Vantage, consequence
from pipeline.effects.clock import Clock
from pipeline.gateways.database import transaction

LAST = (
    "SELECT is_up, at FROM observation WHERE environment = ? AND vantage = ? "
    "ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Observations:
    """Write what is seen of environments."""

    database: sqlite3.Connection
    clock: Clock

    def last(self, environment: str, vantage: Vantage) -> Observation | None:
        """Return what was kept last of an environment, None if nothing was."""
        row = self.database.execute(LAST, (environment, vantage)).fetchone()
        return Observation(bool(row["is_up"]), row["at"]) if row else None

    def record(self, seen: Sighting, alert: Notice) -> bool:
        """Keep one look, with its alert if an outage begins; return whether one does.

        Deciding and writing are one transaction: of two watchers that see the same
        outage at the same time, one alerts.
        """
        now, place = self.clock.now(), (seen.environment, seen.vantage)
        with transaction(self.database):
            follows = consequence(self.last(*place), seen.is_up, now)
            if follows.is_kept:
                self.database.execute(
                    "INSERT INTO observation (environment, vantage, is_up, problem, at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (*place, int(seen.is_up), seen.problem, now),
                )
            if follows.is_alert:
                self.database.execute(
                    "INSERT INTO notice (deployment, text, is_alert, at) "
                    "VALUES (NULL, ?, 1, ?)",
                    (alert.text, now),
                )
        return follows.is_alert
