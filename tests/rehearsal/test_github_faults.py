"""Faults of the loopback GitHub, as a client meets them."""

import json

import httpx
import pytest
from rehearsal.github import GitHubServer, wire_faults

RUNS = "/repos/team/app/actions/runs"
WORKFLOWS = "/repos/team/app/actions/workflows"


def test_faults_strike_as_often_as_asked(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Each fault looks on the wire like the real one, and then it is over."""
    faults = quiet_github.faults
    faults.inject(wire_faults.server_error(502), times=2)
    faults.inject(wire_faults.secondary_limit(7))
    faults.inject(wire_faults.html_page())
    faults.inject(wire_faults.unasked_304())
    faults.inject(wire_faults.truncated_json())
    answers = [http.get(RUNS) for _ in range(7)]
    assert [one.status_code for one in answers] == [502, 502, 403, 200, 304, 200, 200]
    assert answers[2].headers["retry-after"] == "7"
    assert answers[3].text.startswith("<!DOCTYPE")
    with pytest.raises(json.JSONDecodeError):
        answers[5].json()
    assert answers[6].json()["total_count"] == 0


def test_faults_can_last_and_be_for_one_path(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Until it is cleared, a lasting fault spoils only what it is meant for."""
    fault = wire_faults.rate_limit_used_up(30)
    quiet_github.faults.inject(fault, times=None, path="/runs")
    statuses = [http.get(path).status_code for path in (RUNS, WORKFLOWS) * 2]
    assert statuses == [403, 200, 403, 200]
    quiet_github.faults.clear()
    assert http.get(RUNS).status_code == 200


def test_a_slow_body_is_cut_off_by_an_impatient_client(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """The headers come at once, the body takes its time."""
    quiet_github.faults.inject(wire_faults.slow_body(5.0))
    with pytest.raises(httpx.ReadTimeout):
        http.get(RUNS, timeout=0.2)


def test_connections_can_be_refused_for_a_while(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Nothing listens, and later the same address answers again."""
    quiet_github.refuse_connections()
    with pytest.raises(httpx.ConnectError):
        http.get(RUNS)
    quiet_github.accept_connections()
    assert http.get(RUNS).status_code == 200
