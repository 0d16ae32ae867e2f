"""What is remembered of commits: verdicts, validations, what a person took away."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.deployment import Kind, Outcome, Step
from pipeline.core.lineage import Cleared, Event, Lineage, Placed, Reset, lineage
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Run, Verdict, standing

# Which of two facts came first says their place in the journal, never a clock.
PLACE = "(SELECT seq FROM fact WHERE kind = '{}' AND fact.id = {})"
VERDICTS_PLACE = PLACE.format("verdict", "v.id")

PLACED = f"""
SELECT d.sha, d.kind, d.rollback_point, {PLACE.format("deployment", "d.id")} AS place,
EXISTS (SELECT 1 FROM step s WHERE s.deployment = d.id AND s.name = :verify
        AND s.is_done) AS is_verified,
(SELECT s.detail FROM step s WHERE s.deployment = d.id AND s.name = :keep
 AND s.is_done ORDER BY s.id LIMIT 1) AS found
FROM deployment d WHERE d.environment = :environment AND d.cause IS NULL
ORDER BY place
"""
PASSED_AGAIN = f"""
SELECT v.sha, {VERDICTS_PLACE} AS place FROM verdict v
WHERE v.verdict = ? AND v.attempt > 1 ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Validation:
    """When a SHA was validated, in seconds since 1970, and by which run of CI."""

    at: float
    run_url: str


class Commits:
    """Answer questions about commits."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._database = database

    def validated(self) -> Sha | None:
        """Return the last validated SHA."""
        row = self._database.execute(
            "SELECT sha FROM validation ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return Sha(row[0]) if row else None

    def validations(self, most: int) -> tuple[Sha, ...]:
        """Return the SHAs that were validated last, the newest first."""
        query = "SELECT sha FROM validation ORDER BY id DESC LIMIT ?"
        return tuple(Sha(row["sha"]) for row in self._database.execute(query, (most,)))

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
        return bool(self.why_bad(environment, sha))

    def why_bad(self, environment: str, sha: Sha) -> str:
        """Say why a SHA is remembered as bad, empty if it is not."""
        if sha in self.withdrawn(environment):
            return "this SHA was rolled back here by hand"
        is_failed = self.verdicts().get(sha) is Verdict.FAILED
        judgement = self.judgement(sha) if is_failed else None
        if self._was_rolled_back(environment, sha):
            why = f": {judgement.reason}" if judgement else ""
            return f"this SHA was rolled back here{why}"
        return f"its CI failed ({judgement.reason})" if judgement else ""

    def _was_rolled_back(self, environment: str, sha: Sha) -> bool:
        row = self._database.execute(
            "SELECT o.outcome = ? AND NOT EXISTS (SELECT 1 FROM verdict v WHERE "
            f"v.sha = d.sha AND v.verdict = ? AND {VERDICTS_PLACE} > "
            f"{PLACE.format('outcome', 'o.deployment')}) AS is_bad "
            "FROM deployment d JOIN outcome o ON o.deployment = d.id "
            "WHERE d.environment = ? AND d.sha = ? ORDER BY d.id DESC LIMIT 1",
            (Outcome.ROLLED_BACK, Verdict.PASSED, environment, sha),
        ).fetchone()
        return bool(row and row["is_bad"])

    def withdrawn(self, environment: str) -> frozenset[Sha]:
        """Return the SHAs that a person's rollback took away and nothing put back."""
        return self.lineage(environment).withdrawn

    def lineage(self, environment: str) -> Lineage:
        """Return what served, in order of deployment, and what a person took away."""
        return lineage(self._events(environment))

    def _events(self, environment: str) -> Iterator[Event]:
        execute = self._database.execute
        passed = deque(execute(PASSED_AGAIN, (Verdict.PASSED,)))
        names = {"environment": environment, "verify": Step.CONFIRM, "keep": Step.KEEP}
        for row in execute(PLACED, names):
            while passed and passed[0]["place"] < row["place"]:
                yield Cleared(Sha(passed.popleft()["sha"]))
            if row["found"]:
                yield Reset(Sha(row["found"]))
            if row["is_verified"]:
                point = row["rollback_point"]
                replaced = Sha(point) if point else None
                yield Placed(Sha(row["sha"]), Kind(row["kind"]), replaced)
        yield from (Cleared(Sha(row["sha"])) for row in passed)

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
        parts = (row["run"], row["attempt"], sha, "push", "", "completed", "")
        run = None if row["run"] is None else Run(*parts, row["run_url"])
        judgement = Judgement(Verdict(row["verdict"]), row["reason"], run)
        has_passed = self.verdicts()[sha] is Verdict.PASSED
        return standing(judgement, has_passed=has_passed)

    def was_without_verdict(self, sha: Sha) -> bool:
        """Tell whether it was ever recorded that no verdict came for a SHA."""
        query = "SELECT 1 FROM verdict WHERE sha = ? AND verdict = ? LIMIT 1"
        return self._database.execute(query, (sha, Verdict.NONE)).fetchone() is not None

    def proved(self, environment: str, sha: Sha) -> str:
        """Return with which artefact a SHA was last healthy elsewhere, empty if not."""
        row = self._database.execute(
            "SELECT s.detail FROM step s JOIN deployment d ON d.id = s.deployment "
            "WHERE d.environment <> ? AND d.sha = ? AND s.name = ? AND s.is_done "
            "ORDER BY s.id DESC LIMIT 1",
            (environment, sha, Step.CONFIRM),
        ).fetchone()
        return str(row["detail"]) if row else ""
