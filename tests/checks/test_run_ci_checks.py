"""`run_ci_checks.sh` from a fresh clone: green, then red in the right row."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from noxfile import BROWSERS

from tests.checks.conftest import Clone, path_without
from tests.unit.waiting import wait_until

pytestmark = pytest.mark.slow
PACKAGE = "10_preprod/src/mangetamain_analytics"
FAILING = (
    '"""Fail."""\n\n\ndef test_it() -> None:\n    """Fail."""\n    assert 1 == 2\n'
)
UNFORMATTED = '"""Do nothing."""\nN = { 1:2 }\n'
UNDOCUMENTED = "N = 1\n"
UNTYPED = '"""Do nothing."""\n\nN: int = "text"\n'


def test_what_is_green_has_a_row(clone: Clone) -> None:
    """Checks pass in a fresh clone, with a row and a duration each.

    That all of them do is seen by `.ci/run`, which runs them in one.
    """
    seen = clone.check("black", "flake8", "pydocstyle")
    assert (seen.code, seen.red) == (0, set()), seen.screen
    assert {"black", "flake8", "pydocstyle"} == set(seen.rows)
    durations = re.findall(r"│ +[\w-]+ +│ \w+ +│ +\d+\.\d s +│", seen.screen)
    assert len(durations) == len(seen.rows)


@pytest.mark.parametrize(
    ("file", "text", "wanted", "red", "word"),
    [
        ("10_preprod/tests/test_no.py", FAILING, "preprod", "app-tests", "1 == 2"),
        (f"{PACKAGE}/no.py", UNDOCUMENTED, "flake8 pydocstyle", "pydocstyle", "D100"),
        (f"{PACKAGE}/no.py", UNFORMATTED, "black", "black", "would reformat"),
        ("70_scripts/no.py", UNTYPED, "mypy", "mypy", "Incompatible types"),
    ],
    ids=["test", "docstring", "format", "types"],
)
def test_what_is_broken_is_the_red_row(
    broken: Clone, file: str, text: str, wanted: str, red: str, word: str
) -> None:
    """One thing broken on purpose is one red row, with its log and an exit code.

    Too low a coverage is among the documented troubles, which have tests of their own.
    """
    if wanted == "preprod":
        broken.leave_quick_tests()
    (broken.path / file).write_text(text)
    seen = broken.check(*wanted.split())
    assert seen.code != 0 and seen.red == {red}, seen.screen
    assert word in seen.screen


def test_prod_checks_what_it_would_serve(broken: Clone) -> None:
    """What is not on main yet changes nothing for prod, and the tree is untouched."""
    broken.git("push", "-q", "origin", "HEAD:main")
    pushed = broken.git("rev-parse", "--short=7", "HEAD")
    (broken.path / PACKAGE / "no.py").write_text(UNFORMATTED)
    broken.git("add", "--all")
    broken.git("commit", "-q", "-m", "test: break the format")
    assert broken.check("black").red == {"black"}
    seen = broken.check("prod-black", "prod-flake8")
    assert (seen.code, seen.red) == (0, set()), seen.screen
    assert f"checking {pushed}, the newest of origin/main" in seen.screen
    assert broken.git("status", "--porcelain") == ""


def test_what_is_checked_out_is_checked_once(broken: Clone) -> None:
    """Where prod would serve this very commit its twin of a check is left out."""
    broken.git("push", "-q", "--force", "origin", "HEAD:main")
    seen = broken.check("flake8", "prod-flake8", "prod-black")
    assert (seen.code, set(seen.rows)) == (0, {"flake8", "prod-black"}), seen.screen
    assert "nothing is checked twice" in seen.screen


def test_unknown_check_is_told(clone: Clone) -> None:
    """A mistyped name is a usage error with those that there are."""
    seen = clone.check("qualtiy")
    assert seen.code == 2 and "there is no 'qualtiy'" in seen.screen
    assert "quality" in seen.screen


@pytest.mark.parametrize("where", ["here", "CI"])
def test_a_bare_machine_leaves_out_and_says_why(
    clone: Clone, tmp_path: Path, where: str
) -> None:
    """Without Chromium and Docker three suites are named with what to install."""
    variables = {"PATH": path_without(tmp_path / "bin", *BROWSERS, "docker", "uv")}
    if where == "CI":
        variables["CI"] = "true"
    wanted = ("browser", "docker", "pages", "black")
    seen = clone.check(*wanted, **variables)
    sign = "✗" if where == "CI" else "–"
    assert seen.code == int(where == "CI"), seen.screen
    assert seen.rows == {**dict.fromkeys(wanted[:3], sign), "black": "✓"}
    for reason in ("install chromium", "there is no docker command"):
        assert reason in " ".join(seen.screen.split())


def test_compiled_modules_are_kept(clone: Clone) -> None:
    """Scripts start fast also where the environment asks to keep none."""
    kept = clone.path / "70_scripts/pipeline/__pycache__"
    shutil.rmtree(kept, ignore_errors=True)
    argv = ("70_scripts/run", "notify", "--help")
    assert clone.run(*argv, PYTHONDONTWRITEBYTECODE="1").returncode == 0
    assert list(kept.glob("cli.*.pyc"))


def test_pipeline_tests_are_left_out_where_only_the_app_changed(broken: Clone) -> None:
    """A change of the app leaves nothing to run; any other one does not."""
    base = broken.git("rev-parse", "HEAD")
    (broken.path / PACKAGE / "no.py").write_text(UNTYPED)
    broken.git("add", "--all")
    broken.git("commit", "-q", "-m", "test: change the app")
    seen = broken.check("library", "--changed-since", base)
    assert (seen.code, seen.rows) == (0, {}), seen.screen
    assert f"changed since {base[:7]}" in seen.screen


def test_ctrl_c_leaves_nothing_running(clone: Clone) -> None:
    """Interrupted in the middle, it ends with 130, and all that it started ends.

    It is started as a shell starts what runs in its background: deaf to Ctrl-C.
    """
    deaf = "trap '' INT; exec 70_scripts/run_ci_checks.sh preprod"
    running = subprocess.Popen(
        ("bash", "-c", deaf),
        cwd=clone.path,
        env=clone.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # Not before: what installs the environment is a shell, and deaf.
    begun = "--cov-fail-under"
    wait_until(lambda: len(_inside(clone.path, begun)) > 1, "the app's tests")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130
    assert _inside(clone.path, "") == set()


def _inside(folder: Path, word: str) -> set[int]:
    """Return the processes that work in a folder, with a word in their command."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_here = Path(os.readlink(entry / "cwd")).is_relative_to(folder)
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if is_here and word in command and command:
            found.add(int(entry.name))
    return found
