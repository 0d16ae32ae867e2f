"""GitHub in trouble: retried in time as it asks, then named, never guessed."""

import socket
from contextlib import closing

import pytest
from rehearsal.faults import Fault
from rehearsal.github import wire_faults

from tests.sandbox.world import World

CLASS = "GitHub trouble"
PASSING = {
    "5xx for a while": wire_faults.server_error(503),
    "truncated JSON": wire_faults.truncated_json(),
    "HTML instead of JSON": wire_faults.html_page(),
    "slow bodies": wire_faults.slow_body(1.5),
    "403 with Retry-After": wire_faults.secondary_limit(1),
    "429 with Retry-After": wire_faults.secondary_limit(1, 429),
    "304 without a cached body": wire_faults.unasked_304(),
}
LASTING = {
    "5xx for minutes": wire_faults.server_error(502),
    "truncated JSON to the end": wire_faults.truncated_json(),
    "HTML to the end": wire_faults.html_page(),
    "403 with a long Retry-After": wire_faults.secondary_limit(3600),
    "429 with a long Retry-After": wire_faults.secondary_limit(3600, 429),
    "rate limit used up": wire_faults.rate_limit_used_up(3600),
    "304 to the end": wire_faults.unasked_304(),
}


# What GitHub says no to, and how that is told.
REFUSALS = {
    "401": (wire_faults.bad_credentials(), "the token is refused"),
    "404": (wire_faults.not_found(), "not found, or the token may not see it"),
}
REPOSITORY = "/repos/o/r/actions"
RENAMED = "/repositories/42/actions"
ELSEWHERE = {
    "redirects in circles": (REPOSITORY, REPOSITORY),
    "a redirect to nowhere": ("nowhere", "http://["),
}
ABSURD = {
    f"{name}: {value}": wire_faults.limited(429, **{name: value})
    for name, value in (
        ("retry_after", "-7"),
        ("retry_after", "nan"),
        ("retry_after", "inf"),
        ("retry_after", "1000000000"),
        ("retry_after", "soon"),
    )
}
FORMS = {
    "run_attempt null": wire_faults.changed(
        rb'"run_attempt": ?\d+', b'"run_attempt": null'
    ),
    "an id that is no number": wire_faults.changed(rb'"id": ?\d+', b'"id": NaN'),
    "an id of thirty digits": wire_faults.changed(
        rb'"id": ?\d+', b'"id": 1' + b"0" * 29
    ),
    "a list in place of an object": wire_faults.body(b"[]"),
    "null in place of an object": wire_faults.body(b"null"),
    "nesting": wire_faults.body(b"[" * 100_000),
    "half a character": wire_faults.changed(
        rb'"status": ?"completed"', rb'"status": "\\ud800"'
    ),
}


def rows(faults: dict[str, Fault]) -> list[object]:
    """Return the faults as parameters, each marked with its row."""
    return [
        pytest.param(fault, marks=pytest.mark.fault(CLASS, case), id=case)
        for case, fault in faults.items()
    ]


@pytest.mark.parametrize("fault", rows(PASSING))
def test_what_passes_is_waited_out(running: World, fault: Fault) -> None:
    """Trouble that ends before the deadline changes nothing in the end."""
    running.github.faults.inject(fault, times=2)
    sha = running.push("In a storm")
    running.ci(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha
    assert running.github.faults.served


@pytest.mark.parametrize("fault", rows(LASTING))
def test_what_lasts_is_named(running: World, fault: Fault) -> None:
    """Trouble to the deadline is no verdict: rolled back, named as unreachable."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(fault, times=None)
    sha = running.vm.push("Out of sight")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "GitHub unreachable" in running.told())


@pytest.mark.fault(CLASS, "connection refused")
def test_github_down_is_named(running: World) -> None:
    """Where nobody listens there is no verdict, and the notice says why."""
    running.vm.configure(ci={"deadline": 1})
    sha = running.vm.push("Out of sight")
    running.github.refuse_connections()
    running.deploy(sha)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "GitHub unreachable" in running.told())


@pytest.mark.fault(CLASS, "connection refused for a while")
def test_github_that_comes_back_is_heard(running: World) -> None:
    """An outage that ends in time leaves the verdict to CI."""
    sha = running.vm.push("Back in sight")
    running.ci(sha)
    running.github.refuse_connections()
    running.deploy(sha)
    log = running.vm.logs / f"ci-watcher-{sha}.log"
    running.wait(lambda: "GitHub unreachable" in log.read_text())
    running.github.accept_connections()
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@pytest.mark.fault(CLASS, "a body that never ends")
def test_a_dripping_answer_does_not_outlast_the_watch(running: World) -> None:
    """A body that drips for ever holds a watcher no longer than one request takes."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(wire_faults.slow_body(60), times=None)
    sha = running.push("Drop by drop")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "GitHub unreachable" in running.told())


@pytest.mark.fault(CLASS, "as it asks: no second question")
def test_the_watcher_waits_as_github_asks(running: World) -> None:
    """Told to come back later than the deadline, the watcher asks no second time."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(wire_faults.secondary_limit(3600), times=None)
    assert running.end(running.push("Rate-limited")) == "rolled back"
    assert running.github.faults.served == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(*REFUSALS[case], marks=pytest.mark.fault(CLASS, case))
        for case in REFUSALS
    ],
)
def test_a_refusal_is_named_as_one(running: World, fault: Fault, told: str) -> None:
    """GitHub was reached, and says no: that is told, and no verdict follows from it."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(fault, times=None)
    sha = running.vm.push("Not to be seen")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: told in running.told())
    assert "unreachable" not in running.told()


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(status, marks=pytest.mark.fault(CLASS, f"renamed, {status}"))
        for status in (301, 302, 307, 308)
    ],
)
def test_a_renamed_repository_is_followed(running: World, status: int) -> None:
    """Its verdicts come from the new address, with the token; people are told once."""
    running.vm.keep_webhook("PIPELINE_GITHUB_TOKEN=" + running.github.token)
    moved = wire_faults.moved(REPOSITORY, RENAMED, status)
    running.github.faults.inject(moved, times=None, path=REPOSITORY)
    sha = running.vm.push("Renamed")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    running.vm.script("settle", "preprod", "--sha", sha)
    told = [text for text in running.vm.notices() if "has moved" in text]
    assert len(told) == 1 and "/repositories/42" in told[0]


@pytest.mark.parametrize(
    "where",
    [pytest.param(ELSEWHERE[k], marks=pytest.mark.fault(CLASS, k)) for k in ELSEWHERE],
)
def test_a_redirect_has_an_end(running: World, where: tuple[str, str]) -> None:
    """A redirect that leads nowhere is trouble like any other."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(wire_faults.moved(*where), times=None)
    sha = running.vm.push("Round and round")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "GitHub unreachable" in running.told())


@pytest.mark.fault(CLASS, "a redirect to another host")
def test_the_token_goes_to_no_other_host(running: World) -> None:
    """Whoever a redirect names gets no request at all."""
    running.vm.configure(ci={"deadline": 1})
    running.vm.keep_webhook("PIPELINE_GITHUB_TOKEN=" + running.github.token)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}"
        moved = wire_faults.moved(REPOSITORY, url)
        running.github.faults.inject(moved, times=None, path=REPOSITORY)
        sha = running.vm.push("Led away")
        running.ci(sha)
        running.deploy(sha)
        assert running.end(sha) == "rolled back"
        other.settimeout(0.1)
        with pytest.raises(TimeoutError):
            other.accept()
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.parametrize(
    "ahead",
    [
        pytest.param(hours * 3600.0, marks=pytest.mark.fault(CLASS, case), id=case)
        for case, hours in (
            ("the VM's clock an hour behind", 1),
            ("the VM's clock an hour ahead", -1),
        )
    ],
)
def test_pauses_are_counted_by_githubs_clock(running: World, ahead: float) -> None:
    """A window that ends in a second is waited for, whatever time it is here."""
    used_up = wire_faults.rate_limit_used_up(1, ahead)
    running.github.faults.inject(used_up, times=1)
    sha = running.push("Another time")
    running.ci(sha)
    assert running.end(sha) == "validated"
    log = (running.vm.logs / f"ci-watcher-{sha}.log").read_text()
    assert log.count("HTTP 403") == 1, "it asked again before the window had ended"


@pytest.mark.parametrize("fault", rows(ABSURD))
def test_absurd_pauses_are_bounded(running: World, fault: Fault) -> None:
    """What is no time to wait holds nothing up: the deadline is kept, and named."""
    running.vm.configure(ci={"deadline": 1})
    running.github.faults.inject(fault, times=None)
    sha = running.push("Slow down")
    assert running.end(sha) == "rolled back"
    assert running.vm.serving() == running.vm.validated() == running.good
    running.wait(lambda: "GitHub unreachable: HTTP 429" in running.told())


@pytest.mark.parametrize("fault", rows(FORMS))
def test_an_answer_of_unknown_form_is_asked_for_again(
    running: World, fault: Fault
) -> None:
    """An answer that makes no sense is no verdict against a commit: asked again."""
    running.github.faults.inject(fault, times=3)
    sha = running.vm.push("Garbled")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha
    assert "Traceback" not in (running.vm.logs / f"ci-watcher-{sha}.log").read_text()


@pytest.mark.fault(CLASS, "completed, its conclusion null")
def test_an_end_without_a_conclusion_is_waited_for(running: World) -> None:
    """A run that is over and does not say how is asked for again."""
    sha = running.vm.push("Over, but how")
    running.ci(sha, None)
    running.deploy(sha)
    log = running.vm.logs / f"ci-watcher-{sha}.log"
    running.wait(lambda: "its conclusion is awaited" in log.read_text())
    running.ci(sha, run_id=running.github.runs(sha)[0].id)
    assert running.end(sha) == "validated"


@pytest.mark.fault(CLASS, "an empty filtered list")
def test_an_empty_filtered_list_is_not_the_last_word(running: World) -> None:
    """Where GitHub's filter finds nothing, the newest runs are looked through."""
    nothing = wire_faults.body(b'{"total_count": 0, "workflow_runs": []}')
    running.github.faults.inject(nothing, times=None, path="head_sha=")
    sha = running.vm.push("Not in the index")
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert running.vm.serving() == running.vm.validated() == sha


@pytest.mark.fault(CLASS, "the jobs of a failed run cannot be had")
def test_a_failure_without_its_jobs_is_a_failure(running: World) -> None:
    """What the run itself says is clear, whatever becomes of the question for names."""
    running.github.faults.inject(wire_faults.server_error(), times=None, path="/jobs")
    sha = running.push("Red")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    running.wait(lambda: "CI failed" in running.told())
    assert "no verdict" not in running.told()
