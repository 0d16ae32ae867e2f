"""The promises, each checked on what a history left behind.

That is the journal, the machine, and what the tests themselves saw serving. A broken
promise is named, never raised.
"""

from collections.abc import Callable, Iterator

from pipeline.core.deployment import Kind, Order
from pipeline.errors import Refused
from pipeline.operations.deploy import deploy

from tests.history import oracle, records
from tests.history.death import Fate
from tests.history.play import Played
from tests.history.pool import git
from tests.history.world import NAME, World

ENDS = {
    "validated": ("Validated", "Deployed", "Rolled forward", "Rolled back by hand"),
    "rolled back": ("Rolled back", "Rolled back by hand"),
    "superseded": ("Superseded",),
    "failed": ("Failed", "NOT ROLLED BACK"),
}
Complaints = Iterator[str]


def broken(played: Played) -> list[str]:
    """Return every promise that a history broke, with what was seen."""
    return [
        f"{check.__name__}: {seen}" for check in CHECKS for seen in check(played.world)
    ] + ([] if played.is_quiet else ["no_silent_end: it never came to rest"])


def only_forward(world: World) -> Complaints:
    """The pointer moves to passed, healthy commits, never to an ancestor of itself."""
    line = records.pointer(world)
    for before, after in zip(line, line[1:], strict=False):
        if world.pool.is_older(after, before):
            yield f"from {before.short} back to {after.short}"
    for sha in line:
        if sha not in world.outside.app.was_healthy:
            yield f"{sha.short} was never live and healthy"
        if not oracle.has_passed(world, sha):
            yield f"{sha.short} never passed"
    best = oracle.best(world)
    if best and line and world.pool.is_older(line[-1], best):
        yield f"it stands at {line[-1].short}, though {best.short} is good"
    if not line or records.written(world) != line[-1]:
        yield "the file says something else than the journal"


def newest_good_one_is_live(world: World) -> Complaints:
    """When all verdicts are in, the newest deployed SHA that passed serves."""
    served = world.outside.app.serving
    if oracle.is_drifted(world):
        return
    if world.was_touched and served and not served.is_answering:
        return  # Somebody put up what ends by itself; that is told by the health watch.
    best, allowed = oracle.best(world), oracle.tolerated(world)
    if best is None or (served and served.sha in allowed):
        return
    if served is None or served.sha != best:
        at = served.sha.short if served else "nothing"
        yield f"{at} serves, {best.short} should"


def what_serves_is_healthy(world: World) -> Complaints:
    """An unhealthy version stays only where a person was called, or put it there."""
    served = world.outside.app.serving
    is_called = any("NOT ROLLED BACK" in told.text for told in world.told)
    if not (served and served.is_healthy) and not is_called:
        if not oracle.is_drifted(world) and not world.was_touched:
            yield "what serves is not healthy, and nobody was called"


def no_silent_end(world: World) -> Complaints:
    """Every deployment has an end, and a notice that names this end."""
    for row in records.deployments(world):
        if row.outcome is None:
            is_kept = row.sha in oracle.tolerated(world)
            if is_kept and oracle.live(world) == row.sha:
                continue  # It serves without a verdict, which may still come.
            yield f"deployment {row.id} of {row.sha.short} has no end"
            continue
        if row.cause is not None:
            continue  # It is told with the deployment that it undoes.
        titles = [text.splitlines()[0] for text in records.notices(world, row.id)]
        ends = ENDS[row.outcome]
        if not any(title.endswith(end) for title in titles for end in ends):
            yield f"deployment {row.id} is {row.outcome}, told: {titles}"


def no_false_word(world: World) -> Complaints:
    """Whoever says that a SHA serves says it while that SHA serves, healthy."""
    for told in world.told:
        claimed = oracle.claimed(told.text)
        served = told.serving
        if claimed is None:
            continue
        if not (served and served.is_healthy and served.sha.short == claimed):
            at = f"{served.sha.short} ({served.behaviour})" if served else "nothing"
            yield f"{told.text.splitlines()[0]!r} of {claimed} while {at} served"
    untouched = {
        told.deployment for told in world.told if "Nothing was touched" in told.text
    }
    for row in records.deployments(world):
        if row.id in untouched and row.is_touching:
            yield f"deployment {row.id} touched something and said that it did not"


def words_are_kept(world: World) -> Complaints:
    """Each notice is taken by Discord once, in order, in its deployment's message."""
    found = records.query(
        world,
        "SELECT n.id, n.deployment, n.is_alert, n.text, d.message, d.error "
        "FROM notice n LEFT JOIN delivery d ON d.notice = n.id AND d.is_over "
        "ORDER BY d.id",
    )
    ids = [row[0] for row in found]
    if len(set(ids)) != len(ids):
        yield "a notice was sent twice"
    if any(row[4] is None for row in found):
        yield "a notice was never sent"
    for deployment in {row[1] for row in found if row[1]}:
        mine = [row[0] for row in found if row[1] == deployment and row[4]]
        if mine != sorted(mine):
            yield f"the notices of deployment {deployment} came out of order"
        own = {r[4] for r in found if r[1] == deployment and not r[2] and r[4]}
        if len(own) > 1 + world.may_repeat:
            yield f"deployment {deployment} has more messages than one"
    sent = sum(1 for row in found if row[4]) - world.sent_before
    if not sent <= len(world.outside.channel.taken) <= sent + world.may_repeat:
        yield f"{sent} notices, {len(world.outside.channel.taken)} requests"


def one_writer(world: World) -> Complaints:
    """While one process holds the environment's lock, no other changes anything."""
    yield from world.intrusions


def drift_is_left_alone(world: World) -> Complaints:
    """No verdict undoes by itself what somebody put up by hand."""
    yield from world.undone


def only_from_the_branch(world: World) -> Complaints:
    """What a force-push took off the deployed branch is not deployed any more."""
    yield from world.strays


def bad_is_remembered(world: World) -> Complaints:
    """A plain re-run of the deployment of a SHA that was rolled back is refused."""
    for sha in oracle.bad(world):
        with world.process(Fate()) as env:
            order = Order(NAME, sha, Kind.DEPLOY, "ada", "again")
            try:
                deploy(env, order)
            except Refused:
                continue
        yield f"{sha.short} was deployed again"
        return


def hand_edits_are_kept(world: World) -> Complaints:
    """What somebody made in the worktree is there, or under refs/kept."""
    places = records.kept(world) if world.edits else []
    names = [
        git(world.places.store, "ls-tree", "--name-only", tree).split()
        for tree in places
    ]
    for edit in world.edits:
        is_there = (world.places.worktree / edit).exists()
        if not is_there and not any(edit in listed for listed in names):
            yield f"{edit} is gone"


def any_pipeline_reads_the_journal(world: World) -> Complaints:
    """What the next pipeline added hinders neither it nor the one before it."""
    for line in world.said:
        if line.startswith(("JournalUnusable", "ConfigurationError")):
            yield line


CHECKS: tuple[Callable[[World], Complaints], ...] = (
    only_forward,
    newest_good_one_is_live,
    what_serves_is_healthy,
    no_silent_end,
    no_false_word,
    words_are_kept,
    one_writer,
    hand_edits_are_kept,
    drift_is_left_alone,
    only_from_the_branch,
    bad_is_remembered,
    any_pipeline_reads_the_journal,
)
