"""Discord's moods: the outcome is the same, what is told waits, and is told once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from rehearsal.discord import wire_faults
from rehearsal.discord.server import DiscordServer
from rehearsal.faults import Fault

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
}
PASSING: dict[str, Break] = {
    "slow": lambda discord: discord.faults.inject(wire_faults.slow_body(1.0)),
    "429 with retry_after": lambda discord: discord.faults.inject(
        wire_faults.rate_limited(0.35), 2
    ),
}
ODD = {
    "429 without a pause": wire_faults.odd(429, b"{}"),
    "429 with a negative pause": wire_faults.odd(429, b'{"retry_after": -3}'),
    "429 with text for a pause": wire_faults.odd(429, b'{"retry_after": "soon"}'),
    "429 with an infinite pause": wire_faults.odd(429, b'{"retry_after": Infinity}'),
    "429 with NaN for a pause": wire_faults.odd(429, b'{"retry_after": NaN}'),
    "429 with a pause in the header": wire_faults.odd(429, b"<html>", retry_after="1"),
    "429 with a date in the header": wire_faults.odd(
        429, b"", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"
    ),
    "HTML in place of JSON": wire_faults.odd(502, b"<html>" * 1000),
    "nested without end": wire_faults.odd(429, b"[" * 200_000),
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


@pytest.mark.parametrize("fault", cases(CLASS, ODD))
def test_an_odd_answer_is_survived(awaiting: World, fault: Fault) -> None:
    """Whatever stands where a pause is due, the outcome is the same, told once."""
    awaiting.discord.faults.inject(fault, 2)
    sha = awaiting.vm.pushed[-1]
    awaiting.settle(sha, "failed", code=5)
    assert awaiting.vm.serving() == awaiting.vm.validated() == awaiting.good
    assert waiting(awaiting) == 0
    texts = [m.content for m in awaiting.discord.messages if sha[:7] in m.content]
    assert len([text for text in texts if "Rolled back" in text]) == 1


@pytest.mark.fault(CLASS, "429 for long")
def test_a_long_pause_is_heeded_by_every_process(awaiting: World) -> None:
    """Until the pause is over nobody asks again; then all is told, once."""
    discord, sha = awaiting.discord, awaiting.vm.pushed[-1]
    discord.faults.inject(wire_faults.rate_limited(86_400), None)
    awaiting.settle(sha, "failed", code=5)
    asked = discord.faults.served
    assert asked == 1
    discord.faults.clear()
    awaiting.vm.script("resume")
    done = awaiting.vm.script("notify")
    assert int(done.stdout) > 0 and "asked for a pause" in done.stderr
    assert not awaiting.told()
    with closing(sqlite3.connect(awaiting.vm.state / "journal.db")) as database:
        database.execute("INSERT INTO outbox_pause (until, at) VALUES (0, 0)")
        database.commit()
    assert [waiting(awaiting) for _ in range(2)] == [0, 0]
    assert awaiting.told().count("- Rolled back") == 1


@pytest.mark.fault(CLASS, "takes a message and answers too late")
def test_an_unheard_answer_leads_to_one_more(awaiting: World) -> None:
    """A message that Discord took without saying so is there twice at the most."""
    late = wire_faults.slow_body(120)
    awaiting.discord.faults.inject(late, None)
    sha = awaiting.vm.pushed[-1]
    awaiting.settle(sha, "failed", code=5)
    for _ in range(3):
        awaiting.vm.script("notify")
    awaiting.discord.faults.clear()
    assert waiting(awaiting) == 0
    assert 1 <= awaiting.told().count("- Rolled back") <= 2
    assert awaiting.vm.serving() == awaiting.vm.validated() == awaiting.good


@pytest.mark.fault(CLASS, "200 without an id")
def test_what_was_taken_is_not_sent_again(running: World) -> None:
    """An answer that names no message is an answer: it was taken."""
    running.discord.faults.inject(wire_faults.odd(200, b"null"), 1)
    running.vm.script("notify", "Once")
    served = running.discord.faults.served
    assert (served, waiting(running), running.told().count("Once")) == (1, 0, 0)


@pytest.mark.fault(CLASS, "a thread of a forum")
def test_a_thread_of_a_forum_is_told_and_updated(patient: World) -> None:
    """Messages are posted to the thread that the address names, and edited there."""
    vm, channel = patient.vm, patient.discord.channel
    channel.is_forum = True
    channel.threads.add("77")
    vm.webhook += "?thread_id=77"
    vm.keep_webhook()
    sha = patient.push("To a thread")
    patient.settle(sha, "passed")
    (message,) = [m for m in channel.all() if sha[:7] in m.content]
    assert (message.thread, "- Validated" in message.content) == ("77", True)
    assert waiting(patient) == 0


@pytest.mark.fault(CLASS, "a forum's address without a thread")
def test_a_refused_address_keeps_the_notices(patient: World) -> None:
    """Nothing is given up: the notices go out to the address that is put right."""
    vm, channel = patient.vm, patient.discord.channel
    channel.is_forum = True
    channel.threads.add("77")
    sha = patient.push("Where to?")
    assert vm.serving() == sha
    done = vm.script("notify")
    assert int(done.stdout) > 0 and "address is refused" in done.stderr
    vm.webhook += "?thread_id=77"
    vm.keep_webhook()
    assert waiting(patient) == 0 and sha[:7] in patient.told()


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
