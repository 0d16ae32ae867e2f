"""The workflow files say what the team relies on, read as data."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from checks import GROUPS, ON_REQUEST
from noxfile import CHECKS
from pipeline.adapters.git_store import FETCH_TIMEOUT
from pipeline.wiring import LOCK_PATIENCE

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES_BY_NAME = {path.name: path for path in FILES}
SUITES = "library faults rehearsal browser docker pages stories".split()
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
COMMENTED = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
KNOWN_CHECKS = {*GROUPS, '"$SUITE"'}
OURS = re.compile(r"70_scripts/(run_ci_checks\.sh|run)((?: +[\w.$\"-]+)*)")


def load(path: Path) -> dict[Any, Any]:
    """Return a workflow; YAML 1.1 reads the key ``on`` as True."""
    document: dict[Any, Any] = yaml.safe_load(path.read_text())
    document["on"] = document.pop(True, document.get("on"))
    return document


def with_of(step: dict[str, Any]) -> dict[str, Any]:
    """Return what a step gives its action."""
    given: dict[str, Any] = step.get("with", {})
    return given


def steps(path: Path) -> list[dict[str, Any]]:
    """Return every step of a workflow."""
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=FILES, ids=lambda path: str(path.name))
def path(request: pytest.FixtureRequest) -> Path:
    """Give each workflow file in turn."""
    found: Path = request.param
    return found


def test_both_workflows_of_a_push_are_there() -> None:
    """A push to main starts CI and the deployment, neither waiting for the other."""
    for name in ("ci.yml", "cd-preprod.yml"):
        triggers = load(ROOT / ".github" / "workflows" / name)["on"]
        assert triggers["push"] == {"branches": ["main"]}


def test_actions_are_pinned(path: Path) -> None:
    """Every action is pinned to a full commit, its version in a comment."""
    used = [step["uses"] for step in steps(path) if "uses" in step]
    lines = [line for line in path.read_text().splitlines() if "uses:" in line]
    assert all(PINNED.match(name) for name in used)
    assert len(lines) == len(used) and all(COMMENTED.search(line) for line in lines)


def test_permissions_are_granted_by_job(path: Path) -> None:
    """Nothing is granted on top; each job says what it needs."""
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())


def test_jobs_are_bounded(path: Path) -> None:
    """Every job has a time limit and every workflow a concurrency group."""
    workflow = load(path)
    assert "concurrency" in workflow
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


@pytest.mark.parametrize("name", ["cd-preprod", "cd-prod", "rollback", "settle"])
def test_limits_outlast_what_the_scripts_wait_for(name: str) -> None:
    """No job that changes an environment is killed while its script is within bounds.

    It may wait for the lock, fetch, build two images and check the health twice: for
    the new version, and for the one that it returns to.
    """
    config = yaml.safe_load((ROOT / "pipeline.yml").read_text())
    health, build = config["health"], config["image"]["build_deadline"]
    gate = health["deadline"] + health["soak"]
    longest = LOCK_PATIENCE + FETCH_TIMEOUT + 2 * (build + gate)
    (job,) = load(FILES_BY_NAME[f"{name}.yml"])["jobs"].values()
    assert job["timeout-minutes"] * 60 >= longest


def test_steps_are_thin(path: Path) -> None:
    """A step is named, runs at most three lines, and no expression enters a shell."""
    for step in steps(path):
        assert step["name"]
        assert len(step.get("run", "").splitlines()) <= 3
        assert "${{" not in step.get("run", "")


def test_scripts_exist_and_take_the_flags(path: Path) -> None:
    """Every script that a step names exists and knows the options it is given."""
    for step in steps(path):
        for script, rest in OURS.findall(step.get("run", "")):
            words = rest.split()
            verb = "check" if script.endswith(".sh") else words.pop(0)
            source = ROOT / "70_scripts" / f"{verb}.py"
            assert source.exists()
            assert verb != "check" or set(words) & KNOWN_CHECKS
            options = [word for word in words if word.startswith("--")]
            assert all(f'"{option}"' in source.read_text() for option in options)


def test_every_suite_of_the_pipeline_has_its_machine() -> None:
    """CI runs each check of the group that people run, none is forgotten."""
    jobs = load(FILES_BY_NAME["ci.yml"])["jobs"]
    suites = jobs["pipeline-tests"]["strategy"]["matrix"]["suite"]
    groups = ("pipeline", *ON_REQUEST)
    of_pipeline = {each.name for each in CHECKS if each.group in groups}
    assert set(suites) == set(SUITES) == of_pipeline


def test_pull_requests_never_reach_the_vm(path: Path) -> None:
    """A job of the self-hosted runner is never started by a pull request."""
    workflow = load(path)
    has_vm = any("self-hosted" in job["runs-on"] for job in workflow["jobs"].values())
    assert not (has_vm and "pull_request" in workflow["on"])


def test_the_vm_checks_nothing_out(path: Path) -> None:
    """A job on the VM runs the validated scripts that are there, nothing else."""
    for job in load(path)["jobs"].values():
        if "self-hosted" in job["runs-on"]:
            for step in job["steps"]:
                assert "uses" not in step
                assert "~/mangetamain/70_scripts/run" in step["run"]


def test_only_pushes_to_main_are_settled() -> None:
    """What CI says of a pull request or of a fork's main is no verdict."""
    settle = load(ROOT / ".github" / "workflows" / "settle.yml")
    assert settle["on"]["workflow_run"]["workflows"] == ["CI"]
    assert load(ROOT / ".github" / "workflows" / "ci.yml")["name"] == "CI"
    condition = settle["jobs"]["settle"]["if"]
    for demand in ("event == 'push'", "== 'main'", "== github.repository"):
        assert demand in condition


def test_pull_requests_get_no_secrets(path: Path) -> None:
    """Where a secret is given, the job or the value itself is for pushes only."""
    workflow = load(path)
    if "pull_request" not in workflow["on"]:
        return
    jobs = workflow.pop("jobs")
    assert "secrets." not in str(workflow)
    for job in jobs.values():
        if "&& github.event_name == 'push' &&" not in job.get("if", ""):
            given = re.findall(r"(\S+ \S+ \S+ \S+) secrets\.", json.dumps(job))
            assert json.dumps(job).count("secrets.") == len(given)
            assert set(given) <= {"github.event_name == 'push' &&"}


def test_infrastructure_may_fail() -> None:
    """What lies outside of the repository decides about no commit."""
    jobs = load(FILES_BY_NAME["ci.yml"])["jobs"]
    assert jobs["infrastructure-tests"]["continue-on-error"] is True
    environment = jobs["summary"]["env"]
    deciding = environment["ALWAYS"] + environment["WHERE_THEY_RUN"]
    assert "infrastructure" not in deciding and "infrastructure" in environment["TABLE"]


def test_the_summary_shows_every_job() -> None:
    """It waits for all other jobs, names each, and has none of them left to guess."""
    jobs = load(FILES_BY_NAME["ci.yml"])["jobs"]
    others = set(jobs) - {"summary"}
    summary = jobs["summary"]
    assert set(summary["needs"]) == others
    environment = summary["env"]
    deciding = environment["ALWAYS"] + environment["WHERE_THEY_RUN"]
    for key in others:
        assert jobs[key]["name"].partition(" (")[0] in environment["TABLE"]
        is_deciding = f"needs.{key}.result" in deciding
        assert is_deciding is not jobs[key].get("continue-on-error", False)


def test_coverage_is_kept() -> None:
    """The app's coverage report can be looked at for thirty days, also of a failure."""
    kept = [step for step in steps(FILES_BY_NAME["ci.yml"]) if "path" in with_of(step)]
    assert [step["with"]["path"] for step in kept] == ["10_preprod/htmlcov"]
    assert kept[0]["with"]["retention-days"] == 30
    assert "!cancelled()" in kept[0]["if"]


def test_a_push_to_main_never_cancels_a_verdict() -> None:
    """CI's concurrency group is the commit's own on main: no push cancels another.

    Nor does a pull request another one: branches of two forks may be named the same.
    """
    concurrency = load(FILES_BY_NAME["ci.yml"])["concurrency"]
    assert "head_ref" not in concurrency["group"]
    assert "pull_request.number || github.sha" in concurrency["group"]
    only_pulls = "${{ github.event_name == 'pull_request' }}"
    assert concurrency["cancel-in-progress"] == only_pulls


def test_rollbacks_are_held_by_nothing() -> None:
    """No other workflow is in their group, and none of them is dropped from it."""
    groups = {name: load(file)["concurrency"] for name, file in FILES_BY_NAME.items()}
    rollbacks = groups.pop("rollback.yml")
    assert rollbacks["group"] == "rollback-${{ inputs.environment }}"
    assert rollbacks["queue"] == "max" and not rollbacks["cancel-in-progress"]
    assert all("rollback" not in other["group"] for other in groups.values())


def test_github_has_one_environment_for_each_of_ours(path: Path) -> None:
    """What a job names is what the scripts report, and only they report it."""
    config = yaml.safe_load((ROOT / "pipeline.yml").read_text())
    for job in load(path)["jobs"].values():
        if environment := job.get("environment"):
            assert environment["name"] in config["environments"]
            assert environment["deployment"] is False


def test_what_failed_tells_nothing_itself(path: Path) -> None:
    """A job that follows a failure runs no code of its commit and gets no secret.

    It also follows a time limit and a cancellation, which ``failure()`` misses.
    """
    text = path.read_text()
    assert "failure()" not in text and "== 'failure'" not in text
    for job in load(path)["jobs"].values():
        if "always()" in job.get("if", ""):
            assert not any("uses" in step for step in job["steps"])
            assert "secrets." not in json.dumps(job)


def test_the_gate_is_what_the_pipeline_believes() -> None:
    """The jobs of a push that the summary needs are those that decide it early."""
    jobs = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]
    needed = {
        jobs[key]["name"].replace("${{ matrix.suite }}", suite)
        for key in jobs["summary"]["needs"]
        if "'pull_request'" not in jobs[key].get("if", "")  # No push has these.
        and not jobs[key].get("continue-on-error", False)
        for suite in SUITES
    }
    config = yaml.safe_load((ROOT / "pipeline.yml").read_text())
    assert needed == set(config["ci"]["gate_jobs"])
