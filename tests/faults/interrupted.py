"""Scripts that are interrupted at one of their facts, and the end that they come to."""

import re
import signal
from pathlib import Path

import pytest

from tests.faults.rows import FULL, NEVER, chosen, interrupted
from tests.sandbox.vm import SCRIPTS
from tests.sandbox.world import World

KILLER = Path(__file__).with_name("killed.py")
WAITING = (
    "SELECT 1 FROM notice WHERE id NOT IN (SELECT notice FROM delivery WHERE is_over)"
)
REPLACED = (
    "SELECT text FROM notice n WHERE NOT is_alert AND EXISTS (SELECT 1 FROM notice o "
    "WHERE o.deployment = n.deployment AND NOT o.is_alert AND o.id > n.id)"
)
CHANGING = (
    (r"after [\d.]+ s", "after a while"),
    (r"runs/\d+", "runs/N"),
    (r"127\.0\.0\.1:\d+", "HERE"),
)
Undisturbed = dict[str, tuple[object, list[str]]]


def points(kind: str, verb: str, names: tuple[str, ...], *moments: str) -> list[object]:
    """Return moments and facts as parameters, each marked with its row."""
    return [
        pytest.param(
            moment,
            name,
            marks=pytest.mark.fault(kind, interrupted(verb, moment, name)),
            id=f"{moment} {name}",
        )
        for moment, name in chosen(names, moments)
    ]


def end_of(world: World) -> object:
    """Return everything that must be as if nothing had happened."""
    world.wait(lambda: not world.vm.journal(WAITING))
    return (
        world.name(world.vm.serving()),
        world.name(world.vm.validated()),
        [(kind, world.name(str(sha)), end) for kind, sha, end in world.vm.ends()],
        [_plain(world, text) for text in world.vm.notices()],
        _told(world),
    )


def interrupt(
    world: World, moment: str, point: str, verb: str, *arguments: str
) -> None:
    """Run a script that is interrupted at one of its facts."""
    script = str(SCRIPTS / f"{verb}.py")
    done = world.vm.python_file(KILLER, moment, point, script, *arguments)
    if moment == FULL:
        # Said in words, with something to do; never a stack of calls.
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in (0, 2, 5), done.stderr
        (world.vm.state / "ballast").unlink()
    elif moment != NEVER:
        assert done.returncode == -signal.SIGKILL, f"not killed: {done.stderr}"


def deploy(world: World, moment: str, point: str) -> object:
    """Deploy a version that CI passes, interrupted and then resumed; return the end."""
    sha = world.vm.push("Next")
    world.ci(sha)
    interrupt(world, moment, point, "deploy", "preprod", "--sha", sha)
    if moment != NEVER:
        world.vm.script("resume")
    if len(world.vm.ends()) == 1:
        world.deploy(sha)  # Nothing was journaled: the job is run again.
    world.end(sha)
    return end_of(world)


def judge(world: World, verb: str, conclusion: str, moment: str, point: str) -> object:
    """Let a script judge what serves, interrupted and then resumed; return the end."""
    sha = world.vm.pushed[-1]
    world.ci(sha, conclusion)
    interrupt(world, moment, point, verb, "preprod", "--sha", sha)
    if moment != NEVER:
        world.vm.script("resume", code=None)
    world.end(sha)
    return end_of(world)


def _told(world: World) -> set[str]:
    """Return what Discord shows in the end, without what was said of it on the way.

    A message that Discord took just before its sender died is sent again: there is no
    asking Discord whether it has it, and twice is better than never.
    """
    passing = {str(row[0]) for row in world.vm.journal(REPLACED)}
    shown = {message.content for message in world.discord.messages}
    return {_plain(world, text) for text in shown - passing}


def _plain(world: World, text: str) -> str:
    """Return a text without what differs from one world to the next."""
    for sha in (*world.vm.pushed, world.good):
        text = text.replace(sha[:7], world.name(sha))
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text
