"""The git hooks, installed by the one command, in a clone that pushes for real."""

import shutil

import pytest

from tests.checks.conftest import Clone

pytestmark = pytest.mark.slow
PACKAGE = "10_preprod/src/mangetamain_analytics"


@pytest.fixture
def hooked(broken: Clone) -> Clone:
    """Give a clone with its hooks installed."""
    seen = broken.check("--install-hooks")
    assert seen.code == 0 and seen.rows == {}, seen.screen
    return broken


def test_a_bad_message_is_refused(hooked: Clone) -> None:
    """The commit is not made, and the rule is told; a good message makes it."""
    before = hooked.git("rev-parse", "HEAD")
    commit = ("git", "commit", "--allow-empty", "-m")
    done = hooked.run(*commit, "Fix bug analysis")
    assert done.returncode != 0 and "<type>: <description>" in done.stderr
    assert hooked.git("rev-parse", "HEAD") == before
    assert hooked.run(*commit, "fix: bug analysis").returncode == 0
    assert hooked.git("rev-parse", "HEAD~1") == before


@pytest.mark.timeout(600)
def test_a_failing_check_stops_the_push(hooked: Clone) -> None:
    """What CI would find red does not leave this machine; mended, it does."""
    hooked.leave_quick_tests()
    shutil.rmtree(hooked.path / "tests")  # To have less to look through.
    file = hooked.path / PACKAGE / "no.py"
    file.write_text('"""Do nothing."""\nN = { 1:2 }\n')
    hooked.git("add", "--all")
    hooked.git("commit", "-q", "-m", "feat: break the format")
    push = ("git", "push", "origin", "HEAD:feature")
    done = hooked.run(*push)
    screen = done.stdout + done.stderr
    assert done.returncode != 0 and "✗ │ black" in screen, screen
    assert hooked.git("ls-remote", "origin", "feature") == ""
    file.unlink()
    hooked.git("commit", "-q", "--all", "--amend", "--allow-empty", "--no-edit")
    done = hooked.run(*push)
    assert done.returncode == 0, done.stdout + done.stderr
    assert hooked.git("rev-parse", "HEAD") in hooked.git("ls-remote", "origin")
