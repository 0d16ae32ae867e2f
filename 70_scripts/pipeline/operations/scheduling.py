"""Carry checks out: side by side where they may be, alone where they must.

One thread starts, watches and ends them all, so that Ctrl-C finds every child.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.effects.background import POLL, Background, end_all
from pipeline.effects.clock import Clock
from pipeline.operations.checking import Check
from pipeline.operations.skips import Skip, skips_in

DEADLINE = 1500.0
TIMED_OUT = 124
# A git hook says with these where its repository is; tests make their own.
OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a check ended; ``code`` is None where it could not run."""

    check: Check
    code: int | None
    output: str
    seconds: float

    @property
    def skips(self) -> tuple[Skip, ...]:
        """Return what its tests skipped."""
        return () if self.code is None else skips_in(self.output)

    def exit_code(self, *, is_ci: bool) -> int:
        """Return what it counts: where ``CI`` is set, also what was left out."""
        if self.check.is_advice:
            return 0
        if self.code is None:
            return int(is_ci)
        is_left_out = is_ci and any(not skip.is_allowed for skip in self.skips)
        return self.code or int(is_left_out)


class Screen(Protocol):
    """Where progress shows."""

    def running(self, active: Sequence[Check], waiting: int) -> None:
        """Show what runs now and how many wait."""

    def ended(self, ended: Ended) -> None:
        """Show that a check ended."""


@dataclass(frozen=True, slots=True)
class _Active:
    check: Check
    command: Background
    start: float


def carry_out(
    wanted: Iterable[Check],
    jobs: int,
    clock: Clock,
    screen: Screen,
    deadline: float = DEADLINE,
) -> list[Ended]:
    """Carry every check out and return how each ended, as they ended.

    However this is left, nothing that it started still runs.

    Args:
        wanted: the checks; those that may share the machine start first, as given.
        jobs: how many run at a time.
        clock: the time.
        screen: where progress shows.
        deadline: seconds that one check may take.
    """
    waiting, active, done = list(wanted), list[_Active](), list[Ended]()
    try:
        while waiting or active:
            while check := _next(waiting, active, jobs):
                waiting.remove(check)
                if reason := check.obstacle():
                    done.append(Ended(check, None, reason, 0.0))
                    screen.ended(done[-1])
                else:
                    active.append(_Active(check, _started(check), clock.monotonic()))
            screen.running([each.check for each in active], len(waiting))
            for ended in _collect(active, clock, deadline):
                done.append(ended)
                screen.ended(ended)
            clock.sleep(POLL if active else 0.0)
    finally:
        end_all(each.command for each in active)
    return done


def worst(ended: Iterable[Ended], *, is_ci: bool) -> int:
    """Return the exit code: what was left out counts in CI, advice never does."""
    return max((each.exit_code(is_ci=is_ci) for each in ended), default=0)


def _next(
    waiting: Sequence[Check], active: Sequence[_Active], jobs: int
) -> Check | None:
    if len(active) >= jobs or any(each.check.is_alone for each in active):
        return None
    sharing = next((check for check in waiting if not check.is_alone), None)
    if sharing or active:
        return sharing
    return waiting[0] if waiting else None


def _started(check: Check) -> Background:
    env = {name: text for name, text in os.environ.items() if name not in OF_A_HOOK}
    return Background(check.argv, cwd=check.cwd, env=env)


def _collect(active: list[_Active], clock: Clock, deadline: float) -> list[Ended]:
    """Take what has ended, or is late, out of what is active."""
    ended = []
    for each in tuple(active):
        code, seconds = each.command.code, clock.monotonic() - each.start
        words = ""
        if code is None and seconds > deadline:
            end_all([each.command])
            code, words = TIMED_OUT, f"\nended after {deadline:g} s, its time was up"
        if code is not None:
            active.remove(each)
            output = each.command.output + words
            ended.append(Ended(each.check, code, output, seconds))
    return ended
