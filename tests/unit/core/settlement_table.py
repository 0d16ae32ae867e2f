"""The tables of settlement.md, read as cases; what cannot be read is an error."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pipeline.core.deployment import Outcome
from pipeline.core.settlement import OnNoVerdict, Plan, Situation
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict

from tests.unit.specimens import GOOD, A, B, C, D

PAGE = Path(__file__).resolve().parents[3] / "90_doc" / "source" / "settlement.md"
CASES = "| case |"
ENDS = "| verdict |"
COMMITS = {"GOOD": GOOD, "A": A, "B": B, "C": C, "F": D}
LINE = (GOOD, A, B, C)
ANCESTRY = frozenset(
    {(older, newer) for place, newer in enumerate(LINE) for older in LINE[:place]}
    | {(GOOD, D)}
)
SIGNS = {
    "?": Verdict.PENDING,
    "✓": Verdict.PASSED,
    "✗": Verdict.FAILED,
    "∅": Verdict.NONE,
}
NONE = "–"
OPEN = "still open"


@dataclass(frozen=True, slots=True)
class Case:
    """One row: what is known, and what must follow from it."""

    name: str
    situation: Situation
    mode: OnNoVerdict
    plan: Plan


@dataclass(frozen=True, slots=True)
class Ending:
    """One row: how the deployments of ``A`` end."""

    name: str
    verdict: Verdict
    was_live: bool
    plan: Plan
    mode: OnNoVerdict
    outcome: Outcome | None


def cases(page: Path = PAGE) -> list[Case]:
    """Return the rows of the first table."""
    return [_case(*row) for row in _rows(page, CASES, width=10)]


def endings(page: Path = PAGE) -> list[Ending]:
    """Return the rows of the second table."""
    return [_ending(*row) for row in _rows(page, ENDS, width=5)]


def _rows(page: Path, head: str, width: int) -> list[list[str]]:
    lines = page.read_text(encoding="utf-8").splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith(head)]
    if len(starts) != 1:
        raise ValueError(f"{page}: {len(starts)} tables begin with {head!r}, not one")
    table = takewhile(lambda line: line.startswith("|"), lines[starts[0] + 2 :])
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    if not rows or any(len(row) != width for row in rows):
        raise ValueError(f"{page}: the table {head!r} has no rows, or uneven ones")
    return rows


def _case(
    name: str,
    serves: str,
    validated: str,
    healthy: str,
    verdicts: str,
    withdrawn: str,
    mode: str,
    then: str,
    put_up: str,
    how: str,
) -> Case:
    situation = Situation(
        live=_commit(serves),
        validated=_commit(validated),
        healthy=_commits(healthy),
        verdicts={COMMITS[word[:-1]]: SIGNS[word[-1]] for word in verdicts.split()},
        ancestry=ANCESTRY,
        withdrawn=frozenset(_commits(withdrawn)),
    )
    plan = _plan(_commit(then), _commit(put_up), how)
    return Case(name.replace("*", ""), situation, OnNoVerdict(mode), plan)


def _plan(validated: Sha | None, serve: Sha | None, how: str) -> Plan:
    plans = {
        "stays": Plan(validated),
        "rolled back": Plan(validated, serve=serve),
        "rolled forward": Plan(validated, serve=serve, is_forward=True),
        "stranded": Plan(validated, is_stranded=True),
    }
    if (serve is not None) != how.startswith("rolled"):
        raise ValueError(f"{how!r} goes with something put up, or with nothing")
    return plans[how]


def _ending(verdict: str, served: str, then: str, other: str, outcome: str) -> Ending:
    validated = {"itself": A, "none": None, "another": GOOD, "a newer one": B}[then]
    serve = {"no": None, "itself": A, "the newest good one": GOOD}[other]
    plan = Plan(validated, serve, is_forward=serve == A)
    word = Verdict(verdict.partition(",")[0])
    was_live = {"yes": True, "no": False}[served]
    name = f"{verdict}, it served: {served}, validated: {then}"
    mode = OnNoVerdict.KEEP if "kept" in verdict else OnNoVerdict.ROLLBACK
    end = None if outcome == OPEN else Outcome(outcome)
    return Ending(name, word, was_live, plan, mode, end)


def _commit(word: str) -> Sha | None:
    return None if word == NONE else COMMITS[word]


def _commits(words: str) -> tuple[Sha, ...]:
    return () if words == NONE else tuple(COMMITS[word] for word in words.split())
