"""The guards of the promises, each with a switch that takes it out."""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from pipeline.adapters import health, lock, state_file
from pipeline.journal import commits, deployments, outbox
from pipeline.strategies import in_place
from pipeline.operations import execution, resume, settlement

from tests.history import mortal, mortal_git, switches
from tests.history.found import FOUND
from tests.history.generation import histories
from tests.history.judging import complaints
from tests.history.play import History
from tests.history.switches import Switch

MOST = 300


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: the promise that it keeps, and how to take it out."""

    promise: str
    name: str
    taken_out: Switch


GUARDS = (
    Guard(
        "only_forward",
        "the pointer never moves to an ancestor of itself",
        switches.replaced(settlement, "decide", switches.pointing_back),
    ),
    Guard(
        "only_forward",
        "good is only what was live and healthy here",
        switches.replaced(deployments.Deployments, "healthy", switches.all_deployed),
    ),
    Guard(
        "only_forward",
        "the pointer's file follows the journal",
        switches.replaced(state_file.StateFile, "write", switches.nothing),
    ),
    Guard(
        "newest_good_one_is_live",
        "a late success rolls forward",
        switches.replaced(settlement, "_roll_forward", switches.nothing),
    ),
    Guard(
        "newest_good_one_is_live",
        "what a person withdrew is not put up again",
        switches.replaced(commits.Commits, "withdrawn", lambda *_: frozenset()),
    ),
    Guard(
        "newest_good_one_is_live",
        "what a settling recorded and did not do is done by resume",
        switches.replaced(resume, "catch_up", switches.nothing),
    ),
    Guard(
        "what_serves_is_healthy",
        "an unhealthy version goes back at once",
        switches.replaced(execution, "roll_out_or_roll_back", switches.left_unhealthy),
    ),
    Guard(
        "as_if_nothing_died",
        "what died half-way is carried on",
        switches.recovering_nothing,
    ),
    Guard(
        "no_silent_end",
        "resume watches again where no watcher lives",
        switches.replaced(mortal.MortalWatchers, "is_watching", lambda *_: True),
    ),
    Guard(
        "no_silent_end",
        "a verdict ends every deployment of its SHA",
        switches.replaced(settlement, "_close", switches.nothing),
    ),
    Guard(
        "as_if_nothing_died",
        "a notice is journaled in the transaction of its fact",
        switches.telling_apart,
    ),
    Guard(
        "no_false_word",
        "nothing is live before it was read back",
        switches.replaced(health.Endpoint, "wait_until_healthy", lambda *_: 0.0),
    ),
    Guard(
        "words_are_kept",
        "the outbox marks what was taken",
        switches.replaced(outbox.OutboxRows, "record", switches.nothing),
    ),
    Guard(
        "words_are_kept",
        "the outbox keeps the order",
        switches.replaced(outbox, "WAITING", f"{outbox.WAITING} DESC"),
    ),
    Guard(
        "one_writer",
        "one kernel lock per environment",
        switches.replaced(lock, "held", switches.unlocked),
    ),
    Guard(
        "hand_edits_are_kept",
        "hand edits are kept aside before a reset",
        switches.replaced(in_place.InPlace, "keep", lambda *_: ()),
    ),
    Guard(
        "drift_is_left_alone",
        "what serves is asked before a verdict is carried out",
        switches.replaced(
            settlement, "_live", lambda env: env.journal.deployments.live(env.name)
        ),
    ),
    Guard(
        "bad_is_remembered",
        "a SHA that was rolled back is refused",
        switches.replaced(commits.Commits, "why_bad", lambda *_: ""),
    ),
    Guard(
        "only_from_the_branch",
        "only commits of the deployed branch are deployed",
        switches.replaced(mortal_git.MortalStore, "is_deployable", lambda *_: True),
    ),
)


def caught_after(guard: Guard, first: int = 1) -> int | None:
    """Play histories without a guard until its promise breaks; return how many.

    Those that broke a promise once come first, then whatever is drawn.
    """
    complaints(History(()))  # What is made once a process is made with all guards.
    count = 0
    for text in FOUND.values():
        count += 1
        if _is_missed(guard, History.read(text)):
            return count
    return _drawn_until_caught(guard, first, count)


def _is_missed(guard: Guard, history: History) -> bool:
    with guard.taken_out():
        seen = complaints(history)
    return any(each.startswith(f"{guard.promise}:") for each in seen)


class _Caught(Exception):
    """A history broke the promise: nothing more is drawn."""


def _drawn_until_caught(guard: Guard, first: int, count: int) -> int | None:
    is_caught = False

    @seed(first)
    @settings(
        max_examples=MOST,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def play(history: History) -> None:
        nonlocal count, is_caught
        if not is_caught:
            count += 1
            is_caught = _is_missed(guard, history)
        if is_caught:
            raise _Caught

    with suppress(_Caught):
        play()
    return count if is_caught else None
