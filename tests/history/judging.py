"""Judging one history: every promise, on both plays."""

from collections.abc import Iterator

from tests.history.comparing import as_if_nothing_died
from tests.history.play import History, Played, begun, plays
from tests.history.promises import broken

REPLAY = "replay: .venv/bin/python -m tests.history replay"


def judged(history: History) -> Iterator[tuple[Played, list[str]]]:
    """Play a history both ways; give what each play broke."""
    first: Played | None = None
    with begun().surroundings():
        for played in plays(history):
            seen = broken(played)
            if first is not None:
                repeats = played.world.may_repeat
                seen += as_if_nothing_died(first.end, played.end, repeats)
            yield played, seen
            first = played


def complaints(history: History) -> list[str]:
    """Return what a history broke, nothing if every promise held."""
    return [each for _, seen in judged(history) for each in seen]


def report(history: History, seen: list[str]) -> str:
    """Return what to read when a history broke a promise, and how to replay it."""
    return "\n".join((*seen, f'{REPLAY} "{history}"'))
