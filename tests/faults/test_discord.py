"""Discord's moods: the outcome is the same, what is told waits, and is told once."""

from collections.abc import Callable

import pytest
from rehearsal.discord import wire_faults
from rehearsal.discord.server import DiscordServer

from tests.faults.rows import cases
from tests.sandbox.world import World

CLASS = "Discord"
Break = Callable[[DiscordServer], object]
LASTING: dict[str, Break] = {
    "down": lambda discord: discord.refuse_connections(),
    "5xx": lambda discord: discord.faults.inject(wire_faults.server_error(), None),
    "404 unknown webhook": lambda discord: discord.faults.inject(
        wire_faults.webhook_gone(), None
    ),
    "429 for long": lambda discord: discord.faults.inject(
        wire_faults.rate_limited(60.5), None
    ),
}
PASSING: dict[str, Break] = {
    "slow": lambda discord: discord.faults.inject(wire_faults.slow_body(1.0)),
    "429 with retry_after": lambda discord: discord.faults.inject(
        wire_faults.rate_limited(0.35), 2
    ),
}


def judged(world: World) -> str:
    """Let a version be deployed and rolled back; return its SHA."""
    sha = world.vm.push("Quietly")
    world.ci(sha, "failure")
    world.deploy(sha)
    assert world.end(sha) == "rolled back"
    assert world.vm.serving() == world.vm.validated() == world.good
    return sha


def waiting(world: World) -> int:
    """Flush the outbox; return how many notices still wait."""
    return int(world.vm.script("notify").stdout)


@pytest.mark.parametrize("spoil", cases(CLASS, LASTING))
def test_what_cannot_be_told_waits(awaiting: World, spoil: Break) -> None:
    """With Discord out of order the outcome is the same; notices go out later, once."""
    spoil(awaiting.discord)
    sha = awaiting.vm.pushed[-1]
    awaiting.settle(sha, "failed", code=5)
    assert awaiting.vm.serving() == awaiting.vm.validated() == awaiting.good
    assert not awaiting.told()
    awaiting.discord.faults.clear()
    awaiting.discord.accept_connections()
    assert [waiting(awaiting) for _ in range(2)] == [0, 0]
    texts = [m.content for m in awaiting.discord.messages if sha[:7] in m.content]
    assert len([text for text in texts if "Rolled back" in text]) == 1


@pytest.mark.parametrize("spoil", cases(CLASS, PASSING))
def test_what_takes_its_time_is_told_once(running: World, spoil: Break) -> None:
    """Discord's pace is neither the deployment's nor a reason to tell it twice."""
    spoil(running.discord)
    sha = judged(running)
    running.wait(lambda: "Rolled back" in running.told())
    assert waiting(running) == 0
    texts = [m.content for m in running.discord.messages if sha[:7] in m.content]
    assert len([text for text in texts if "Rolled back" in text]) == 1


@pytest.mark.fault(CLASS, "400")
def test_a_message_that_is_refused_holds_up_no_other(running: World) -> None:
    """What Discord will never take is given up; the next message still goes out."""
    running.discord.faults.inject(wire_faults.refused_form())
    judged(running)
    running.wait(lambda: "Rolled back" in running.told())
    assert waiting(running) == 0


@pytest.mark.fault(CLASS, "over-long text")
def test_an_over_long_text_is_cut(running: World) -> None:
    """A text that is longer than Discord takes is cut, and told."""
    running.vm.script("notify", "\N{PARTY POPPER}" * 3000)
    longest = max(len(message.content) for message in running.discord.messages)
    assert 900 < longest <= 2000
    assert waiting(running) == 0
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "no webhook at all")
def test_without_a_webhook_notices_stay(running: World) -> None:
    """A team without Discord loses nothing: notices stay until there is a webhook."""
    (running.vm.state / "secrets.env").unlink()
    sha = judged(running)
    assert not running.told()
    running.vm.keep_webhook()
    assert waiting(running) == 0
    assert sha[:7] in running.told()
