"""HTTP: whole answers within a deadline, or one word that tells no secret."""

import socket
import time

import pytest
from pipeline.effects import http as http_module
from pipeline.effects.http import Answer, Http, Unreachable

from tests.unit.clock import FakeClock
from tests.unit.site import Reply, Site, json_reply

TIMEOUT = 0.2
LONG = 60.0  # Until the server says a word; a caller that is let go never waits for it.


def test_answer_is_read_whole(site: Site, http: Http) -> None:
    """Status, headers and body come back; what is asked goes out as JSON."""
    site.answers("/a", json_reply({"b": 1}, 201, {"X-Name": "value"}))
    answer = http.ask("POST", f"{site.url}/a?q=1", headers={"X-Own": "x"}, body=[1])
    assert (answer.status, answer.headers["x-name"]) == (201, "value")
    assert (answer.is_success, answer.json()) == (True, {"b": 1})
    request = site.requests[0]
    assert (request.method, request.target, request.json) == ("POST", "/a?q=1", [1])
    assert request.headers["X-Own"] == "x"
    assert request.headers["User-Agent"].startswith("mangetamain-cicd/")


@pytest.mark.parametrize(
    ("status", "is_success"),
    [(200, True), (299, True), (199, False), (300, False), (404, False), (500, False)],
)
def test_only_2xx_is_success(status: int, is_success: bool) -> None:
    """A redirect or an error is an answer, not a success."""
    assert Answer(status, {}, b"").is_success is is_success


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"cut": ', b"\xff\xfe"])
def test_json_that_is_none(body: bytes) -> None:
    """HTML, a cut body or garbage is told from JSON, whatever the headers said."""
    with pytest.raises(Unreachable, match="not JSON"):
        Answer(200, {"content-type": "application/json"}, body).json()


def test_text_is_always_text() -> None:
    """Undecodable bytes do not stop a page from being read."""
    assert Answer(200, {}, b"ok \xff").text == "ok \ufffd"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(site: Site, http: Http, status: int) -> None:
    """A redirect could lead anywhere, with our token: it is only reported."""
    site.answers("/a", Reply(status, {"Location": f"{site.url}/elsewhere"}))
    assert http.ask("GET", f"{site.url}/a").status == status
    assert [request.target for request in site.requests] == ["/a"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"x" * 10_000, drip=0.02),
        Reply(body=b"x", drip=LONG),
        Reply(body=b"x", drip=LONG, drip_headers=True),
    ],
    ids=["dripping body", "silent body", "silent head"],
)
def test_deadline_is_for_the_whole_answer(site: Site, reply: Reply) -> None:
    """A server that drips, or says nothing, holds nobody beyond the deadline."""
    site.answers("/a", reply)
    start = time.monotonic()
    with pytest.raises(Unreachable):
        Http(through_proxy=False).ask("GET", f"{site.url}/a", timeout=TIMEOUT)
    assert time.monotonic() - start < LONG


def test_too_large_body_is_not_read(
    site: Site, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that would fill the memory is given up."""
    monkeypatch.setattr(http_module, "LARGEST_BODY", 1000)
    site.answers("/fits", Reply(body=b"x" * 1000))
    site.answers("/large", Reply(body=b"x" * 1001))
    assert len(http.ask("GET", f"{site.url}/fits").body) == 1000
    with pytest.raises(Unreachable, match="larger than 1000"):
        http.ask("GET", f"{site.url}/large")


@pytest.mark.parametrize("reply", [Reply(closes=True), Reply(body=b"{", is_cut=True)])
def test_broken_answer_is_none(site: Site, http: Http, reply: Reply) -> None:
    """A connection that ends too early gives no answer, not half of one."""
    site.answers("/a", reply)
    with pytest.raises(Unreachable):
        http.ask("GET", f"{site.url}/a")


def _closed_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    "url",
    [
        "s3cret",
        "ftp://127.0.0.1/s3cret",
        "http://127.0.0.1:0x50/s3cret",
        "http://[s3cret/",
        "http://127.0.0.1/\0s3cret",
        "",
    ],
    ids=ascii,
)
def test_bad_address_is_told_without_it(http: Http, url: str) -> None:
    """An impossible address gives no answer, and stays a secret."""
    with pytest.raises(Unreachable) as caught:
        http.ask("GET", url, timeout=TIMEOUT)
    assert "s3cret" not in str(caught.value)


def test_refused_connection_is_told_without_the_address(http: Http) -> None:
    """Where nobody listens there is no answer, and the address stays a secret."""
    with pytest.raises(Unreachable, match="^connection refused or host unknown$"):
        http.ask("GET", f"http://127.0.0.1:{_closed_port()}/hooks/s3cret")


def test_proxy_is_used_only_where_wanted(
    site: Site, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy serves the outside; the app's own health is never asked through it."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{_closed_port()}")
    site.answers("/a", Reply())
    assert Http(through_proxy=False).ask("GET", f"{site.url}/a").is_success
    with pytest.raises(Unreachable):
        Http().ask("GET", f"{site.url}/a")
