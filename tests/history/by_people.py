"""What people do, and what happens to the outside: nothing here is the pipeline."""

from pipeline.core.sha import Sha

from tests.history.death import Fate
from tests.history.operation import Operation
from tests.history.pool import BRANCH, DEPTH, git
from tests.history.world import World


def chosen(world: World, word: str) -> Sha:
    """Return a pushed commit, counted back from the newest."""
    return world.pushed[-1 - int(word) % len(world.pushed)]


def push(world: World, operation: Operation, fate: Fate) -> None:
    """Push a version, by force where it replaces others."""
    letter, back = operation.word(0), int(operation.word(1, "0"))
    tip = world.pool.ways[world.tip]
    below = tip[: max(min(len(tip), DEPTH - 1) - back, 0)]
    ways = ((*below, f"{letter}{digit}") for digit in "012")
    fresh = (world.pool.shas[way] for way in ways)
    sha = next((one for one in fresh if one not in world.pushed), None)
    if sha is not None:
        away = world.places.away
        origin = away if away.exists() else world.places.origin
        (origin / BRANCH).write_text(f"{sha}\n")
        world.pushed.append(sha)
        world.tip = sha


def conclude(world: World, operation: Operation, fate: Fate) -> None:
    """Let CI's run of a commit, or a re-run of it, conclude."""
    sha = chosen(world, operation.word(0))
    world.outside.ci.conclude(sha, operation.word(1))


def kill_watchers(world: World, operation: Operation, fate: Fate) -> None:
    """Kill every watcher."""
    world.watchers.clear()


def edit(world: World, operation: Operation, fate: Fate) -> None:
    """Make a file in the worktree by hand, or commit one."""
    name = f"edit-{len(world.edits)}.txt"
    (world.places.worktree / name).write_text("made by hand")
    world.edits.append(name)
    if operation.word(0) == "commit":
        git(world.places.worktree, "add", "--all")
        author = ("-c", "user.name=Eve", "-c", "user.email=eve@example.invalid")
        git(world.places.worktree, *author, "commit", "--quiet", "--message=by hand")


def reset(world: World, operation: Operation, fate: Fate) -> None:
    """Reset the worktree by hand and restart."""
    sha = chosen(world, operation.word(0))
    if _is_stored(world, sha):
        git(world.places.worktree, "reset", "--quiet", "--hard", sha)
        world.outside.app.start()
        world.was_touched = True
        # What somebody threw away by hand is not the pipeline's to keep.
        tree = world.places.worktree
        world.edits = [edit for edit in world.edits if (tree / edit).exists()]


def _is_stored(world: World, sha: Sha) -> bool:
    with world.process(Fate()) as env:
        return env.store.has(sha)


def fail(world: World, operation: Operation, fate: Fate) -> None:
    """Let a part of the outside go, or all come back."""
    cut_off(world, operation.word(0))


def cut_off(world: World, what: str) -> None:
    """Let a part of the outside be down; ``nothing`` brings all back."""
    away = world.places.away
    if what == "nothing":
        world.outside.down.clear()
        if away.exists():
            away.rename(world.places.origin)
    elif what == "origin" and not away.exists():
        world.places.origin.rename(away)
    elif what != "origin":
        world.outside.down.add(what)
