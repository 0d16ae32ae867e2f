"""GitHub's API: what is asked, what is believed, and how long each refusal lasts."""

import pytest
from pipeline.core.verdict import Job
from pipeline.effects.http import Http
from pipeline.adapters import github as gateway
from pipeline.adapters.github import GitHub, GitHubUnavailable

from tests.unit.clock import EPOCH, FakeClock
from tests.unit.site import Reply, Site, json_reply
from tests.unit.specimens import A, a_run

BASE = "/repos/owner/name/actions"
RUNS = f"{BASE}/workflows/ci.yml/runs"
JOBS = f"{BASE}/runs/1/jobs"
TOKEN = "t0ken"


@pytest.fixture
def github(site: Site, http: Http, clock: FakeClock) -> GitHub:
    """Return the gateway to a repository on the loopback site."""
    return GitHub(http, site.url, "owner/name", TOKEN, clock)


def listed(id: int = 1, **changed: object) -> dict[str, object]:
    """Return a run as GitHub lists it."""
    return {
        "id": id,
        "run_attempt": 2,
        "head_sha": A,
        "event": "push",
        "path": ".github/workflows/ci.yml",
        "status": "completed",
        "conclusion": "success",
        "html_url": f"https://example.invalid/runs/{id}",
        "unknown": {},
        **changed,
    }


def runs_reply(*ids: int, **headers: str) -> Reply:
    """Return one page of runs."""
    runs = [listed(id) for id in ids]
    return json_reply({"workflow_runs": runs}, headers=headers)


def test_runs_are_asked_for_and_read(github: GitHub, site: Site) -> None:
    """The full commit id is asked for; each run comes back with what decides."""
    site.answers(RUNS, runs_reply(1))
    assert github.runs(A, "ci.yml") == [a_run(attempt=2)]
    (request,) = site.requests
    assert request.target == f"{RUNS}?head_sha={A}&event=push&per_page=100"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["X-GitHub-Api-Version"] == "2022-11-28"


def test_without_a_token_none_is_sent(site: Site, http: Http, clock: FakeClock) -> None:
    """A public repository is asked without any Authorization."""
    site.answers(RUNS, runs_reply())
    assert GitHub(http, site.url, "owner/name", "", clock).runs(A, "ci.yml") == []
    assert "Authorization" not in site.requests[0].headers


def test_jobs_are_those_of_the_latest_attempt(github: GitHub, site: Site) -> None:
    """Jobs come with name, conclusion and address, those of old attempts left out."""
    jobs = [
        {"name": "Quality", "conclusion": "failure", "html_url": "https://x"},
        {"name": "Summary", "conclusion": None, "html_url": None},
    ]
    site.answers(JOBS, json_reply({"jobs": jobs}))
    assert github.jobs(a_run()) == [
        Job("Quality", "failure", "https://x"),
        Job("Summary", "", ""),
    ]
    assert site.requests[0].target == f"{JOBS}?filter=latest&per_page=100"


def test_unchanged_answer_is_not_sent_again(github: GitHub, site: Site) -> None:
    """A poll is free while nothing changed: 304 stands for what came before."""
    site.answers(RUNS, runs_reply(1, ETag='W/"1"'), Reply(304), runs_reply(1, 2))
    polls = [github.runs(A, "ci.yml") for _ in range(3)]
    assert [len(runs) for runs in polls] == [1, 1, 2]
    tags = [request.headers.get("If-None-Match") for request in site.requests]
    assert tags == [None, 'W/"1"', 'W/"1"']


def test_unchanged_since_never_is_no_answer(github: GitHub, site: Site) -> None:
    """A 304 to a question that was never answered is not taken for an empty list."""
    site.answers(RUNS, Reply(304))
    with pytest.raises(GitHubUnavailable, match="HTTP 304"):
        github.runs(A, "ci.yml")


def test_damaged_answer_is_not_remembered(github: GitHub, site: Site) -> None:
    """After an answer that could not be read, the next one is asked for in full."""
    site.answers(RUNS, Reply(200, {"ETag": '"x"'}, b"{cut"), runs_reply(1))
    with pytest.raises(GitHubUnavailable):
        github.runs(A, "ci.yml")
    assert len(github.runs(A, "ci.yml")) == 1
    assert "If-None-Match" not in site.requests[1].headers


def test_all_pages_are_read(github: GitHub, site: Site) -> None:
    """A run that is listed beyond the first page counts too."""
    link = (
        f'<{site.url}{RUNS}?page=1>; rel="prev", '
        f'<{site.url}{RUNS}?page=2>; rel="next", <{site.url}{RUNS}?page=2>; rel="last"'
    )
    site.answers(RUNS, runs_reply(1, Link=link), runs_reply(2))
    assert [run.id for run in github.runs(A, "ci.yml")] == [1, 2]
    assert site.requests[1].target == f"{RUNS}?page=2"


def test_pages_have_an_end(github: GitHub, site: Site) -> None:
    """A list that leads to itself is not followed for ever."""
    site.answers(RUNS, runs_reply(1, Link=f'<{site.url}{RUNS}?page=2>; rel="next"'))
    assert len(github.runs(A, "ci.yml")) == gateway.MOST_PAGES == len(site.requests)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:9/repos/owner/name/actions", "//x.invalid/", "file:///"],
)
def test_foreign_page_link_is_refused(github: GitHub, site: Site, target: str) -> None:
    """A link to another host would take the token along: it is not followed."""
    site.answers(RUNS, runs_reply(1, Link=f'<{target}>; rel="next"'))
    with pytest.raises(GitHubUnavailable, match="leaves GitHub"):
        github.runs(A, "ci.yml")
    assert len(site.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_host_is_followed(
    github: GitHub, site: Site, status: int
) -> None:
    """A renamed repository answers under another address, with the same token."""
    there = f"/repositories/42/actions/workflows/ci.yml/runs?head_sha={A}"
    site.answers(RUNS, Reply(status, {"Location": site.url + there}))
    site.answers(there.partition("?")[0], runs_reply(1))
    assert [run.id for run in github.runs(A, "ci.yml")] == [1]
    first, second = site.requests
    assert second.target == there
    assert second.headers["Authorization"] == first.headers["Authorization"]
    assert github.moved_to == f"{site.url}/repositories/42"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/repositories/42",
        "//x.invalid/repositories/42",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
        "http://[",
        "\\\\x.invalid\\a",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(
    github: GitHub, site: Site, target: str
) -> None:
    """Another host, port or scheme, or a user in the address, gets no token."""
    site.answers(RUNS, Reply(301, {"Location": target}))
    with pytest.raises(GitHubUnavailable):
        github.runs(A, "ci.yml")
    assert all(
        request.target.startswith(("/repos", "/\\")) for request in site.requests
    )


@pytest.mark.parametrize("headers", [{}, {"Location": RUNS}, {"Location": ""}])
def test_redirects_have_an_end(
    github: GitHub, site: Site, headers: dict[str, str]
) -> None:
    """A redirect to itself, or to nowhere, is given up after a few steps."""
    site.answers(RUNS, Reply(302, headers))
    with pytest.raises(GitHubUnavailable, match="circles"):
        github.runs(A, "ci.yml")
    assert len(site.requests) < 10


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "the token is refused"),
        (404, "not found, or the token may not see it"),
    ],
)
def test_a_refusal_is_not_silence(
    github: GitHub, site: Site, status: int, told: str
) -> None:
    """What GitHub says no to is named as that; it was reached."""
    site.answers(RUNS, json_reply({"message": "no"}, status))
    with pytest.raises(GitHubUnavailable, match=told) as caught:
        github.runs(A, "ci.yml")
    assert "unreachable" not in str(caught.value)
    assert github.pause() == 0


def test_texts_can_be_kept(github: GitHub, site: Site) -> None:
    """Megabytes where a word is due are cut; half a character is no word."""
    endless, half = listed(status="x" * 100_000), listed(status="\ud800")
    site.answers(
        RUNS, *(json_reply({"workflow_runs": [one]}) for one in (endless, half))
    )
    (run,) = github.runs(A, "ci.yml")
    assert len(run.status) == 500
    with pytest.raises(GitHubUnavailable, match="unknown form"):
        github.runs(A, "ci.yml")


def test_an_empty_list_is_asked_for_once_more(github: GitHub, site: Site) -> None:
    """Where the filter finds nothing, the newest runs are looked through."""
    both = {"workflow_runs": [listed(7), listed(8, head_sha="b" * 40)]}
    site.answers(RUNS, runs_reply(), json_reply(both))
    assert [run.id for run in github.runs(A, "ci.yml")] == [7]
    targets = [request.target for request in site.requests]
    assert targets[1] == f"{RUNS}?per_page=100"


RESET = f"{EPOCH + 90:.0f}"


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (Reply(500), 0),
        (Reply(502, body=b"<html>"), 0),
        (Reply(403), 60),
        (Reply(429), 60),
        (Reply(403, {"Retry-After": "7"}), 7),
        (Reply(429, {"Retry-After": "7"}), 7),
        (Reply(403, {"Retry-After": "-7"}), 60),
        (Reply(403, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 3600),
        (Reply(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}), 90),
        (Reply(429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}), 0),
        (Reply(403, {"X-RateLimit-Remaining": "0"}), 60),
        (Reply(403, {"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": RESET}), 60),
        (Reply(503, {"Retry-After": "7"}), 7),
        (Reply(closes=True), 0),
    ],
)
def test_refusal_lasts_as_github_asks(
    github: GitHub, site: Site, reply: Reply, pause: float
) -> None:
    """Every answer but 200 is none, with the pause that its headers ask for."""
    site.answers(RUNS, reply)
    with pytest.raises(GitHubUnavailable, match="GitHub unreachable") as caught:
        github.runs(A, "ci.yml")
    assert (github.pause(), TOKEN in str(caught.value)) == (pause, False)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b'{"workflow_runs": [{"id": 1,'),
        Reply(body=b'{"workflow_runs": []}', is_cut=True),
        Reply(200, {"Content-Type": "application/json"}, b"<html>unicorn</html>"),
        Reply(body=b""),
        json_reply([]),
        json_reply({"message": "hello"}),
        json_reply({"workflow_runs": None}),
        json_reply({"workflow_runs": [{"id": 1}]}),
        json_reply({"workflow_runs": [listed(head_sha=None)]}),
        json_reply({"workflow_runs": [listed(run_attempt=None)]}),
        json_reply({"workflow_runs": [listed(run_attempt="two")]}),
        json_reply({"workflow_runs": [listed(run_attempt=0)]}),
        json_reply({"workflow_runs": [listed(id=10**30)]}),
        json_reply({"workflow_runs": [listed(id=1.5)]}),
        json_reply({"workflow_runs": [listed(id=True)]}),
        json_reply({"workflow_runs": [listed(event=None)]}),
        json_reply({"workflow_runs": [listed(status=7)]}),
        json_reply({"workflow_runs": [listed(conclusion=["success"])]}),
        json_reply({"workflow_runs": {"0": listed()}}),
        json_reply("workflow_runs"),
        Reply(body=b"[" * 200_000),
        Reply(body=b'{"workflow_runs": ' + b"[" * 200_000),
        Reply(body=b'{"workflow_runs": [{"id": NaN}]}'),
        Reply(body=b'{"workflow_runs": [{"id": ' + b"9" * 5000 + b"}]}"),
    ],
)
def test_answer_of_unknown_form_is_none(
    github: GitHub, site: Site, reply: Reply
) -> None:
    """Truncated JSON, HTML or another shape never reads as "there are no runs"."""
    site.answers(RUNS, reply)
    with pytest.raises(GitHubUnavailable):
        github.runs(A, "ci.yml")


def test_pause_passes_with_time(github: GitHub, site: Site, clock: FakeClock) -> None:
    """The last of the allowance says how long to rest; rest ends by itself."""
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}
    site.answers(RUNS, runs_reply(1, **spent), runs_reply(1))
    assert github.pause() == 0
    assert len(github.runs(A, "ci.yml")) == 1
    assert github.pause() == 90
    clock.sleep(89)
    assert github.pause() == 1
    github.runs(A, "ci.yml")
    assert github.pause() == 0
