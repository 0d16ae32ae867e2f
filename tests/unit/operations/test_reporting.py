"""Telling a loopback GitHub of deployments: once, in order, whatever happens to it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.effects.http import Http
from pipeline.adapters.github_deployments import GitHubDeployments, Place
from pipeline.journal.writer import Journal
from pipeline.adapters.lock import held
from pipeline.operations.reporting import MOST, Reports
from rehearsal.faults import Fault
from rehearsal.github import wire_faults
from rehearsal.github.server import GitHubServer

from tests.unit.clock import FakeClock
from tests.unit.repository import Clone

RUN = "https://github.invalid/o/r/actions/runs/7"
PLACES = {
    "preprod": Place("preprod", "https://preprod.invalid", False, True),
    "prod": Place("prod", "https://prod.invalid", True, False),
}


@dataclass
class Desk:
    """A journal to report from, a GitHub to report to, and a look at it."""

    journal: Journal
    server: GitHubServer
    reports: Reports
    clone: Clone
    clock: FakeClock

    def deploy(
        self, environment: str = "preprod", kind: Kind = Kind.DEPLOY, **more: Any
    ) -> Deployment:
        """Put up a new commit; it is live and healthy."""
        sha = self.clone.commit({"f": str(self.clock.elapsed)})
        self.clone.push()
        return self.put_up(environment, sha, kind, **more)

    def put_up(
        self, environment: str, sha: Sha, kind: Kind = Kind.DEPLOY, **more: Any
    ) -> Deployment:
        """Put up a commit; it is live and healthy."""
        order = Order(environment, sha, kind, "ada", "Fix", **{"run_url": RUN, **more})
        made = self.journal.start(order, None)
        for step in (Step.SWITCH, Step.CONFIRM):
            with self.journal.step(made, step):
                self.clock.sleep(1)
        return made

    def get(self, path: str) -> Any:
        """Ask GitHub, as its pages do."""
        headers = {"Authorization": f"Bearer {self.server.token}"}
        url = f"{self.server.api_url}/repos/o/r{path}"
        return httpx.get(url, headers=headers, trust_env=False).json()

    def shown(self) -> list[tuple[str, list[str]]]:
        """Return GitHub's deployments with their states, all the oldest first."""
        return [
            (
                f"{one['environment']} {one['sha'][:7]}",
                [s["state"] for s in self.statuses(one)[::-1]],
            )
            for one in self.get("/deployments?per_page=100")[::-1]
        ]

    def statuses(self, deployment: Any) -> Any:
        """Return a deployment's states, the newest first."""
        return self.get(f"/deployments/{deployment['id']}/statuses")

    def commit_states(self, sha: Sha) -> list[str]:
        """Return what a commit's own status said, the oldest first."""
        found = self.get(f"/commits/{sha}/statuses")[::-1]
        assert {one["context"] for one in found} <= {"preprod"}
        return [one["state"] for one in found]


@pytest.fixture
def desk(
    journal: Journal, journal_file: Path, clone: Clone, clock: FakeClock, tmp_path: Path
) -> Iterator[Desk]:
    """Give a GitHub that performs nothing, and a journal without deployments."""
    subprocess.run(("git", "-C", clone.path, "checkout", "-qb", "main"), check=True)
    with GitHubServer(clone.origin, "o", "r", None, tmp_path) as server:
        http = Http(through_proxy=False)
        github = GitHubDeployments(http, server.api_url, "o/r", server.token, clock)
        lock = journal_file.with_name("reports.lock")
        reports = Reports(journal_file, lock, github, PLACES, clock)
        yield Desk(journal, server, reports, clone, clock)


def test_a_deployment_from_start_to_end(desk: Desk) -> None:
    """In progress, then success: with address, log, and the commit's own status."""
    made = desk.deploy()
    assert [desk.reports.flush() for _ in range(2)] == ["", ""]
    assert desk.shown() == [(f"preprod {made.sha.short}", ["in_progress"])]
    desk.journal.end(made, Outcome.VALIDATED, "CI passed")
    assert [desk.reports.flush() for _ in range(2)] == ["", ""]
    assert desk.shown() == [(f"preprod {made.sha.short}", ["in_progress", "success"])]
    assert desk.commit_states(made.sha) == ["pending", "success"]
    (one,) = desk.get("/deployments")
    assert (one["production_environment"], one["description"]) == (False, "Deploy: Fix")
    newest = desk.statuses(one)[0]
    assert newest["environment_url"] == "https://preprod.invalid"
    assert (newest["log_url"], newest["description"]) == (RUN, "Validated: CI passed")


def test_rollback_is_a_deployment_of_its_own(desk: Desk) -> None:
    """What failed is failed, what serves again is active, and nothing else is."""
    good, bad = desk.deploy(), desk.deploy()
    desk.journal.end(good, Outcome.VALIDATED, "CI passed")
    desk.reports.flush()
    back = desk.put_up("preprod", good.sha, Kind.ROLLBACK, cause=bad.id, run_url="")
    desk.journal.end(bad, Outcome.ROLLED_BACK, "CI failed: Quality")
    assert desk.reports.flush() == ""
    assert desk.shown() == [
        (f"preprod {good.sha.short}", ["success", "inactive"]),
        (f"preprod {bad.sha.short}", ["in_progress", "failure"]),
        (f"preprod {back.sha.short}", ["success"]),
    ]
    assert desk.commit_states(bad.sha) == ["pending", "failure"]
    assert desk.commit_states(good.sha) == ["success"]
    # A rollback's log is the run of what it undoes.
    assert desk.statuses(desk.get("/deployments")[0])[0]["log_url"] == RUN


def test_production_is_shown_as_such(desk: Desk) -> None:
    """A promotion is a production deployment; the former one becomes inactive."""
    first = desk.deploy("prod")
    desk.journal.end(first, Outcome.VALIDATED, "validated before")
    desk.reports.flush()
    for _ in range(MOST + 2):
        desk.deploy()
    second = desk.deploy("prod")
    desk.journal.end(second, Outcome.VALIDATED, "validated before")
    while desk.reports.flush():
        desk.clock.sleep(1)
    shown = dict(desk.shown())
    assert shown[f"prod {first.sha.short}"] == ["success", "inactive"]
    assert shown[f"prod {second.sha.short}"] == ["success"]
    assert desk.commit_states(second.sha) == []
    assert desk.get("/deployments?environment=prod")[0]["production_environment"]


OUTAGES = {
    "5xx": wire_faults.server_error(502),
    "page for JSON": wire_faults.html_page(503),
    "bad credentials": wire_faults.bad_credentials(),
    "no permission": wire_faults._error(403, "Resource not accessible"),
    "secondary limit": wire_faults.secondary_limit(90),
    "limit used up": wire_faults.rate_limit_used_up(10_000_000_000),
    "too many": wire_faults.secondary_limit(90, 429),
}


@pytest.mark.parametrize("fault", OUTAGES.values(), ids=OUTAGES)
def test_outage_then_recovery(desk: Desk, fault: Fault) -> None:
    """Nothing is lost in an outage; afterwards each thing is told once, in order."""
    made = desk.deploy()
    desk.server.faults.inject(fault, times=None)
    for _ in range(3):
        assert "wait in the journal" in desk.reports.flush()
        desk.clock.sleep(1)
    rows = desk.journal._database.execute("SELECT * FROM reported").fetchall()
    assert len(rows) == 2  # An outage is one fact, however often it is met.
    desk.server.faults.clear()
    desk.journal.end(made, Outcome.VALIDATED, "CI passed")
    desk.clock.sleep(20_000_000_000)
    assert desk.reports.flush() == ""
    assert desk.shown() == [(f"preprod {made.sha.short}", ["success"])]
    assert desk.commit_states(made.sha) == ["success"]


def test_refused_connection_then_recovery(desk: Desk) -> None:
    """GitHub out of reach is an outage like another."""
    desk.deploy()
    desk.server.refuse_connections()
    assert "connection refused" in desk.reports.flush()
    desk.server.accept_connections()
    assert desk.reports.flush() == ""
    assert len(desk.shown()) == 1


def test_short_pause_is_waited_for(desk: Desk) -> None:
    """When GitHub asks for a pause that fits, it is made and the report goes out."""
    desk.deploy()
    desk.server.faults.inject(wire_faults.secondary_limit(3), times=1)
    slept = len(desk.clock.slept)
    assert desk.reports.flush() == ""
    assert desk.clock.slept[slept:] == [3]
    assert len(desk.shown()) == 1


def test_long_pause_is_obeyed_by_the_next_process(desk: Desk) -> None:
    """Until the time that GitHub named, nothing is sent, whoever flushes."""
    desk.deploy()
    desk.server.faults.inject(wire_faults.secondary_limit(90), times=1)
    assert "HTTP 403" in desk.reports.flush()
    served = desk.server.limits.of(desk.server.token).used
    desk.clock.sleep(80)
    assert "a pause of 10 s more" in desk.reports.flush()
    assert desk.server.limits.of(desk.server.token).used == served
    desk.clock.sleep(11)
    assert desk.reports.flush() == "" and len(desk.shown()) == 1


def test_lost_answer_makes_no_second_deployment(desk: Desk) -> None:
    """GitHub took it, its answer was lost: it is found again, not made twice."""
    made = desk.deploy()
    desk.server.faults.inject(wire_faults.truncated_json(), times=1)
    assert "unknown form" in desk.reports.flush()
    assert desk.reports.flush() == ""
    assert desk.shown() == [(f"preprod {made.sha.short}", ["in_progress"])]


def test_commit_that_github_lacks_holds_nobody_up(desk: Desk) -> None:
    """A commit that a force-push took is given up; the others are told as ever."""
    desk.put_up("preprod", Sha("d" * 40))
    made = desk.deploy()
    assert [desk.reports.flush() for _ in range(2)] == ["", ""]
    assert desk.shown() == [(f"preprod {made.sha.short}", ["in_progress"])]


def test_first_token_does_not_flood(desk: Desk) -> None:
    """Of a long history only the newest deployments are told."""
    made = [desk.deploy() for _ in range(MOST + 5)]
    while desk.reports.flush():
        desk.clock.sleep(1)
    shown = [name for name, _ in desk.shown()]
    assert shown == [f"preprod {one.sha.short}" for one in made[-MOST:]]


def test_without_a_token_nothing_is_sent_or_lost(desk: Desk) -> None:
    """No token, no word; with the first one, what happened is told."""
    made = desk.deploy()
    none = Reports(desk.reports.journal, desk.reports.lock, None, PLACES, desk.clock)
    assert none.flush() == "" and desk.shown() == []
    assert desk.reports.flush() == ""
    assert desk.shown() == [(f"preprod {made.sha.short}", ["in_progress"])]


def test_time_is_bounded(desk: Desk) -> None:
    """When its time is up, what is left goes out with the next flush."""
    desk.deploy()
    parts = (desk.reports.github, PLACES, desk.clock)
    hasty = Reports(desk.reports.journal, desk.reports.lock, *parts, patience=-1)
    assert "out of time" in hasty.flush() and desk.shown() == []
    assert desk.reports.flush() == "" and len(desk.shown()) == 1


def test_forgotten_environment_is_left_out(desk: Desk) -> None:
    """A deployment on an environment that is no more configured is told to nobody."""
    desk.deploy("staging")
    assert desk.reports.flush() == "" and desk.shown() == []


def test_flushing_never_raises_and_is_bounded(desk: Desk, tmp_path: Path) -> None:
    """A busy lock or a damaged journal is a word, not a failure."""
    desk.deploy()
    with held(desk.reports.lock, desk.clock, patience=1):
        before = desk.clock.elapsed
        assert "wait in the journal" in desk.reports.flush()
        assert desk.clock.elapsed - before <= desk.reports.patience + 1
    damaged = tmp_path / "damaged.db"
    damaged.write_text("garbage" * 1000)
    github = desk.reports.github
    broken = Reports(damaged, desk.reports.lock, github, PLACES, desk.clock)
    assert "opening the journal" in broken.flush()


def test_a_commit_status_is_a_setting_of_its_own(desk: Desk) -> None:
    """Where an environment has none, its deployments are told, not its commits."""
    places = {"preprod": Place("preprod", "", False, has_commit_status=False)}
    reports = replace(desk.reports, places=places)
    one = desk.put_up("preprod", Sha(desk.clone.commit({"a": "1"})))
    desk.clone.push()
    reports.flush()
    assert desk.get(f"/commits/{one.sha}/statuses") == []
