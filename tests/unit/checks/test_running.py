"""Checks side by side, as nox runs them: together, alone, late, interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from checks.running import Ended, run

from tests.unit.tripwire import REPOSITORY
from tests.unit.waiting import has_died, wait_until

# Each of the two goes on only when it has seen the other.
MEET = "touch {0}; while [ ! -e {1} ]; do :; done"
WATCH = (
    "echo {0} >>order; touch {0}.here; "
    "[ $(ls *.here | wc -l) = 1 ]; c=$?; rm {0}.here; exit $c"
)
NOXFILE = """
import sys
sys.path.insert(0, {repository!r})
import nox, noxfile
nox.options.default_venv_backend = 'none'
noxfile.TIMEOUT = ("timeout", "--signal=INT", "--kill-after=1", {deadline!r})
for name, (group, script, obstacle) in {checks!r}.items():
    argv = ("sh", "-c", script)
    noxfile.Check(name, group, argv, {here!r}, lambda it=obstacle: it).register()
"""
Definition = Mapping[str, tuple[str, str, str]]


def write_noxfile(folder: Path, checks: Definition, deadline: str) -> Path:
    """Write a noxfile with these checks, made as the repository's own are."""
    text = NOXFILE.format(
        repository=str(REPOSITORY), deadline=deadline, checks=checks, here=str(folder)
    )
    (folder / "noxfile.py").write_text(text)
    return folder / "noxfile.py"


def run_all(
    folder: Path,
    scripts: Mapping[str, str],
    jobs: int = 2,
    *,
    group: str = "quality",
    obstacle: str = "",
    deadline: str = "60",
) -> dict[str, Ended]:
    """Run shell scripts as checks; return how they ended, by their names."""
    checks = {name: (group, text, obstacle) for name, text in scripts.items()}
    noxfile = write_noxfile(folder, checks, deadline)
    ended = run(dict.fromkeys(scripts, group), jobs, noxfile, {})
    return {each.name: each for each in ended}


def test_independent_checks_run_at_the_same_time(tmp_path: Path) -> None:
    """Two that wait for each other both end."""
    pair = {me: MEET.format(me, it) for me, it in ("ab", "ba")}
    assert [each.code for each in run_all(tmp_path, pair).values()] == [0, 0]


@pytest.mark.parametrize(("jobs", "group"), [(1, "quality"), (8, "pipeline")])
def test_one_after_another(tmp_path: Path, jobs: int, group: str) -> None:
    """With a single job, or where they need the machine, none sees another."""
    scripts = {name: WATCH.format(name) for name in "cab"}
    ended = run_all(tmp_path, scripts, jobs, group=group)
    assert {name: each.code for name, each in ended.items()} == dict.fromkeys("cab", 0)
    assert (tmp_path / "order").read_text().split() == list("cab")


def test_what_cannot_run_says_why(tmp_path: Path) -> None:
    """An obstacle is an end of its own kind, with its reason."""
    (ended,) = run_all(tmp_path, {"a": "touch ran"}, obstacle="no engine").values()
    assert (ended.code, ended.output) == (None, "no engine")
    assert not (tmp_path / "ran").exists()


def test_log_of_a_failure_is_shown_at_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What failed says it while the rest runs on; what is green says nothing."""
    scripts = {"red": "echo why; exit 3", "green": "echo fine"}
    ended = run_all(tmp_path, scripts)
    assert {name: each.code for name, each in ended.items()} == {"red": 3, "green": 0}
    assert ended["green"].output == "fine\n"
    screen = capfd.readouterr().out
    assert "why" in screen.splitlines() and "fine" not in screen.splitlines()


def test_a_jobs_log_takes_no_commands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a tool prints is never a command to the job around it."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run_all(tmp_path, {"red": "echo; echo ::error::y; exit 3"})
    lines = capfd.readouterr().out.splitlines()
    assert "::error::y" not in lines and any("error::y" in line for line in lines)


def test_late_check_is_ended(tmp_path: Path) -> None:
    """At its deadline a check fails with what it had said, and leaves nothing."""
    slow = "echo so far; sleep 60 & echo $! >pid; wait"
    (ended,) = run_all(tmp_path, {"slow": slow}, deadline="0.3").values()
    assert (ended.code, ended.output) == (124, "so far\n")
    assert has_died(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("group", "code", "output", "elsewhere", "in_ci"),
    [
        ("quality", 0, "", 0, 0),
        ("quality", 3, "", 3, 3),
        ("quality", None, "no engine", 0, 1),
        ("advice", 2, "", 0, 0),
        ("quality", 0, "SKIPPED [1] a.py:3: no\n1 passed", 0, 0),
    ],
    ids=["green", "red", "not run", "advice", "a test quotes pytest"],
)
def test_what_an_end_counts(
    group: str, code: int | None, output: str, elsewhere: int, in_ci: int
) -> None:
    """What could not run counts in CI, advice never does."""
    ended = Ended("a", group, code, output)
    assert ended.exit_code(is_ci=False) == elsewhere
    assert ended.exit_code(is_ci=True) == in_ci


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("only root can", 1),
        ("the team's S3 is not configured here: set X", 0),
        ("this network does not reach https://x/: no", 0),
        ("not that this network does not reach it", 1),
    ],
)
def test_a_skip_counts_in_ci(reason: str, code: int) -> None:
    """There a test that looked at nothing fails its check, but for a few reasons."""
    output = f"= short test summary info =\nSKIPPED [1] a.py:3: {reason}\n1 skipped"
    ended = Ended("a", "quality", 0, output)
    assert (ended.exit_code(is_ci=True), ended.exit_code(is_ci=False)) == (code, 0)


def test_hooks_place_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a git hook a test's own repositories must not become the pushed one."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    assert run_all(tmp_path, {"a": "echo [$GIT_DIR]"})["a"].output == "[]\n"


# A child that leads a session of its own, as the servers of a test run do.
FAMILY = "setsid sleep 60 & echo $! >{0}.new; mv {0}.new {0}; wait; touch {0}.more"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("trap", ["", "trap '' INT; "], ids=["polite", "deaf"])
def test_interrupt_ends_every_child(
    tmp_path: Path, sign: signal.Signals, trap: str
) -> None:
    """Ctrl-C, a cancelled job or a closed terminal leave no check running."""
    scripts = {name: trap + FAMILY.format(name) for name in "abc"}
    checks = {name: ("quality", text, "") for name, text in scripts.items()}
    noxfile = write_noxfile(tmp_path, checks, "60")
    driver = (
        "import signal\nfrom pathlib import Path\nfrom checks import running\n"
        "for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "    signal.signal(s, signal.default_int_handler)\n"
        "running.GRACE = 1.0\n"
        f"running.run(dict.fromkeys('abc', 'quality'), 2, Path({str(noxfile)!r}), {{}})"
    )
    running = subprocess.Popen(
        (sys.executable, "-c", driver),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    files = [tmp_path / "a", tmp_path / "b"]
    wait_until(lambda: all(file.exists() for file in files), "both to start")
    running.send_signal(sign)
    assert running.wait(60) != 0
    assert all(has_died(int(file.read_text())) for file in files)
    assert not (tmp_path / "c").exists() and not list(tmp_path.glob("*.more"))


def test_interrupted_tools_clean_up(tmp_path: Path) -> None:
    """A test run that is asked to end still does what it does at its end."""
    script = "trap 'touch cleaned; exit 1' INT; touch up; while :; do sleep 0.1; done"
    noxfile = write_noxfile(tmp_path, {"a": ("quality", script, "")}, "60")
    driver = (
        "from pathlib import Path\nfrom checks.running import run\n"
        f"run({{'a': 'quality'}}, 2, Path({str(noxfile)!r}), {{}})"
    )
    running = subprocess.Popen(
        (sys.executable, "-c", driver),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until((tmp_path / "up").exists, "its start")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) != 0 and (tmp_path / "cleaned").exists()
