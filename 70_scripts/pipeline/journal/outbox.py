"""The journal's record of the outbox: what waits, what was tried, when to go on."""

import sqlite3
from dataclasses import dataclass

from pipeline.core.deployment import Deployment
from pipeline.core.messages import Notice
from pipeline.effects.clock import Clock
from pipeline.journal.database import transaction

WAITING = (
    "SELECT n.* FROM notice n WHERE n.id > COALESCE("
    "(SELECT row FROM delivered_before ORDER BY id DESC LIMIT 1), 0) AND NOT EXISTS "
    "(SELECT 1 FROM delivery d WHERE d.notice = n.id AND d.is_over) ORDER BY n.id"
)
MESSAGE = (
    "SELECT d.message FROM delivery d JOIN notice n ON n.id = d.notice "
    "WHERE n.deployment = ? AND NOT n.is_alert AND d.message <> '' "
    "ORDER BY d.id DESC LIMIT 1"
)
ALERT = "SELECT 1 FROM notice WHERE deployment = ? AND is_alert AND id > ? LIMIT 1"
LAST_ERROR = "SELECT error FROM delivery WHERE notice = ? ORDER BY id DESC LIMIT 1"
UNKNOWN = (
    "SELECT COALESCE(SUM(CASE is_known WHEN 0 THEN 1 ELSE -1 END), 0) "
    "FROM sending WHERE notice = ?"
)
PAUSE = "SELECT until, at FROM outbox_pause ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class OutboxRows:
    """Read and write how the sending of notices goes."""

    database: sqlite3.Connection
    clock: Clock

    def waiting(self) -> list[sqlite3.Row]:
        """Return the notices that are not over, in order."""
        return self.database.execute(WAITING).fetchall()

    def message_of(self, row: sqlite3.Row) -> str:
        """Return the message that follows a notice's deployment, empty if none does."""
        found = self.database.execute(MESSAGE, (row["deployment"],)).fetchone()
        return str(found["message"]) if found else ""

    def is_told_by_alert(self, row: sqlite3.Row) -> bool:
        """Tell whether an alert of its deployment says later what a notice says."""
        place = (row["deployment"], row["id"])
        return self.database.execute(ALERT, place).fetchone() is not None

    def unknown_outcomes(self, row: sqlite3.Row) -> int:
        """Return how often a notice was sent without its outcome being heard of."""
        return int(self.database.execute(UNKNOWN, (row["id"],)).fetchone()[0])

    def begin(self, row: sqlite3.Row) -> None:
        """Record that a notice is being sent: whoever dies now leaves it unknown."""
        self._insert("sending", "notice, is_known, at", row["id"], 0, self.clock.now())

    def settle(self, row: sqlite3.Row) -> None:
        """Record that the notice which was being sent was certainly not taken."""
        self._insert("sending", "notice, is_known, at", row["id"], 1, self.clock.now())

    def record(
        self, row: sqlite3.Row, *, is_over: bool, message: str = "", error: str = ""
    ) -> None:
        """Record how sending went; an outage is one fact, however often it is met."""
        last = self.database.execute(LAST_ERROR, (row["id"],)).fetchone()
        if not is_over and last and last["error"] == error:
            return
        names = "notice, is_over, message, error, at"
        fact = (row["id"], int(is_over), message, error, self.clock.now())
        self._insert("delivery", names, *fact)

    def pause(self) -> float:
        """Return for how many seconds Discord wants to be left alone."""
        found = self.database.execute(PAUSE).fetchone()
        if found is None:
            return 0.0
        # A clock that was set back does not make it longer than it was asked for.
        left = min(found["until"] - self.clock.now(), found["until"] - found["at"])
        return max(round(float(left), 3), 0.0)

    def postpone(self, seconds: float) -> None:
        """Record that Discord wants to be left alone: other processes heed it too."""
        now = self.clock.now()
        self._insert("outbox_pause", "until, at", now + seconds, now)

    def _insert(self, table: str, names: str, *values: object) -> None:
        places = ", ".join("?" * len(values))
        with transaction(self.database):
            self.database.execute(
                f"INSERT INTO {table} ({names}) VALUES ({places})", values
            )


class Notices:
    """Answer questions about what people were told."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._database = database

    def was_last_told(self, notice: Notice) -> bool:
        """Tell whether this was the last notice that belongs to no deployment."""
        row = self._database.execute(
            "SELECT text FROM notice WHERE deployment IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return bool(row and row["text"] == notice.text)

    def was_told(self, deployment: Deployment | None, notice: Notice) -> bool:
        """Tell whether a notice was ever made, of a deployment or of none."""
        query = "SELECT 1 FROM notice WHERE deployment IS ? AND text = ? LIMIT 1"
        values = (deployment.id if deployment else None, notice.text)
        return self._database.execute(query, values).fetchone() is not None

    def was_ever_told(self, notice: Notice) -> bool:
        """Tell whether a notice with this very text was recorded before."""
        query = "SELECT 1 FROM notice WHERE text = ? LIMIT 1"
        return self._database.execute(query, (notice.text,)).fetchone() is not None
