"""What is remembered of commits: verdicts, validations, what a person took away."""

import json
import sqlite3
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pipeline.core.deployment import Kind, Outcome, Step
from pipeline.core.lineage import Cleared, Event, Lineage, Placed, Reset, lineage
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Run, Verdict, standing

# Which of two facts came first says their place in the journal, never a clock.
PLACE = "(SELECT seq FROM fact WHERE kind = '{}' AND fact.id = {})"
VERDICTS_PLACE = PLACE.format("verdict", "v.id")

FOUND = "name = 'keep' AND detail <> ''"
FOUND_BY = f"SELECT deployment FROM step WHERE {FOUND}"
PLACED = f"""
SELECT d.sha, d.kind, d.rollback_point, {PLACE.format("deployment", "d.id")} AS place,
EXISTS (SELECT 1 FROM step s WHERE s.deployment = d.id AND s.name = :verify
        AND s.is_done) AS is_verified,
(SELECT s.detail FROM step s WHERE s.deployment = d.id AND s.name = :keep
 AND s.is_done ORDER BY s.id LIMIT 1) AS found
FROM deployment d WHERE d.environment = :environment AND d.cause IS NULL
AND d.id IN (SELECT id FROM deployment WHERE environment = :environment
             AND sha IN (SELECT value FROM json_each(:named)) UNION {FOUND_BY})
ORDER BY place
"""
PASSED_AGAIN = f"""
SELECT v.sha, {VERDICTS_PLACE} AS place FROM verdict v
WHERE v.sha IN (SELECT value FROM json_each(?)) AND v.verdict = ? AND v.attempt > 1
ORDER BY place
"""
# What a person did: rollbacks, and versions that a deployment found put up by hand.
BY_HAND = f"""
SELECT d.sha, d.rollback_point AS other FROM deployment d
WHERE d.environment = :environment AND d.kind = :rollback AND d.cause IS NULL
UNION ALL SELECT s.detail, NULL FROM step s JOIN deployment d ON d.id = s.deployment
WHERE s.deployment IN ({FOUND_BY}) AND {FOUND} AND d.environment = :environment
"""
BEFORE = """
SELECT sha FROM deployment WHERE environment = :environment AND cause IS NULL
AND id <= COALESCE((SELECT MAX(id) FROM deployment
                    WHERE environment = :environment AND sha = :sha), 9e18)
ORDER BY id DESC LIMIT :most
"""
VALIDATED = """
SELECT sha FROM validation LEFT JOIN validated_on o ON o.validation = validation.id
WHERE ? IS NULL OR COALESCE(o.environment, ?) = ? ORDER BY validation.id DESC LIMIT 1
"""
# One that ever passed has passed; else what was said last counts.
VERDICT = """
SELECT verdict FROM verdict WHERE sha = ? ORDER BY verdict = ? DESC, id DESC LIMIT 1
"""
# So many deployments are looked through for a version to return to.
MOST_EARLIER = 200


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

    def validated(self, environment: str | None = None) -> Sha | None:
        """Return the last SHA that was validated on an environment, or on any."""
        row = self._database.execute(VALIDATED, (environment,) * 3).fetchone()
        return Sha(row["sha"]) if row else None

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
        if self.withdrawn(environment, (sha,)):
            return "this SHA was rolled back here by hand"
        is_failed = self.verdict(sha) is Verdict.FAILED
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

    def withdrawn(self, environment: str, shas: Iterable[Sha]) -> frozenset[Sha]:
        """Return which of these a person's rollback took away and nothing put back."""
        asked = frozenset(shas)
        return lineage(self._events(environment, asked)).withdrawn & asked

    def lineage(self, environment: str, sha: Sha | None) -> Lineage:
        """Return what served lately, and before a version, in order of deployment."""
        values = {"environment": environment, "sha": sha, "most": MOST_EARLIER}
        rows = self._database.execute(BEFORE, values)
        return lineage(self._events(environment, {Sha(row["sha"]) for row in rows}))

    def _events(self, environment: str, shas: Collection[Sha]) -> Iterator[Event]:
        """Return what happened to versions, and whatever could take one of them away.

        Of two versions only which one was deployed last decides what a rollback takes
        away: what happened to all others can be left out.
        """
        execute = self._database.execute
        place = {"environment": environment, "rollback": Kind.ROLLBACK}
        by_hand = {text for row in execute(BY_HAND, place) for text in row if text}
        named = json.dumps([*by_hand.union(shas)])
        passed = deque(execute(PASSED_AGAIN, (named, Verdict.PASSED)))
        names = {"verify": Step.CONFIRM, "keep": Step.KEEP, "named": named}
        for row in execute(PLACED, {"environment": environment, **names}):
            while passed and passed[0]["place"] < row["place"]:
                yield Cleared(Sha(passed.popleft()["sha"]))
            if row["found"]:
                yield Reset(Sha(row["found"]))
            if row["is_verified"]:
                point = row["rollback_point"]
                replaced = Sha(point) if point else None
                yield Placed(Sha(row["sha"]), Kind(row["kind"]), replaced)
        yield from (Cleared(Sha(row["sha"])) for row in passed)

    def verdict(self, sha: Sha) -> Verdict | None:
        """Return the verdict of a SHA, None if it was never judged."""
        row = self._database.execute(VERDICT, (sha, Verdict.PASSED)).fetchone()
        return Verdict(row["verdict"]) if row else None

    def verdicts(self, shas: Iterable[Sha]) -> dict[Sha, Verdict]:
        """Return the verdicts of those of the SHAs that were judged."""
        found = {sha: self.verdict(sha) for sha in shas}
        return {sha: verdict for sha, verdict in found.items() if verdict}

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
        has_passed = self.verdict(sha) is Verdict.PASSED
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
