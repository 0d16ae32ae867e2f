"""What a job compares its commit with: the newest one that CI found wholly good."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal.github import GitHubServer, ScriptedRun

from tests.checks.conftest import Clone, Seen

PACKAGE = "10_preprod/src/mangetamain_analytics"
BROKEN = "raise SystemExit(7)  # Broken on purpose.\n"


@pytest.fixture
def github(broken: Clone, tmp_path: Path) -> Iterator[GitHubServer]:
    """Give a GitHub on which pushes start nothing."""
    with GitHubServer(broken.origin, "o", "r", None, tmp_path) as server:
        yield server


def commit(clone: Clone, file: str, text: str) -> str:
    """Commit a file; return the commit."""
    (clone.path / file).write_text(text)
    clone.git("add", "--all")
    clone.git("commit", "-q", "-m", f"test: change {file}")
    return clone.git("rev-parse", "HEAD")


def check(clone: Clone, github: GitHubServer) -> Seen:
    """Test the library as a job of CI does."""
    return clone.check(
        "library",
        "--changed-since-passed",
        GITHUB_ACTIONS="true",
        GITHUB_API_URL=github.api_url,
        GITHUB_REPOSITORY="o/r",
    )


def test_a_red_pipeline_stays_red_under_the_app(
    broken: Clone, github: GitHubServer
) -> None:
    """Where only the app changed since, what was red is tested until it has passed."""
    good = broken.git("rev-parse", "HEAD")
    red = commit(broken, "tests/conftest.py", BROKEN)
    commit(broken, f"{PACKAGE}/more.py", "MORE = 1\n")
    github.script_runs(ScriptedRun(good), ScriptedRun(red, "failure"))
    assert check(broken, github).red == {"library"}
    left_out = {"Quality": "success", "Preprod tests": "success"}
    (run,) = github.script_runs(ScriptedRun(red, jobs=left_out))
    assert check(broken, github).red == {"library"}
    github.script_runs(ScriptedRun(red, run_id=run.id, attempt=2))
    seen = check(broken, github)
    assert (seen.code, seen.rows) == (0, {}), seen.screen
    assert f"changed since {red[:7]}" in seen.screen


def test_where_nothing_passed_everything_is_tested(
    broken: Clone, github: GitHubServer
) -> None:
    """Nothing is left out where nothing is known, or GitHub does not answer."""
    commit(broken, "tests/conftest.py", BROKEN)
    commit(broken, f"{PACKAGE}/more.py", "MORE = 1\n")
    assert check(broken, github).red == {"library"}
    seen = broken.check("library", "--changed-since-passed")
    assert seen.red == {"library"} and "no job of CI" in seen.screen
