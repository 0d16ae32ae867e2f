"""What two plays of a history must end alike in."""

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass

from pipeline.core.sha import Sha

from tests.history import oracle, records
from tests.history.world import World

MOVING = re.compile(r"(?<=after )[\d.]+(?= s)|(?<=refs/kept/preprod/)\S+")
# By whose word a SHA is validated that had passed before: the first that comes.
VALIDATED = re.compile(r"(- Validated(?:\n[^\n]*){3}).*", re.DOTALL)
ENDED = re.compile(r" - (Ended: |Deployed\n)")
# What had passed when it was deployed again ends in either way, by which verdict is
# heard first: its own or that of the next one. A death decides which.
PASSED = re.compile(r" - (Validated|Superseded|Ended: validated|Deployed)\n")
# The addresses of failed jobs, which no journal keeps.
JOBS = re.compile(r"\n  [^\n]*")
SAME = (
    "serving",
    "checked_out",
    "validated",
    "outcomes",
    "notices",
    "alone",
    "kept",
)


@dataclass(frozen=True, slots=True)
class End:
    """What must be the same with and without a death."""

    serving: Sha | None
    checked_out: str
    validated: tuple[str, ...]
    outcomes: Counter[tuple[str, str, str | None]]
    notices: Counter[tuple[str, str]]
    alone: frozenset[str]
    kept: Counter[str]
    shown: frozenset[str]


def end_of(world: World) -> End:
    """Return how a history ended; ids, times and seconds left out."""
    rows = records.deployments(world)
    again = {row.id: row.sha for row in rows if oracle.had_passed(world, row)}
    notices = records.query(
        world,
        "SELECT d.sha, n.text, d.id FROM notice n LEFT JOIN deployment d "
        "ON d.id = n.deployment ORDER BY n.id",
    )
    plain = [
        (str(sha or ""), _settled(str(text)))
        for sha, text, id_ in notices
        if not (id_ in again and PASSED.search(str(text)))
    ]
    served = world.outside.app.serving
    return End(
        serving=served.sha if served else None,
        checked_out=world.outside.app.head_file.read_text().strip(),
        validated=(*records.pointer(world), records.written(world)),
        outcomes=Counter((row.kind, row.sha, _outcome(row, again)) for row in rows),
        notices=Counter(each for each in plain if each[0]),
        alone=frozenset(text for sha, text in plain if not sha),
        kept=Counter(records.kept(world)),
        shown=_shown(world, {sha.short for sha in again.values()}),
    )


def as_if_nothing_died(without: End, dead: End, may_repeat: int) -> list[str]:
    """With its deaths a history ends as it does without them.

    Returns where it does not.

    Discord may show ``may_repeat`` messages more: what it took just before a death.
    """
    unlike = []
    for name in SAME:
        left, right = getattr(without, name), getattr(dead, name)
        if left == right:
            continue
        if isinstance(left, Counter):
            left, right = left - right, right - left
        unlike.append(f"as_if_nothing_died: {name}: {left} without, {right} with")
    lost, more = without.shown - dead.shown, dead.shown - without.shown
    if lost or len(more) > may_repeat:
        unlike.append(f"as_if_nothing_died: Discord lacks {lost}, shows {more}")
    return unlike


def _outcome(row: records.Row, again: Mapping[int, Sha]) -> str | None:
    is_passed = row.id in again and row.outcome in ("validated", "superseded")
    return "passed before" if is_passed else row.outcome


def _shown(world: World, again: Container[str]) -> frozenset[str]:
    """Return every message that Discord shows; seconds left out.

    What says that a deployment ended is left out: its alert says so, and who had heard
    nothing of the deployment before its end hears the alert alone.
    """
    texts = world.outside.channel.shown.values()
    return frozenset(
        _settled(text)
        for text in texts
        if not ENDED.search(text)
        and not (PASSED.search(text) and _named(text) in again)
    )


def _named(text: str) -> str:
    found = oracle.NAMED.search(text)
    return found.group(1) if found else ""


def _settled(text: str) -> str:
    return VALIDATED.sub(r"\1", JOBS.sub("", MOVING.sub("#", text)))
