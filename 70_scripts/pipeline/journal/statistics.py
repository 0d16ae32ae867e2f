"""The journal's facts that figures are made of: read, never written, here."""

import sqlite3
from dataclasses import dataclass

from pipeline.core.deployment import Kind, Outcome, Step
from pipeline.core.metrics import Ended
from pipeline.core.verdict import Verdict
from pipeline.core.availability import Observation, Vantage

# What passed later is asked of the order of facts: clocks are set back at times.
ENDED = """
SELECT d.kind, o.outcome, d.at AS started,
  (SELECT MIN(s.at) FROM step s
    WHERE s.deployment = d.id AND s.name = :verify AND s.is_done) AS live,
  (SELECT MIN(v.at) FROM verdict v
    WHERE v.sha = d.sha AND v.verdict <> :pending AND v.at >= d.at) AS judged,
  EXISTS (SELECT 1 FROM verdict v
    CROSS JOIN fact said ON said.kind = 'verdict' AND said.id = v.id
    CROSS JOIN fact over ON over.kind = 'outcome' AND over.id = d.id
    WHERE v.sha = d.sha AND v.verdict = :passed AND said.seq > over.seq) AS passed
FROM deployment d LEFT JOIN outcome o ON o.deployment = d.id
WHERE d.environment = :environment AND d.at >= :since ORDER BY d.id
"""
OBSERVED = """
SELECT is_up, at FROM observation WHERE environment = :environment
  AND vantage = :vantage AND id >= COALESCE((SELECT MAX(id) FROM observation
    WHERE environment = :environment AND vantage = :vantage AND at < :since), 0)
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Ask the journal for what figures are made of."""

    database: sqlite3.Connection

    def ended(self, environment: str, since: float) -> list[Ended]:
        """Return an environment's deployments that started since then, in order."""
        values = {
            "environment": environment,
            "since": since,
            "verify": Step.CONFIRM,
            "pending": Verdict.PENDING,
            "passed": Verdict.PASSED,
        }
        return [_ended(row) for row in self.database.execute(ENDED, values)]

    def seen(self, environment: str, since: float) -> list[Observation]:
        """Return what the VM saw since then, and the last thing before."""
        values = {
            "environment": environment,
            "since": since,
            "vantage": Vantage.INSIDE,
        }
        rows = self.database.execute(OBSERVED, values)
        return [Observation(bool(row["is_up"]), row["at"]) for row in rows]


def _ended(row: sqlite3.Row) -> Ended:
    return Ended(
        kind=Kind(row["kind"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        to_live=_since_start(row, "live"),
        to_verdict=_since_start(row, "judged"),
        has_passed_later=bool(row["passed"]),
    )


def _since_start(row: sqlite3.Row, name: str) -> float | None:
    return None if row[name] is None else max(row[name] - row["started"], 0.0)
