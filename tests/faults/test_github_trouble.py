"""GitHub in trouble: retried in time as it asks, then named, never guessed."""

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
    "401": wire_faults.bad_credentials(),
    "403 with a long Retry-After": wire_faults.secondary_limit(3600),
    "429 with a long Retry-After": wire_faults.secondary_limit(3600, 429),
    "rate limit used up": wire_faults.rate_limit_used_up(3600),
    "304 to the end": wire_faults.unasked_304(),
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
