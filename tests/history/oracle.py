"""What should be, worked out from the journal's rows, but not as the code does it."""

import re

from pipeline.core.settlement import OnNoVerdict
from pipeline.core.sha import Sha

from tests.history import records
from tests.history.world import World

AGAIN = re.compile(r"^Serving (\w{7}) again, verified healthy$", re.MULTILINE)
THIS = re.compile(r"^Serving this SHA", re.MULTILINE)
NAMED = re.compile(r"^SHA: (\w{7})$", re.MULTILINE)


def verdicts(world: World) -> list[tuple[Sha, str, int, float]]:
    """Return every recorded verdict: SHA, word, attempt, time."""
    text = "SELECT sha, verdict, COALESCE(attempt, 0), at FROM verdict ORDER BY id"
    rows = records.query(world, text)
    return [(Sha(str(row[0])), *row[1:]) for row in rows]  # type: ignore[misc]


def has_passed(world: World, sha: Sha) -> bool:
    """Tell whether CI, or a person, ever said that a SHA passed."""
    is_said = any(one[0] == sha and one[1] == "passed" for one in verdicts(world))
    is_true = (sha, "success") in world.outside.ci.concluded
    return is_said and (is_true or sha in world.passed_by_hand)


def live(world: World) -> Sha | None:
    """Return what the journal says serves."""
    found = records.query(
        world,
        "SELECT s.name, d.sha FROM step s JOIN deployment d ON d.id = s.deployment "
        "WHERE s.name = 'reset' OR (s.name = 'verify' AND s.is_done) ORDER BY s.id",
    )
    return Sha(str(found[-1][1])) if found and found[-1][0] == "verify" else None


def is_drifted(world: World) -> bool:
    """Tell whether something else serves than the journal says."""
    served, known = world.outside.app.serving, live(world)
    if served is None or known is None:
        return False
    return served.is_answering and served.sha != known


def withdrawn(world: World) -> set[Sha]:
    """Return what some rollback by hand took away, for good so far."""
    rows = [row for row in records.deployments(world) if row.cause is None]
    asked = [row for row in rows if row.kind != "roll forward" and row.is_verified]
    taken = [
        (sha, row, row.id + 1)
        for row in asked
        if row.kind == "rollback"
        for sha in _taken(asked, row)
    ]
    taken += [(sha, row, row.id) for row in rows for sha in _taken_by_reset(asked, row)]
    return {
        sha
        for sha, row, first in taken
        if not any(later.sha == sha and later.id >= first for later in asked)
        and not any(later.reset_to == sha and later.id >= first for later in rows)
        and not _has_passed_again(world, sha, row.at)
    }


def _taken_by_reset(asked: list[records.Row], row: records.Row) -> set[Sha]:
    """Return what a reset by hand took away that a deployment found."""
    before = [one for one in asked if one.id < row.id]
    floor = _place(before, row.reset_to) if row.reset_to else None
    if floor is None:
        return set()
    places = {one.sha: _place(before, one.sha) for one in before}
    newer = {sha for sha, place in places.items() if (place or 0) > floor}
    return newer - {row.reset_to} if row.reset_to else newer


def _taken(asked: list[records.Row], rollback: records.Row) -> set[Sha]:
    """Return what a rollback took away: what it replaced, and what was newer."""
    before = [row for row in asked if row.id < rollback.id]
    mine = _place(before, rollback.sha)
    floor = float("-inf") if mine is None else mine
    places = {row.sha: _place(before, row.sha) for row in before}
    newer = {sha for sha, place in places.items() if (place or 0) > floor}
    replaced = rollback.replaced
    is_newer = replaced and (
        (places.get(replaced) or 0) > floor or replaced not in places
    )
    return (newer | ({replaced} if replaced and is_newer else set())) - {rollback.sha}


def _place(rows: list[records.Row], sha: Sha) -> int | None:
    """Return where a SHA stands among what served: deployed last is newest."""
    mine = [row for row in rows if row.sha == sha]
    if deployed := [row.id for row in mine if row.kind == "deploy"]:
        return deployed[-1]
    return -mine[0].id if mine else None


def _has_passed_again(world: World, sha: Sha, since: float) -> bool:
    return any(
        one == sha and word == "passed" and attempt > 1 and at > since
        for one, word, attempt, at in verdicts(world)
    )


def had_passed(world: World, row: records.Row) -> bool:
    """Tell whether a SHA had passed before a deployment of it began."""
    return any(
        sha == row.sha and word == "passed" and at < row.at
        for sha, word, _, at in verdicts(world)
    )


def best(world: World) -> Sha | None:
    """Return the newest good SHA: deployed, healthy, passed, not withdrawn."""
    rows = [row for row in records.deployments(world) if row.cause is None]
    order = [row.sha for row in rows if row.is_verified and row.kind != "roll forward"]
    good = {sha for sha in order if has_passed(world, sha)} - withdrawn(world)
    newest = [
        sha for sha in good if not any(world.pool.is_older(sha, one) for one in good)
    ]
    place = {sha: number for number, sha in enumerate(order)}
    return max(newest, key=lambda sha: place[sha], default=None)


def tolerated(world: World) -> set[Sha]:
    """Return what may serve though it is not the newest good one."""
    none = {sha for sha, word in last_words(world).items() if word == "none"}
    return none if world.mode is OnNoVerdict.KEEP else set()


def last_words(world: World) -> dict[Sha, str]:
    """Return what was last said of each SHA."""
    return {sha: word for sha, word, _, _ in verdicts(world)}


def bad(world: World) -> set[Sha]:
    """Return the SHAs whose newest deployment was rolled back, and not passed since."""
    newest = {row.sha: row for row in records.deployments(world)}
    return {
        sha
        for sha, row in newest.items()
        if row.outcome == "rolled back" and row.ended_at is not None
        if not any(
            word == "passed" and at > row.ended_at
            for one, word, _, at in verdicts(world)
            if one == sha
        )
    }


def claimed(text: str) -> str | None:
    """Return the short SHA that a notice says serves, None if it says no such thing."""
    if found := AGAIN.search(text):
        return found.group(1)
    named = NAMED.search(text)
    return named.group(1) if named and THIS.search(text) else None
