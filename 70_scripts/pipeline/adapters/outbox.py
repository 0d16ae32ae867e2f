"""Notices on their way: kept until Discord took them, sent once, in order.

A deployment has one message that follows its state; an alert is a message of its own.
Where Discord's answer to a new message is lost, it may have been taken: it is sent
once more, never a third time. Sending never raises: words are not deeds.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.errors import EXPECTED
from pipeline.journal.database import open_database, require_writable
from pipeline.adapters.discord import Discord, MessageGone, NotDelivered, Rejected
from pipeline.adapters.lock import held
from pipeline.journal.outbox import OutboxRows

SHORTEST_PAUSE = 0.5
# Less time than this is not begun with: its answer would come too late.
SHORTEST_SENDING = 1.0
MOST_UNKNOWN = 2
PERHAPS = "perhaps delivered: no answer was heard, twice"


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
        end = self.clock.monotonic() + self.patience
        try:
            with (
                held(self.lock, self.clock, patience=self.patience),
                closing(open_database(self.journal)) as database,
            ):
                require_writable(database)  # What cannot be recorded is not sent.
                records = OutboxRows(database, self.clock)
                _Flush(records, self.discord, self.clock, end).run()
        except EXPECTED as error:
            return f"notices wait in the journal: {error}"
        return ""

    def waiting(self) -> int:
        """Return how many notices have not been taken yet."""
        with closing(open_database(self.journal)) as database:
            return len(OutboxRows(database, self.clock).waiting())


class _Flush:
    def __init__(
        self, records: OutboxRows, discord: Discord, clock: Clock, end: float
    ) -> None:
        self._records = records
        self._discord = discord
        self._clock = clock
        self._end = end

    def run(self) -> None:
        waiting = self._records.waiting()
        newest = {
            row["deployment"]: row["id"] for row in waiting if not row["is_alert"]
        }
        for row in waiting:
            is_update = row["deployment"] is not None and not row["is_alert"]
            if is_update and newest[row["deployment"]] != row["id"]:
                replaced = "replaced by a newer one"
                self._records.record(row, is_over=True, error=replaced)
            elif is_update and self._is_needless(row):
                told = "an alert tells it, and there is no message to update"
                self._records.record(row, is_over=True, error=told)
            else:
                self._deliver(row, is_update=is_update)

    def _is_needless(self, row: sqlite3.Row) -> bool:
        has_message = bool(self._records.message_of(row))
        return not has_message and self._records.is_told_by_alert(row)

    def _deliver(self, row: sqlite3.Row, *, is_update: bool) -> None:
        backoff = SHORTEST_PAUSE
        while True:
            self._wait_for_discord()
            try:
                message = self._send(row, is_update=is_update)
            except Rejected as error:
                return self._records.record(row, is_over=True, error=str(error))
            except NotDelivered as error:
                self._records.record(row, is_over=False, error=str(error))
                self._wait_or_raise(error, backoff)
                backoff *= 2
            else:
                return self._records.record(row, is_over=True, message=message)

    def _wait_for_discord(self) -> None:
        """Wait out the pause that Discord asked for, if there is the time for it.

        Raises:
            NotDelivered: there is not.
        """
        pause = self._records.pause()
        left = self._end - self._clock.monotonic()
        if pause > left:
            seen = f"Discord asked for a pause of {pause:.0f} s more"
            raise NotDelivered(seen, pause)
        if left - pause < SHORTEST_SENDING:
            raise NotDelivered("out of time, the rest follows", 0.0)
        if pause:
            self._clock.sleep(pause)

    def _wait_or_raise(self, error: NotDelivered, backoff: float) -> None:
        pause = max(error.pause, SHORTEST_PAUSE if error.is_asked else backoff)
        if error.is_asked:
            self._records.postpone(pause)
        if error.is_unknown or self._clock.monotonic() + pause > self._end:
            raise error
        if not error.is_asked:  # What was asked for is waited out before the next try.
            self._clock.sleep(pause)

    def _send(self, row: sqlite3.Row, *, is_update: bool) -> str:
        message = self._records.message_of(row) if is_update else ""
        within = self._end - self._clock.monotonic()
        if message:
            try:
                self._discord.edit(message, row["text"], within=within)
                return message
            except MessageGone:
                pass  # Somebody deleted it: say it anew.
        return self._post(row)

    def _post(self, row: sqlite3.Row) -> str:
        if self._records.unknown_outcomes(row) >= MOST_UNKNOWN:
            raise Rejected(PERHAPS)
        self._records.begin(row)
        try:
            within = self._end - self._clock.monotonic()
            return self._discord.post(row["text"], within=within)
        except NotDelivered as error:
            if not error.is_unknown:
                self._records.settle(row)
            raise
