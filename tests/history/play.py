"""Playing a history: once as it would go without deaths, once with them.

Both go the same way until the first operation with a death: the machine is kept there,
and the second play goes on from the copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Self

from pipeline.core.settlement import OnNoVerdict

from tests.history import by_people, records
from tests.history.comparing import End, end_of
from tests.history.death import Death, Fate
from tests.history.operation import Operation
from tests.history.operations import act
from tests.history.outside import UNFINISHED
from tests.history.world import World, begin

MOST_ROUNDS = 12
AGAIN = {"ship": ("deploy", "0"), "tell": ("event",)}
# What these would have brought, resume asks GitHub for by itself.
HEARD = ("event", "tell", "arrive")


@dataclass(frozen=True, slots=True)
class History:
    """What happens, what an unfinished CI ends with, what no verdict leads to."""

    operations: tuple[Operation, ...]
    rest: str = "success"
    mode: OnNoVerdict = OnNoVerdict.ROLLBACK

    def __str__(self) -> str:
        """Return the text that replays it."""
        return " | ".join((f"{self.rest} {self.mode}", *map(str, self.operations)))

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the history that a text stands for."""
        first, *others = text.split("|")
        rest, mode = first.split()
        return cls(tuple(map(Operation.read, others)), rest, OnNoVerdict(mode))


@dataclass(slots=True)
class Played:
    """A history that was played; ``quiet`` says whether it came to rest."""

    world: World
    is_quiet: bool
    end: End = field(init=False)

    def __post_init__(self) -> None:
        """Read how it ended, while its machine is there."""
        self.end = end_of(self.world)


def plays(history: History) -> Iterator[Played]:
    """Play a history without its deaths, then with them; one machine at a time."""
    world = _started()
    world.mode = history.mode
    fork: World | None = None
    first = len(history.operations)
    for place, operation in enumerate(history.operations):
        if operation.deaths and fork is None:
            fork, first = world.saved("fork"), place
        _live(world, operation)
    ticks = world.ticks
    yield _finish(world, history.rest)
    if fork is None:
        return
    world = fork.restored("fork")
    for place in range(first, len(history.operations)):
        _die(world, history.operations[place], ticks[place])
    yield _finish(world, history.rest)


@cache
def begun() -> World:
    """Make, once a process, a machine on which the root commit is validated."""
    world = begin()
    with world.surroundings():
        for text in ("deploy 0", "tell 0 success", "arrive 0"):
            act(world, Operation.read(text), Fate())
    world.sent_before = len(world.outside.channel.taken)
    world.outside.channel.taken.clear()
    return world.saved("beginning")


def _started() -> World:
    return begun().restored("beginning")


def _live(world: World, operation: Operation) -> None:
    _let_the_timer_come(world, operation)
    fate = _fate(world, None, operation.visit)
    act(world, operation, fate)
    world.ticks.append(len(fate.ticks))
    if operation.deaths:
        act(world, Operation("resume"), Fate())


def _let_the_timer_come(world: World, operation: Operation) -> None:
    """Have told and tried again what waits, before an operation that is to die.

    Otherwise the timer that comes after its death finds it, and the play without the
    death does not.
    """
    if operation.deaths:
        act(world, Operation("resume"), Fate())


def _die(world: World, operation: Operation, ticks: int) -> None:
    _let_the_timer_come(world, operation)
    before, deaths = records.begun(world), list(operation.deaths)
    left = deaths.pop(0) % ticks if deaths and ticks else None
    fate = _fate(world, left, operation.visit)
    fate.leaves_tool = operation.leaves_tool
    try:
        act(world, operation, fate)
    except Death:
        is_lost = records.begun(world) == before
        _note(world, fate)
        _resume(world, deaths)
        if operation.verb in HEARD:
            is_lost = records.begun(world) == before
        if is_lost:
            _again(world, operation)
            _resume(world, [])
    else:
        if operation.deaths:
            _resume(world, deaths)


def _resume(world: World, deaths: list[int]) -> None:
    for left in (*deaths, None):
        fate = Fate(left)
        try:
            _keep_out(world)
            act(world, Operation("resume"), fate)
            world.is_interrupted = False
            return
        except Death:
            _note(world, fate)


def _keep_out(world: World) -> None:
    """Let nobody act beside a tool that outlived its script, until it has ended."""
    if world.tool is not None:
        _visit(world)
        world.end_tool()


def _again(world: World, operation: Operation) -> None:
    if operation.verb == "arrive":
        act(world, Operation("arrive again"), Fate())
        return
    verb, *arguments = AGAIN.get(operation.verb, (operation.verb,))
    rest = tuple(arguments) or operation.arguments
    act(world, Operation(verb, rest), Fate())


def _note(world: World, fate: Fate) -> None:
    world.is_interrupted = True
    last = fate.ticks[-1] if fate.ticks else "the first step"
    # What Discord took just before, nobody has marked: it will be sent once more.
    world.may_repeat += any("discord" in tick for tick in fate.ticks[-2:])
    world.deaths.append(f"after {len(fate.ticks)} steps ({last})")


def _fate(world: World, left: int | None, visit: int | None) -> Fate:
    fate = Fate(left, visit)
    fate.visit = partial(_visit, world)
    return fate


def _visit(world: World) -> None:
    """Let a second process try to act while the first holds the lock."""
    before = (records.size(world), world.outside.app.serving)
    act(world, Operation("resume"), Fate())
    if (records.size(world), world.outside.app.serving) != before:
        world.intrusions.append("a second process acted while the first held the lock")


def _finish(world: World, rest: str) -> Played:
    """Let all verdicts in, and resume until nothing moves any more."""
    by_people.cut_off(world, "nothing")
    world.watchers.clear()
    for sha in world.pushed:
        if world.outside.ci.runs.get(sha, (0, UNFINISHED))[1] == UNFINISHED:
            world.outside.ci.conclude(sha, rest)
    for place, sha in reversed(list(enumerate(reversed(world.pushed)))):
        # What is open gets its verdict from resume and its watcher alone.
        if not records.is_in(world, sha) and not records.is_open(world, sha):
            act(world, Operation("event", (str(place),)), Fate())
    for _ in range(MOST_ROUNDS):
        before = records.size(world)
        act(world, Operation("resume"), Fate())
        while world.watchers:
            act(world, Operation("arrive", ("0",)), Fate())
        if records.size(world) == before:
            return Played(world, is_quiet=True)
    return Played(world, is_quiet=False)
