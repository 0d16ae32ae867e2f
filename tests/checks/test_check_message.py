"""`check_message` as CI calls it: what fails a pull request, and what does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.checks.conftest import environment


def checked(folder: Path, *messages: str) -> "subprocess.CompletedProcess[str]":
    """Commit these messages onto a first one; check them as a pull request's."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git = ("git", "-C", str(folder), *who)
    subprocess.run((*git, "init", "-q", "-b", "main"), check=True)
    for message in ("feat: first", *messages):
        made = (*git, "commit", "-q", "--allow-empty", "-m", message)
        subprocess.run(made, check=True)
    script = str(ROOT / "70_scripts/check_message.py")
    commits = f"HEAD~{len(messages)}..HEAD"
    argv = (sys.executable, script, "--commits", commits)
    env = {**environment(folder), "GITHUB_ACTIONS": "true"}
    del env["HOME"]  # No rule of a message is in a home.
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("message", ["Add a page", "Fix bug analysis", "Doc: the page"])
def test_free_forms_are_advised_against(tmp_path: Path, message: str) -> None:
    """A pull request shows a warning and goes on."""
    done = checked(tmp_path, message, "fix: bug")
    assert done.returncode == 0, done.stderr
    assert f"::warning::'{message}' is not <type>" in done.stderr


def test_other_messages_fail(tmp_path: Path) -> None:
    """What is no message of any form is refused, whatever else is well."""
    done = checked(tmp_path, "Add a page", "wip")
    assert done.returncode == 3 and "::error::" in done.stderr
