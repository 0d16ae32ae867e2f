"""The journal's record of pipelines: tested by which run of CI, put in force when."""

import sqlite3
from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.core.verdict import Run
from pipeline.effects.clock import Clock
from pipeline.journal.database import transaction

FOUND = (
    "SELECT obstacle FROM pipeline_test WHERE sha = ? AND run = ? AND attempt = ? "
    "ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Adoptions:
    """Read and write what is known of pipelines."""

    database: sqlite3.Connection
    clock: Clock

    def obstacle(self, sha: Sha, run: Run) -> str | None:
        """Return what a run left untested of a commit's pipeline, None if unknown."""
        row = self.database.execute(FOUND, (sha, run.id, run.attempt)).fetchone()
        return str(row["obstacle"]) if row else None

    def record_test(self, sha: Sha, run: Run, obstacle: str) -> None:
        """Keep what a run left untested; an empty text says nothing."""
        with transaction(self.database):
            self.database.execute(
                "INSERT INTO pipeline_test (sha, run, attempt, obstacle, at) "
                "VALUES (?, ?, ?, ?, ?)",
                (sha, run.id, run.attempt, obstacle, self.clock.now()),
            )

    def in_force(self) -> Sha | None:
        """Return what was put in force last, None if nothing is known of it."""
        query = "SELECT sha FROM adoption ORDER BY id DESC LIMIT 1"
        row = self.database.execute(query).fetchone()
        return Sha(row["sha"]) if row else None

    def record(self, sha: Sha) -> None:
        """Keep that a commit's pipeline is in force, unless it was already."""
        if sha != self.in_force():
            with transaction(self.database):
                self.database.execute(
                    "INSERT INTO adoption (sha, at) VALUES (?, ?)",
                    (sha, self.clock.now()),
                )
