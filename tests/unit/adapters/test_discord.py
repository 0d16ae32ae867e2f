"""Discord's webhook: what goes out, and what each of its answers means."""

import math
from collections.abc import Callable

import pytest
from pipeline.effects.http import Http
from pipeline.adapters.discord import (
    AddressRefused,
    Discord,
    MessageGone,
    NotDelivered,
    Rejected,
)

from tests.unit.site import Reply, Site, json_reply

HOOK = "/api/webhooks/1/s3cret"
MESSAGE = f"{HOOK}/messages/m1"
CALLS: list[Callable[[Discord], object]] = [
    lambda discord: discord.post("text"),
    lambda discord: discord.edit("m1", "text"),
]


@pytest.fixture
def discord(site: Site, http: Http) -> Discord:
    """Return a webhook that takes everything."""
    site.answers(HOOK, json_reply({"id": "m1"}))
    site.answers(MESSAGE, json_reply({"id": "m1"}))
    return Discord(http, site.url + HOOK, timeout=0.3)


def answer_with(site: Site, reply: Reply) -> None:
    """Answer posting and editing alike."""
    site.answers(HOOK, reply)
    site.answers(MESSAGE, reply)


def test_post_returns_the_message(discord: Discord, site: Site) -> None:
    """A message is posted so that its id comes back, to be edited later."""
    assert discord.post("a\nb") == "m1"
    request = site.requests[0]
    assert (request.method, request.target) == ("POST", f"{HOOK}?wait=true")
    assert request.json == {"content": "a\nb", "allowed_mentions": {"parse": []}}


@pytest.mark.parametrize("query", ["thread_id=5", "wait=true&thread_id=5"])
def test_a_threads_address_is_kept(site: Site, http: Http, query: str) -> None:
    """A webhook of a thread posts to and edits in that thread."""
    site.answers(HOOK, json_reply({"id": "m1"}))
    site.answers(MESSAGE, json_reply({}))
    discord = Discord(http, f"{site.url}{HOOK}/?{query}", timeout=0.3)
    discord.edit(discord.post("a"), "b")
    assert [request.target for request in site.requests] == [
        f"{HOOK}?thread_id=5&wait=true",
        f"{MESSAGE}?thread_id=5",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"code": 220001}, 400),
        json_reply({"code": 10003}, 404),
        json_reply({"code": 50035, "errors": {"thread_id": {}}}, 400),
        json_reply({"thread_id": ["not a snowflake"]}, 400),
        Reply(410),
    ],
)
def test_an_address_that_is_no_good(discord: Discord, site: Site, reply: Reply) -> None:
    """What is wrong with the address is no reason to give the message up."""
    answer_with(site, reply)
    with pytest.raises(AddressRefused, match="address is refused"):
        discord.post("text")


def test_edit_replaces_the_text(discord: Discord, site: Site) -> None:
    """An edit names the message and forbids mentions again, as Discord wants."""
    discord.edit("m1", "@everyone")
    request = site.requests[0]
    assert (request.method, request.target) == ("PATCH", MESSAGE)
    assert request.json == {"content": "@everyone", "allowed_mentions": {"parse": []}}


@pytest.mark.parametrize("text", ["x" * 5000, "\N{ROCKET}" * 2000])
def test_long_text_is_cut(discord: Discord, site: Site, text: str) -> None:
    """What is longer than Discord takes is cut, counted as Discord counts."""
    discord.post(text)
    discord.edit("m1", text)
    for request in site.requests:
        assert isinstance(request.json, dict)
        content = request.json["content"]
        assert 1990 < len(content.encode("utf-16-le")) // 2 <= 2000
        assert content.endswith("…")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (json_reply({"retry_after": 0.64, "global": False}, 429), 0.64),
        (json_reply({"retry_after": 12}, 429), 12.0),
        (json_reply({"retry_after": -1}, 429), 0.0),
        (Reply(429, body=b"<html>"), 1.0),
        (json_reply({"message": "Unknown Webhook", "code": 10015}, 404), math.inf),
        (Reply(404, body=b"<html>"), math.inf),
        (json_reply({"code": 50027}, 401), math.inf),
        (Reply(403, body=b"error code: 1010"), math.inf),
        (Reply(500), 1.0),
        (Reply(503, body=b"<html>"), 1.0),
        (Reply(302, {"Location": "/elsewhere"}), 1.0),
        (Reply(closes=True), 1.0),
        (Reply(body=b"{}", drip=5), 1.0),
    ],
)
def test_not_now(
    discord: Discord,
    site: Site,
    call: Callable[[Discord], object],
    reply: Reply,
    pause: float,
) -> None:
    """What may pass is tried again when Discord says so; a gone webhook never."""
    answer_with(site, reply)
    with pytest.raises(NotDelivered) as caught:
        call(discord)
    assert caught.value.pause == pause
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "reply", [json_reply({"code": 50035, "errors": {}}, 400), Reply(400)]
)
def test_never(
    discord: Discord, site: Site, call: Callable[[Discord], object], reply: Reply
) -> None:
    """A message that Discord finds invalid will not become valid by repetition."""
    answer_with(site, reply)
    with pytest.raises(Rejected, match="HTTP 400"):
        call(discord)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"id": 7}', b"[]"])
def test_taken_without_an_id(discord: Discord, site: Site, body: bytes) -> None:
    """What was taken is not posted twice, though it cannot be edited later."""
    answer_with(site, Reply(200, body=body))
    with pytest.raises(Rejected, match="no message id"):
        discord.post("text")


def test_deleted_message_is_told(discord: Discord, site: Site) -> None:
    """A message that somebody deleted is told from a webhook that is gone."""
    answer_with(site, json_reply({"code": 10008}, 404))
    with pytest.raises(MessageGone):
        discord.edit("m1", "text")


def test_address_is_not_shown(discord: Discord) -> None:
    """The webhook's address is a secret: printing the gateway does not show it."""
    assert "s3cret" not in f"{discord!r} {discord}"
