"""How each operation is done, and what is noted of it."""

from collections.abc import Callable

from pipeline.errors import PipelineError

from tests.history import by_people, by_scripts, oracle
from tests.history.death import Fate
from tests.history.operation import Operation
from tests.history.world import World

SETTLING = {"event", "tell", "arrive", "settle", "resume"}


def act(world: World, operation: Operation, fate: Fate) -> None:
    """Let it happen; what the pipeline refuses or reports is no error here.

    Raises:
        Death: the process was killed.
    """
    served = world.outside.app.serving
    is_settled_by_hand = oracle.is_drifted(world) and not world.is_interrupted
    try:
        ACTS[operation.verb](world, operation, fate)
    except PipelineError as error:
        world.said.append(f"{type(error).__name__}: {error.seen}")
    is_moved = world.outside.app.serving != served
    if is_settled_by_hand and is_moved and operation.verb in SETTLING:
        world.undone.append(f"{operation}: what somebody put up by hand was replaced")
    is_told = any("Drifted" in told.text for told in world.told)
    if is_settled_by_hand and operation.verb == "settle" and not is_told:
        world.undone.append(f"{operation}: it has drifted, and nobody was told")


ACTS: dict[str, Callable[[World, Operation, Fate], None]] = {
    "push": by_people.push,
    "ship": by_scripts.ship,
    "deploy": by_scripts.put_up,
    "ci": by_people.conclude,
    "event": by_scripts.hear,
    "tell": by_scripts.tell,
    "arrive": by_scripts.arrive_one,
    "arrive again": by_scripts.arrive_again,
    "settle": by_scripts.settle_by_hand,
    "rollback": by_scripts.roll_back_by_hand,
    "resume": by_scripts.resume_by_timer,
    "kill": by_people.kill_watchers,
    "edit": by_people.edit,
    "upgrade": by_scripts.upgrade,
    "revert": by_scripts.revert,
    "reset": by_people.reset,
    "outage": by_people.fail,
}
