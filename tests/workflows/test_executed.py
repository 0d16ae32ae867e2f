"""Each workflow file, executed by the real act, with scripts that note their call."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from rehearsal.github.runs import Run
from rehearsal.github.scripting import ScriptedRun
from rehearsal.github.server import GitHubServer

from tests.workflows.test_shape import SUITES

pytestmark = pytest.mark.act
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
PAUSE = 0.05
GATE = "Summary"
WEBHOOK = "https://discord.example/webhook"
PIPELINE_TESTS = tuple(f"Pipeline tests ({suite})" for suite in SUITES)
NOTING = """#!/bin/sh
# Note the call; wait, or fail, where the test wants it.
echo "$(basename "$0") $*" >>"$HOME/calls"
echo "$DISCORD_WEBHOOK_URL" >>"$HOME/webhooks"
while grep -qsx "$1" "$HOME/waits"; do sleep 0.02; done
! grep -qsx "$1" "$HOME/fails"
"""


@dataclass
class Site:
    """An origin with the real workflow files, and a home that notes calls."""

    home: Path
    clone: Path
    github: GitHubServer

    def push(self, branch: str = "main") -> str:
        """Push a commit; return its SHA."""
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        self.git("push", "--quiet", "origin", f"HEAD:{branch}")
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the clone; return what it printed."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        argv = ("git", "-C", str(self.clone), *who, *arguments)
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def dispatch(self, workflow: str, **inputs: str) -> None:
        """Start a workflow by hand, on main."""
        path = f"actions/workflows/{workflow}/dispatches"
        self.ask("POST", path, {"ref": "main", "inputs": inputs})

    def cancel(self, run: Run) -> None:
        """Cancel a run, as its page's button does."""
        self.ask("POST", f"actions/runs/{run.id}/cancel")

    def deployments(self) -> Any:
        """Return what GitHub's page of environments shows."""
        return self.ask("GET", "deployments").json()

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        """Ask GitHub's API for something."""
        url = f"{self.github.api_url}/repos/o/r/{path}"
        token = {"Authorization": f"Bearer {self.github.token}"}
        answer = requests.request(method, url, json=body, headers=token, timeout=20)
        assert answer.ok, answer.text
        return answer

    def run(
        self,
        sha: str,
        workflow: str,
        is_so: Callable[[Run], bool] = lambda run: run.is_completed,
    ) -> Run:
        """Return a commit's newest run of a workflow, ended."""
        return self.github.wait_for_run(sha, workflow, PATIENCE, is_so)

    def state(self, run: Run) -> str:
        """Return how a run stands now."""
        found = self.github.ledger.run(run.id)
        return found.status if found else ""

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait, within bounds, until something is so."""
        pause = Event()
        for _ in range(int(PATIENCE / PAUSE)):
            if is_so():
                return
            pause.wait(PAUSE)
        raise AssertionError("it did not come to pass")

    def summary(self, run: Run) -> str:
        """Return what the gate's job writes onto the page of its run."""
        return next(job.summary for job in self.github.jobs(run) if job.name == GATE)

    def conclusions(self, run: Run) -> dict[str, str | None]:
        """Return the conclusion of each job of a run, by name."""
        return {job.name: job.conclusion for job in self.github.jobs(run)}

    def calls(self) -> list[str]:
        """Return every call that was noted."""
        file = self.home / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def last_deployment(self) -> str:
        """Return the newest call of a deployment: CI's calls come in between."""
        return [call for call in self.calls() if call.startswith("run deploy")][-1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give an origin whose scripts only note that they were called."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", origin), check=True)
    subprocess.run(("git", "clone", "-q", origin, clone), check=True)
    shutil.copytree(ROOT / ".github", clone / ".github")
    vm = tmp_path / "mangetamain"
    own = [clone / "70_scripts" / name for name in ("run", "run_ci_checks.sh")]
    for script in (*own, vm / "70_scripts/run"):
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(NOTING)
        script.chmod(0o755)
    (clone / "10_preprod/htmlcov").mkdir(parents=True)
    (clone / "10_preprod/htmlcov/index.html").write_text("covered")
    act = Path(sys.executable).with_name("act")
    secrets = {"DISCORD_WEBHOOK_URL": WEBHOOK}
    with GitHubServer(origin, "o", "r", act, tmp_path, secrets=secrets) as github:
        made = Site(tmp_path, clone, github)
        made.git("checkout", "--quiet", "-b", "main")
        made.git("add", "--all")
        yield made


def test_ci_runs_every_check(site: Site) -> None:
    """A push to main is checked by each group in a job of its own, then summed up.

    What lies outside of the repository decides nothing: its failure fails no run.
    """
    (site.home / "fails").write_text("infrastructure")
    run = site.run(site.push(), "ci.yml")
    assert run.conclusion == "success"
    ends = site.conclusions(run)
    del ends["Infrastructure tests"]
    assert ends == {
        **dict.fromkeys(("Quality", "Preprod tests", *PIPELINE_TESTS), "success"),
        "Commit messages": "skipped",
        "Summary": "success",
    }
    assert "| Infrastructure tests | failure | no |" in site.summary(run)
    groups = ("quality", "advice", "preprod", "infrastructure")
    checks = {call for call in site.calls() if call.startswith("run_ci_checks.sh")}
    assert checks == {
        *(f"run_ci_checks.sh {group}" for group in groups),
        *(f"run_ci_checks.sh {it} --changed-since-passed" for it in SUITES),
    }


def test_slow_tests_can_be_left_out(site: Site) -> None:
    """Where the variable says so, as in the rehearsal, the quick jobs decide alone."""
    site.github.variables["SLOW_TESTS"] = "off"
    run = site.run(site.push(), "ci.yml")
    assert run.conclusion == "success"
    ran = {name for name, end in site.conclusions(run).items() if end != "skipped"}
    assert ran == {"Quality", "Preprod tests", "Summary"}


@pytest.mark.parametrize("check", ["quality", "preprod", "faults"])
def test_one_failing_check_closes_the_gate(site: Site, check: str) -> None:
    """Any one's failure fails the summary, so the run; no step gets the webhook."""
    (site.home / "fails").write_text(check)
    run = site.run(site.push(), "ci.yml")
    assert run.conclusion == "failure"
    assert site.conclusions(run)["Summary"] == "failure"
    rows = site.summary(run).splitlines()
    assert (
        len(rows) == 2 + 5 and len([row for row in rows if "| failure |" in row]) == 1
    )
    assert not (site.home / "webhooks").read_text().split()


def test_a_cancelled_ci_keeps_the_gate_closed(site: Site) -> None:
    """The summary runs also then, and fails."""
    (site.home / "waits").write_text("quality")
    sha = site.push()
    site.wait(lambda: "run_ci_checks.sh quality" in site.calls())
    site.cancel(site.github.runs(sha, "ci.yml")[0])
    run = site.run(sha, "ci.yml")
    assert run.conclusion != "success"
    assert site.conclusions(run)["Summary"] != "success"


def test_the_deployment_gets_exactly_the_pushed_sha(site: Site) -> None:
    """A push to main calls the VM's own script with the full SHA of the event."""
    sha = site.push()
    assert site.run(sha, "cd-preprod.yml").conclusion == "success"
    assert f"run deploy preprod --sha {sha}" in site.calls()


@pytest.mark.parametrize("is_named", [True, False])
def test_a_deployment_by_hand(site: Site, is_named: bool) -> None:
    """It takes the SHA that a person typed, else the newest of main."""
    older, newest = site.push(), site.push()
    site.run(newest, "cd-preprod.yml")
    given = {"sha": older} if is_named else {}
    site.dispatch("cd-preprod.yml", **given)
    run = site.run(newest, "cd-preprod.yml")
    assert (run.trigger.event, run.conclusion) == ("workflow_dispatch", "success")
    wanted = older if is_named else newest
    assert site.last_deployment() == f"run deploy preprod --sha {wanted}"


def test_hostile_inputs_stay_data(site: Site) -> None:
    """What is typed into a form reaches the script as one argument, never a shell."""
    # Into the home: a workspace is gone before anybody could look for it there.
    hostile = "$(touch ~/pwned)`touch ~/pwned`; touch ~/pwned; \"' --override-bad"
    sha = site.push()
    site.run(sha, "cd-preprod.yml")
    site.dispatch("cd-preprod.yml", sha=hostile)
    site.run(sha, "cd-preprod.yml")
    assert site.last_deployment() == f"run deploy preprod --sha {hostile}"
    assert not (site.home / "pwned").exists()


def test_a_promotion_that_waits_for_review_holds_no_rollback(site: Site) -> None:
    """The rollback runs meanwhile; once approved, so do both promotions, in order."""
    site.github.reviewed.add("prod")
    sha = site.push()
    site.run(sha, "ci.yml")
    for _ in range(3):
        site.dispatch("cd-prod.yml", confirm="DEPLOY")
    first = site.run(sha, "cd-prod.yml", lambda run: run.status == "pending")
    site.dispatch("rollback.yml", environment="prod", confirm="ROLLBACK")
    assert site.run(sha, "rollback.yml").conclusion == "success"
    assert "run rollback prod --confirm=ROLLBACK --to=" in site.calls()
    assert not [call for call in site.calls() if "promote" in call]
    for run in site.github.runs(sha, "cd-prod.yml")[::-1]:
        site.wait(lambda: site.state(run) == "waiting")
        site.github.approve(run)
        site.wait(lambda: site.state(run) == "completed")
    ends = [run.conclusion for run in site.github.runs(sha, "cd-prod.yml")]
    assert ends == ["success"] * 3 and first.id
    assert len([call for call in site.calls() if "run promote" in call]) == 3
    assert site.deployments() == [], "GitHub recorded one of its own"


def test_no_push_cancels_a_rollback_that_waits(site: Site) -> None:
    """Rollbacks of one environment take turns, and each of them has its turn."""
    sha = site.push()
    site.run(sha, "cd-preprod.yml")
    (site.home / "waits").write_text("rollback")
    for to in ("", sha, sha):
        site.dispatch("rollback.yml", environment="preprod", confirm="ROLLBACK", to=to)
    site.wait(lambda: any("rollback" in call for call in site.calls()))
    pushed = site.push()
    assert site.run(pushed, "cd-preprod.yml").conclusion == "success"
    (site.home / "waits").unlink()
    for run in site.github.runs(sha, "rollback.yml"):
        site.wait(lambda: site.state(run) == "completed")
    ends = [run.conclusion for run in site.github.runs(sha, "rollback.yml")]
    assert ends == ["success"] * 3


def test_a_push_cancels_no_deployment_by_hand(site: Site) -> None:
    """Of pushes the newest that waits is kept; what a person started is, too."""
    sha = site.push()
    site.run(sha, "cd-preprod.yml")
    (site.home / "waits").write_text("deploy")
    site.dispatch("cd-preprod.yml", sha=sha)
    shas = [site.push() for _ in range(3)]
    site.wait(lambda: bool(site.github.runs(shas[-1], "cd-preprod.yml")))
    (site.home / "waits").unlink()
    by_hand = site.run(sha, "cd-preprod.yml")
    assert (by_hand.trigger.event, by_hand.conclusion) == (
        "workflow_dispatch",
        "success",
    )
    ends = [site.run(sha, "cd-preprod.yml").conclusion for sha in shas]
    assert ends[-1] == "success" and set(ends[:-1]) <= {"success", "cancelled"}


def test_a_failed_deployment_is_a_red_run(site: Site) -> None:
    """The exit code of the script is the result of the workflow."""
    (site.home / "fails").write_text("deploy")
    assert site.run(site.push(), "cd-preprod.yml").conclusion == "failure"


def test_other_branches_are_not_deployed(site: Site) -> None:
    """A push to a feature branch starts neither workflow."""
    sha = site.push("feature")
    main = site.push()
    site.run(main, "ci.yml")
    assert site.github.runs(sha) == []


@pytest.mark.parametrize("is_red", [False, True])
def test_a_finished_ci_is_settled(site: Site, is_red: bool) -> None:
    """Whatever CI concludes, its commit is settled by the VM's own script."""
    if is_red:
        (site.home / "fails").write_text("quality")
    sha = site.push()
    assert site.run(sha, "ci.yml").conclusion == ("failure" if is_red else "success")
    assert site.run(sha, "settle.yml").conclusion == "success"
    assert f"run settle preprod --sha {sha}" in site.calls()


@pytest.mark.parametrize(
    "other", [{"event": "pull_request"}, {"event": "workflow_dispatch"}]
)
def test_other_runs_of_ci_settle_nothing(site: Site, other: dict[str, str]) -> None:
    """The end of a run that is no push to main starts no settling."""
    sha = site.push()
    first, name = site.run(sha, "settle.yml"), site.run(sha, "ci.yml")
    site.run(sha, "cd-preprod.yml")
    before = site.calls()
    scripted = ScriptedRun(sha, "success", run_id=name.id, **other)
    site.github.announce_end(site.github.script_runs(scripted)[0])
    run = site.github.wait_for_run(
        sha,
        "settle.yml",
        PATIENCE,
        lambda run: run.is_completed and run.id != first.id,
    )
    assert site.conclusions(run) == {"Settle on preprod": "skipped"}
    assert site.calls() == before


def test_health_is_checked_from_both_sides(site: Site) -> None:
    """By hand or by cron, the hosted job looks from outside, the VM's from inside."""
    sha = site.push()
    site.run(sha, "ci.yml")
    assert not site.github.runs(sha, "health-check.yml")
    site.dispatch("health-check.yml")
    run = site.run(sha, "health-check.yml")
    assert set(site.conclusions(run)) == {"From outside", "From inside"}
    assert run.conclusion == "success"
    assert "run check_health --from outside --state .health" in site.calls()
    assert "run check_health --from inside" in site.calls()
