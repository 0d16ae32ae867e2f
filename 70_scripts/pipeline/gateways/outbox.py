"""Notices on their way: kept until Discord took them, sent once, in order.

A deployment has one message that follows its state; an alert is a message of its own.
Sending never raises: words are not deeds.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.errors import EXPECTED
from pipeline.gateways.database import open_database, transaction
from pipeline.gateways.discord import Discord, MessageGone, NotDelivered, Rejected
from pipeline.gateways.lock import held

SHORTEST_PAUSE = 0.5
WAITING = (
    "SELECT n.* FROM notice n WHERE NOT EXISTS "
    "(SELECT 1 FROM delivery d WHERE d.notice = n.id AND d.is_over) ORDER BY n.id"
)
MESSAGE = (
    "SELECT d.message FROM delivery d JOIN notice n ON n.id = d.notice "
    "WHERE n.deployment = ? AND NOT n.is_alert AND d.message <> '' "
    "ORDER BY d.id DESC LIMIT 1"
)
LAST_ERROR = "SELECT error FROM delivery WHERE notice = ? ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Outbox:
    """Send what the journal holds; ``discord`` is None where there is no webhook."""

    journal: Path
    lock: Path
    discord: Discord | None
    clock: Clock
    patience: float = 10.0

    def flush(self) -> str:
        """Send what waits, within ``patience`` seconds; return what went wrong."""
        if self.discord is None:
            return "no Discord webhook is configured: notices stay in the journal"
        try:
            with (
                held(self.lock, self.clock, patience=self.patience),
                closing(open_database(self.journal)) as database,
            ):
                _Flush(database, self.discord, self.clock, self.patience).run()
        except EXPECTED as error:
            return f"notices wait in the journal: {error}"
        return ""

    def waiting(self) -> int:
        """Return how many notices have not been taken yet."""
        with closing(open_database(self.journal)) as database:
            return len(database.execute(WAITING).fetchall())


class _Flush:
    def __init__(
        self,
        database: sqlite3.Connection,
        discord: Discord,
        clock: Clock,
        patience: float,
    ) -> None:
        self._database = database
        self._discord = discord
        self._clock = clock
        self._end = clock.monotonic() + patience

    def run(self) -> None:
        waiting = self._database.execute(WAITING).fetchall()
        newest = {
            row["deployment"]: row["id"] for row in waiting if not row["is_alert"]
        }
        for row in waiting:
            is_update = row["deployment"] is not None and not row["is_alert"]
            if is_update and newest[row["deployment"]] != row["id"]:
                self._record(row, is_over=True, error="replaced by a newer one")
            else:
                self._deliver(row, is_update=is_update)

    def _deliver(self, row: sqlite3.Row, *, is_update: bool) -> None:
        while True:
            try:
                message = self._send(row, is_update=is_update)
            except Rejected as error:
                return self._record(row, is_over=True, error=str(error))
            except NotDelivered as error:
                self._record(row, is_over=False, error=str(error))
                pause = max(error.pause, SHORTEST_PAUSE)
                if self._clock.monotonic() + pause > self._end:
                    raise
                self._clock.sleep(pause)
            else:
                return self._record(row, is_over=True, message=message)

    def _send(self, row: sqlite3.Row, *, is_update: bool) -> str:
        found = self._database.execute(MESSAGE, (row["deployment"],)).fetchone()
        if is_update and found:
            message: str = found["message"]
            try:
                self._discord.edit(message, row["text"])
                return message
            except MessageGone:
                pass  # Somebody deleted it: say it anew.
        return self._discord.post(row["text"])

    def _record(
        self, row: sqlite3.Row, *, is_over: bool, message: str = "", error: str = ""
    ) -> None:
        last = self._database.execute(LAST_ERROR, (row["id"],)).fetchone()
        if not is_over and last and last["error"] == error:
            return  # An outage is one fact, however often it is met.
        with transaction(self._database):
            self._database.execute(
                "INSERT INTO delivery (notice, is_over, message, error, at) "
                "VALUES (?, ?, ?, ?, ?)",
                (row["id"], int(is_over), message, error, self._clock.now()),
            )
