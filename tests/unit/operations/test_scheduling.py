"""Checks side by side: together, alone, late, interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pipeline.effects.clock import SystemClock
from pipeline.operations.checking import Check
from pipeline.operations.scheduling import TIMED_OUT, Ended, carry_out, worst

from tests.unit.waiting import has_died, wait_until

# Each of the two goes on only when it has seen the other.
MEET = "touch {0}; while [ ! -e {1} ]; do :; done"
WATCH = "ls; touch {0}.here; [ $(ls *.here | wc -l) = 1 ]; c=$?; rm {0}.here; exit $c"


class Ears:
    """A screen that remembers."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.most = 0
        self.heard: list[str] = []

    def running(self, active: Sequence[Check], waiting: int) -> None:
        """Remember how many ran at a time."""
        self.most = max(self.most, len(active))
        assert waiting >= 0

    def ended(self, ended: Ended) -> None:
        """Remember what ended."""
        self.heard.append(ended.check.name)


def a_check(name: str, script: str, cwd: Path, **more: bool) -> Check:
    """Return a check that is a shell script."""
    return Check(name, "some", ("sh", "-c", script), cwd, **more)


def test_independent_checks_run_at_the_same_time(tmp_path: Path) -> None:
    """Two that wait for each other both end."""
    pair = [("a", "b"), ("b", "a")]
    checks = [a_check(me, MEET.format(me, it), tmp_path) for me, it in pair]
    ears = Ears()
    ended = carry_out(checks, 2, SystemClock(), ears, deadline=30)
    assert [each.code for each in ended] == [0, 0]
    assert ears.most == 2 and sorted(ears.heard) == ["a", "b"]


def test_one_job_is_one_after_another(tmp_path: Path) -> None:
    """With a single job no check sees another, and the order is the given one."""
    checks = [a_check(name, WATCH.format(name), tmp_path) for name in "cab"]
    ears = Ears()
    ended = carry_out(checks, 1, SystemClock(), ears)
    assert [(each.check.name, each.code) for each in ended] == [
        (name, 0) for name in "cab"
    ]
    assert ears.most == 1


def test_lonely_checks_are_alone_and_last(tmp_path: Path) -> None:
    """What needs the machine for itself waits for the rest, then for its like."""
    checks = [
        a_check("x", WATCH.format("x"), tmp_path, is_alone=True),
        a_check("y", WATCH.format("y"), tmp_path, is_alone=True),
        a_check("a", MEET.format("a", "b"), tmp_path),
        a_check("b", MEET.format("b", "a"), tmp_path),
    ]
    ears = Ears()
    ended = carry_out(checks, 8, SystemClock(), ears, deadline=30)
    assert ears.heard[2:] == ["x", "y"]
    assert [each.code for each in ended] == [0] * 4, [each.output for each in ended]


def test_what_cannot_run_is_named(tmp_path: Path) -> None:
    """An obstacle is an end of its own kind, with its reason; the rest goes on."""
    barred = Check("barred", "some", (), tmp_path, obstacle=lambda: "no engine")
    ended = carry_out([barred, a_check("a", "", tmp_path)], 2, SystemClock(), Ears())
    assert [(each.code, each.output) for each in ended] == [
        (None, "no engine"),
        (0, ""),
    ]


def test_late_check_is_ended_and_told(tmp_path: Path) -> None:
    """At its deadline a check fails with what it had said."""
    slow = a_check("slow", "echo so far; sleep 60", tmp_path)
    (ended,) = carry_out([slow], 2, SystemClock(), Ears(), deadline=0.3)
    assert ended.code == TIMED_OUT
    assert ended.output.splitlines() == ["so far", "", *ended.output.splitlines()[2:]]
    assert "its time was up" in ended.output


@pytest.mark.parametrize(
    ("codes", "is_ci", "code"),
    [
        ((0, 0), False, 0),
        ((0, 3, 1), False, 3),
        ((0, None), False, 0),
        ((0, None), True, 1),
        ((), True, 0),
    ],
)
def test_worst_counts(
    tmp_path: Path, codes: tuple[int | None, ...], is_ci: bool, code: int
) -> None:
    """The exit code is the worst one; what could not run counts in CI."""
    ended = [Ended(a_check("a", "", tmp_path), each, "", 0.0) for each in codes]
    assert worst(ended, is_ci=is_ci) == code


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("only root can", 1),
        ("the team's S3 is not configured here: set X", 0),
        ("this network does not reach https://x/: no", 0),
        ("not that this network does not reach it", 1),
    ],
)
def test_a_skip_counts_in_ci(tmp_path: Path, reason: str, code: int) -> None:
    """There a test that looked at nothing fails its check, but for a few reasons."""
    output = f"= short test summary info =\nSKIPPED [1] a.py:3: {reason}\n1 skipped"
    ended = [Ended(a_check("a", "", tmp_path), 0, output, 0.0)]
    assert (worst(ended, is_ci=True), worst(ended, is_ci=False)) == (code, 0)


def test_what_a_test_quotes_is_no_skip(tmp_path: Path) -> None:
    """Only pytest's own closing lines are read."""
    output = "SKIPPED [1] a.py:3: no\n1 passed"
    ended = [Ended(a_check("a", "", tmp_path), 0, output, 0.0)]
    assert worst(ended, is_ci=True) == 0


def test_advice_decides_nothing(tmp_path: Path) -> None:
    """What only advises never makes a run fail."""
    advice = a_check("a", "", tmp_path, is_advice=True)
    assert worst([Ended(advice, 2, "", 0.0)], is_ci=True) == 0


def test_hooks_place_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a git hook a test's own repositories must not become the pushed one."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    check = a_check("a", "echo [$GIT_DIR]", tmp_path)
    (ended,) = carry_out([check], 1, SystemClock(), Ears())
    assert ended.output == "[]\n"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupt_ends_every_child(tmp_path: Path, sign: signal.Signals) -> None:
    """Ctrl-C, a cancelled job or a closed terminal leave no check running."""
    driver = (
        "import signal, sys; from pathlib import Path\n"
        "from pipeline.effects.clock import SystemClock\n"
        "from pipeline.operations.scheduling import carry_out\n"
        "from tests.unit.operations.test_scheduling import Ears, a_check\n"
        "for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "    signal.signal(s, signal.default_int_handler)\n"
        "say = 'sleep 60 & echo $! > {0}.new; mv {0}.new {0}; wait'\n"
        "here = Path(sys.argv[1])\n"
        "checks = [a_check(n, say.format(n), here) for n in 'ab']\n"
        "carry_out(checks, 2, SystemClock(), Ears())\n"
    )
    running = subprocess.Popen(
        (sys.executable, "-c", driver, str(tmp_path)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )
    files = [tmp_path / "a", tmp_path / "b"]
    wait_until(lambda: all(file.exists() for file in files), "both to start")
    running.send_signal(sign)
    assert running.wait(60) != 0
    assert all(has_died(int(file.read_text())) for file in files)
