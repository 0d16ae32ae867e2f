"""The loopback Discord: its limits, its refusals, and a published client."""

import urllib.error
import urllib.request
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from discord_webhook import DiscordWebhook  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from rehearsal.discord import DiscordServer, wire_faults
from rehearsal.discord.rules import Bucket, Refusal, check_form, pings_of


def test_a_published_client_posts_and_edits(discord: DiscordServer) -> None:
    """discord-webhook posts a message and edits it."""
    webhook = DiscordWebhook(url=discord.webhook_url, content="deploying")
    assert webhook.execute().status_code == 200
    webhook.content = "deployed"
    assert webhook.edit().status_code == 200
    (message,) = discord.messages
    assert message.content == "deployed" and message.edited_at


def test_a_published_client_meets_the_rate_limit_and_recovers(
    discord: DiscordServer,
) -> None:
    """Seven posts in a row: the sixth waits as told, and nothing is lost."""
    for number in range(7):
        webhook = DiscordWebhook(
            url=discord.webhook_url, content=f"post {number}", rate_limit_retry=True
        )
        assert webhook.execute().status_code == 200
    contents = [message.content for message in discord.messages]
    assert contents == [f"post {number}" for number in range(7)]
    moments = [message.at for message in discord.messages]
    assert moments[4] - moments[0] < 2 <= moments[5] - moments[0]


def test_the_sixth_request_in_two_seconds_is_told_to_wait(
    discord: DiscordServer,
) -> None:
    """A 429 names the wait in seconds with a fraction, and in headers."""
    with httpx.Client() as client:  # Making one for each would take the two seconds.
        answers = [
            client.post(discord.webhook_url, json={"content": "x"}) for _ in "123456"
        ]
    assert [one.status_code for one in answers] == [204] * 5 + [429]
    remaining = [one.headers["x-ratelimit-remaining"] for one in answers]
    assert remaining == ["4", "3", "2", "1", "0", "0"]
    body = answers[5].json()
    assert 0 < body["retry_after"] <= 2
    assert isinstance(body["retry_after"], float) and body["global"] is False
    assert answers[5].headers["retry-after"].isdigit()


def test_the_bucket_is_full_again_after_its_window() -> None:
    """The allowance comes back when the two seconds are over, not before."""
    now = 100.0
    bucket = Bucket(lambda: now)
    assert [bucket.draw().is_granted for _ in range(6)] == [True] * 5 + [False]
    now = 101.9
    assert not bucket.draw().is_granted
    now = 102.0
    assert bucket.draw().is_granted


def test_only_those_who_wait_get_the_message(discord: DiscordServer) -> None:
    """Without `wait` there is no body; with it there is the id to edit by."""
    assert httpx.post(discord.webhook_url, json={"content": "a"}).status_code == 204
    answer = httpx.post(discord.webhook_url + "?wait=true", json={"content": "b"})
    address = f"{discord.webhook_url}/messages/{answer.json()['id']}"
    edited = httpx.patch(address, json={"content": "c"}).json()
    assert (edited["content"], bool(edited["edited_timestamp"])) == ("c", True)


def mentions(kind: str, *users: str) -> dict[str, Any]:
    """Return what a form says of mentions."""
    return {"allowed_mentions": {"parse": [kind], "users": users}}


@pytest.mark.parametrize(
    ("tail", "request_options", "status", "code"),
    [
        ("", {"json": {}}, 400, 50006),
        ("", {"json": {"content": "  \n"}}, 400, 50006),
        ("", {"content": b"{"}, 400, 50109),
        ("", {"json": {"content": "x" * 2001}}, 400, 50035),
        ("", {"json": {"content": ["x"]}}, 400, 50035),
        ("", {"json": {"content": "x", "embeds": [{"title": "x"}]}}, 400, 50035),
        ("", {"json": {"content": "x", **mentions("roads")}}, 400, 50035),
        ("", {"json": {"content": "x", **mentions("users", "1")}}, 400, 50035),
        ("x", {"json": {"content": "x"}}, 401, 50027),
        ("/messages/1", {"json": {"content": "x"}, "method": "PATCH"}, 404, 10008),
    ],
)
def test_refusals_carry_discords_codes(
    discord: DiscordServer,
    tail: str,
    request_options: dict[str, Any],
    status: int,
    code: int,
) -> None:
    """Each mistake has its HTTP status and its own code, and leaves no message."""
    options = {"method": "POST", **request_options}
    answer = httpx.request(url=discord.webhook_url + tail, **options)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not discord.messages


def test_an_unknown_webhook_is_gone(discord: DiscordServer) -> None:
    """The code tells a client to stop for good."""
    answer = httpx.post(discord.webhook_url.replace("/13", "/14"), json={})
    assert answer.status_code == 404
    assert answer.json() == {"message": "Unknown Webhook", "code": 10015}


def test_a_default_urllib_client_is_blocked(discord: DiscordServer) -> None:
    """The edge refuses Python's default User-Agent before Discord sees it."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(discord.webhook_url)
    assert (caught.value.code, caught.value.read()) == (403, b"error code: 1010")


@given(st.integers(1, 2100))
def test_lengths_are_refused_exactly_beyond_the_limit(length: int) -> None:
    """A form has a flaw if and only if its content is too long."""
    with pytest.raises(Refusal) if length > 2000 else nullcontext():
        check_form({"content": "c" * length})


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [
        (None, ("@everyone", "@here", "<@12>", "<@!13>", "<@&14>")),
        ({"parse": []}, ()),
        ({}, ()),
        ({"parse": ["users"]}, ("<@12>", "<@!13>")),
        ({"parse": [], "users": ["13"]}, ("<@!13>",)),
        ({"roles": ["14"]}, ("<@&14>",)),
        ({"parse": ["everyone"]}, ("@everyone", "@here")),
    ],
)
def test_mentions_ping_unless_they_are_ruled_out(
    allowed: dict[str, Any] | None, pinged: tuple[str, ...]
) -> None:
    """Who says nothing of mentions pings everybody."""
    assert pings_of("@everyone @here <@12> <@!13> <@&14>", allowed) == pinged


def test_an_edit_needs_the_rule_again(discord: DiscordServer) -> None:
    """What was ruled out when posting pings when an edit forgets to say so."""
    rule: dict[str, Any] = {"allowed_mentions": {"parse": []}}
    url = discord.webhook_url
    posted = httpx.post(f"{url}?wait=true", json={"content": "hi @everyone", **rule})
    assert not discord.pings
    address = f"{url}/messages/{posted.json()['id']}"
    httpx.patch(address, json={"content": "ho @everyone"})
    assert discord.pings == ("@everyone",)


def test_faults_look_like_discords(discord: DiscordServer) -> None:
    """Down, slow, limited, gone, refused: each strikes once."""
    url, form = discord.webhook_url, {"content": "x"}
    for fault in (
        wire_faults.server_error(502),
        wire_faults.rate_limited(0.25),
        wire_faults.webhook_gone(),
        wire_faults.refused_form(),
    ):
        discord.faults.inject(fault)
    answers = [httpx.post(url, json=form) for _ in range(5)]
    assert [one.status_code for one in answers] == [502, 429, 404, 400, 204]
    assert answers[1].json()["retry_after"] == 0.25
    discord.faults.inject(wire_faults.slow_body(5.0))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}?wait=true", json=form, timeout=0.2)
    discord.refuse_connections()
    with pytest.raises(httpx.ConnectError):
        httpx.post(url, json=form)
    discord.accept_connections()
    assert len(discord.messages) == 2
