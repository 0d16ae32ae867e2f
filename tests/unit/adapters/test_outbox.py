"""The outbox: every notice goes out once, in order, whatever Discord does."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.core.deployment import Deployment
from pipeline.core.messages import Notice
from pipeline.effects.clock import SystemClock
from pipeline.effects.http import Http
from pipeline.adapters.discord import Discord
from pipeline.journal.writer import Journal
from pipeline.adapters.lock import held
from pipeline.adapters.outbox import Outbox

from tests.unit.clock import FakeClock
from tests.unit.site import Reply, Site, json_reply
from tests.unit.specimens import an_order

HOOK = "/hook/s3cret"


@pytest.fixture
def outbox(site: Site, http: Http, journal_file: Path, clock: FakeClock) -> Outbox:
    """Return an outbox whose webhook takes everything, naming messages m1, m2, …."""
    site.answers(HOOK, *(json_reply({"id": f"m{number}"}) for number in range(1, 9)))
    for number in range(1, 9):
        site.answers(f"{HOOK}/messages/m{number}", json_reply({}))
    discord = Discord(http, site.url + HOOK, timeout=2)
    return Outbox(journal_file, journal_file.with_name("lock"), discord, clock)


def sent(site: Site) -> list[tuple[str, str]]:
    """Return what Discord was asked: where, and with which text."""
    return [
        (request.target.partition("?")[0].removeprefix(HOOK), request.json["content"])
        for request in site.requests
        if isinstance(request.json, dict)
    ]


def started(journal: Journal, notice: str) -> Deployment:
    """Record a deployment with a notice."""
    return journal.start(an_order(), None, Notice(notice))


def test_notices_go_out_once_and_in_order(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """Each notice is one message; flushing again sends nothing."""
    for text in ("one", "two", "three"):
        journal.tell(None, Notice(text, is_alert=True))
    assert outbox.waiting() == 3
    assert (outbox.flush(), outbox.flush(), outbox.waiting()) == ("", "", 0)
    assert sent(site) == [("", "one"), ("", "two"), ("", "three")]


def test_a_deployments_message_follows_its_state(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """Updates edit the deployment's own message; an alert is a new one."""
    first, second = started(journal, "A started"), started(journal, "B started")
    outbox.flush()
    journal.tell(first, Notice("A live"))
    for text, is_alert in (("B failed", True), ("B superseded", False)):
        journal.tell(second, Notice(text, is_alert))
    outbox.flush()
    assert sent(site)[2:] == [
        ("/messages/m1", "A live"),
        ("", "B failed"),
        ("/messages/m2", "B superseded"),
    ]


def test_replaced_notice_is_skipped(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """After an outage people read how it stands, not each state on the way."""
    deployment = started(journal, "started")
    journal.tell(deployment, Notice("live"))
    journal.tell(deployment, Notice("failed", is_alert=True))
    journal.tell(deployment, Notice("ended"))
    journal.tell(None, Notice("by hand"))
    assert (outbox.flush(), outbox.waiting()) == ("", 0)
    assert sent(site) == [("", "failed"), ("", "ended"), ("", "by hand")]


def test_pause_is_obeyed(
    journal: Journal, outbox: Outbox, site: Site, clock: FakeClock
) -> None:
    """After a 429 the same notice is sent again exactly when Discord allows it."""
    limited = json_reply({"retry_after": 0.64}, 429)
    site.answers(HOOK, limited, limited, json_reply({"id": "m1"}))
    journal.tell(None, Notice("one", is_alert=True))
    assert (outbox.flush(), clock.slept) == ("", [0.64, 0.64])
    assert sent(site) == [("", "one")] * 3


@pytest.mark.parametrize(
    ("reply", "seen"),
    [
        (json_reply({"code": 10015}, 404), "HTTP 404"),
        (Reply(500), "HTTP 500"),
        (Reply(closes=True), ""),
    ],
)
def test_what_cannot_go_out_waits(
    journal: Journal, outbox: Outbox, site: Site, reply: Reply, seen: str
) -> None:
    """An outage costs a bounded time, keeps the notices, and they go out after it."""
    site.answers(HOOK, reply)
    for text in ("one", "two"):
        journal.tell(None, Notice(text, is_alert=True))
    trouble = outbox.flush()
    assert "notices wait in the journal" in trouble and seen in trouble
    assert "s3cret" not in trouble
    assert outbox.waiting() == 2
    site.answers(HOOK, json_reply({"id": "m1"}))
    site.requests.clear()
    assert outbox.flush() == ""
    assert sent(site) == [("", "one"), ("", "two")]


def test_a_pause_is_obeyed_by_every_process(
    journal: Journal, outbox: Outbox, site: Site, clock: FakeClock
) -> None:
    """Who flushes within the pause asks nothing; after it the notice goes out."""
    limited = json_reply({"retry_after": 3600.5}, 429)
    site.answers(HOOK, limited, json_reply({"id": "m1"}))
    journal.tell(None, Notice("one", is_alert=True))
    assert "HTTP 429" in outbox.flush()
    again = replace(outbox)
    assert "asked for a pause of 3600 s more" in again.flush()
    assert (len(sent(site)), clock.elapsed, outbox.waiting()) == (1, 0, 1)
    clock.elapsed -= 7200.0  # Set back: the pause does not grow.
    assert "asked for a pause of 3600 s more" in again.flush()
    clock.elapsed = 3601.0
    assert (outbox.flush(), outbox.waiting()) == ("", 0)


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({}, 429),
        json_reply({"retry_after": -5}, 429),
        json_reply({"retry_after": "soon"}, 429),
        json_reply({"retry_after": None}, 429),
        json_reply({"retry_after": [1]}, 429),
        json_reply({"retry_after": 10**400}, 429),
        Reply(429, body=b'{"retry_after": Infinity}'),
        Reply(429, body=b'{"retry_after": NaN}'),
        Reply(429, body=b"[" * 100_000),
        Reply(429, body=b"<html>"),
        Reply(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Reply(429, {"Retry-After": "inf"}),
        Reply(500, body=b"[" * 100_000),
    ],
    ids=str,
)
def test_a_pause_that_is_none_is_ours(
    journal: Journal, outbox: Outbox, site: Site, clock: FakeClock, reply: Reply
) -> None:
    """Whatever stands where a number is due: asked a few times, kept, told later."""
    site.answers(HOOK, reply)
    journal.tell(None, Notice("one", is_alert=True))
    assert "notices wait" in outbox.flush()
    assert (2 <= len(sent(site)) <= 6, clock.elapsed <= outbox.patience) == (True,) * 2
    site.answers(HOOK, json_reply({"id": "m1"}))
    assert (outbox.flush(), outbox.waiting()) == ("", 0)


def test_the_header_is_heeded_where_the_body_says_nothing(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """The network in front of Discord names its pause in the header alone."""
    site.answers(HOOK, Reply(429, {"Retry-After": "3600"}, b"<html>"))
    journal.tell(None, Notice("one", is_alert=True))
    assert "HTTP 429" in outbox.flush()
    assert "a pause of 3600 s more" in outbox.flush()


def test_what_may_have_been_taken_is_sent_twice_at_most(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """Where the answer is lost the notice goes out once more, then never again."""
    site.answers(HOOK, Reply(closes=True))
    journal.tell(None, Notice("one", is_alert=True))
    for _ in range(4):
        outbox.flush()
    assert sent(site) == [("", "one")] * 2
    assert outbox.waiting() == 0
    assert journal_errors(outbox)[-1].startswith("perhaps delivered")


def test_what_was_certainly_not_taken_is_sent_until_it_is(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """An outage with answers costs no notice, however long it is."""
    site.answers(HOOK, Reply(503))
    journal.tell(None, Notice("one", is_alert=True))
    for _ in range(4):
        assert outbox.flush()
    site.answers(HOOK, json_reply({"id": "m1"}))
    assert (outbox.flush(), outbox.waiting()) == ("", 0)


def test_an_edit_may_be_repeated(journal: Journal, outbox: Outbox, site: Site) -> None:
    """The same edit twice is one edit: it is tried until an answer comes."""
    deployment = started(journal, "started")
    outbox.flush()
    site.answers(f"{HOOK}/messages/m1", Reply(closes=True))
    journal.tell(deployment, Notice("live"))
    for _ in range(4):
        assert outbox.flush()
    site.answers(f"{HOOK}/messages/m1", json_reply({}))
    assert (outbox.flush(), outbox.waiting()) == ("", 0)
    assert {where for where, _ in sent(site)[1:]} == {"/messages/m1"}


def test_a_refused_address_keeps_what_waits(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """A forum's webhook without its thread takes nothing; the notice stays."""
    site.answers(HOOK, json_reply({"code": 220001}, 400))
    journal.tell(None, Notice("one", is_alert=True))
    assert "address is refused" in outbox.flush()
    assert outbox.waiting() == 1


def journal_errors(outbox: Outbox) -> list[str]:
    """Return what the journal says of deliveries that went wrong."""
    with closing(sqlite3.connect(outbox.journal)) as database:
        return [row[0] for row in database.execute("SELECT error FROM delivery")]


def test_outage_costs_bounded_time(
    journal: Journal, outbox: Outbox, site: Site, clock: FakeClock
) -> None:
    """A webhook that never answers well is left after the patience is used up."""
    site.answers(HOOK, Reply(502))
    started(journal, "one")
    assert outbox.flush() and clock.elapsed <= outbox.patience


def test_rejected_notice_stops_nobody(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """A notice that Discord will never take is recorded as such; the next goes out."""
    site.answers(HOOK, json_reply({"code": 50035}, 400), json_reply({"id": "m1"}))
    for text in ("bad", "good"):
        journal.tell(None, Notice(text, is_alert=True))
    assert (outbox.flush(), outbox.waiting()) == ("", 0)
    assert sent(site) == [("", "bad"), ("", "good")]


def test_deleted_message_is_posted_anew(
    journal: Journal, outbox: Outbox, site: Site
) -> None:
    """If somebody deleted the message, the news is told in a new one."""
    deployment = started(journal, "started")
    outbox.flush()
    site.answers(f"{HOOK}/messages/m1", json_reply({"code": 10008}, 404))
    for text in ("live", "ended"):
        journal.tell(deployment, Notice(text))
        assert outbox.flush() == ""
    assert sent(site)[1:] == [
        ("/messages/m1", "live"),
        ("", "live"),
        ("/messages/m2", "ended"),
    ]


def test_without_a_webhook_notices_stay(
    journal: Journal, journal_file: Path, clock: FakeClock
) -> None:
    """No webhook is no failure: notices wait until there is one."""
    journal.tell(None, Notice("one"))
    outbox = Outbox(journal_file, journal_file.with_name("lock"), None, clock)
    assert "no Discord webhook" in outbox.flush()
    assert outbox.waiting() == 1


def test_secret_is_not_journaled(
    journal: Journal, journal_file: Path, outbox: Outbox, site: Site
) -> None:
    """What is recorded of a failed delivery does not name the webhook."""
    site.answers(HOOK, Reply(closes=True))
    started(journal, "one")
    outbox.flush()
    with closing(sqlite3.connect(journal_file)) as database:
        rows = database.execute("SELECT * FROM delivery").fetchall()
    assert "s3cret" not in str(rows) != "[]"


def test_two_flushes_do_not_meet(
    journal: Journal, outbox: Outbox, site: Site, clock: FakeClock
) -> None:
    """While another process sends, this one waits, then leaves it to the other."""
    journal.tell(None, Notice("one"))
    with held(outbox.lock, SystemClock(), patience=0):
        assert "wait in the journal" in outbox.flush()
    assert (site.requests, clock.elapsed >= outbox.patience) == ([], True)


def test_trouble_with_the_journal_is_only_told(
    journal_file: Path, outbox: Outbox
) -> None:
    """Sending never raises, also where the journal is no journal."""
    journal_file.write_bytes(b"garbage " * 200)
    assert "notices wait in the journal" in outbox.flush()
