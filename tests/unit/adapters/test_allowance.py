"""What is left of GitHub's hour is remembered as a hint, and damaged hints are none."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline.adapters.github_allowance import RESERVE, Allowance

from tests.unit.clock import EPOCH, FakeClock


@dataclass
class Said:
    """Stands for the gateway: what GitHub said last."""

    remaining: int | None
    window: float | None


def recorded(folder: Path, clock: FakeClock, remaining: int | None) -> Allowance:
    """Return an allowance after an answer."""
    allowance = Allowance(folder / "allowance.json", clock)
    allowance.record(Said(remaining, 600.0))  # type: ignore[arg-type]
    return allowance


def test_the_reserve_is_for_watchers(tmp_path: Path, clock: FakeClock) -> None:
    """Down to the reserve the timer asks; below it waits until the window ends."""
    assert not recorded(tmp_path, clock, RESERVE + 1).is_spent()
    allowance = recorded(tmp_path, clock, RESERVE)
    assert allowance.is_spent()
    clock.sleep(600)
    assert not allowance.is_spent()


def test_nothing_known_is_nothing_spent(tmp_path: Path, clock: FakeClock) -> None:
    """Where GitHub said nothing, or nothing was ever asked, it is asked."""
    allowance = recorded(tmp_path, clock, None)
    assert not allowance.is_spent() and not allowance.file.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"remaining": 0}',
        '{"remaining": "x", "until": 1}',
        f'{{"remaining": 0, "until": {EPOCH + 1e9}}}',
        '{"remaining": 0, "until": Infinity}',
        '{"remaining": 0, "until": NaN}',
        "[" * 100_000,
    ],
)
def test_a_damaged_hint_is_none(tmp_path: Path, clock: FakeClock, text: str) -> None:
    """Garbage, or a window that ends in a year, keeps nobody from asking."""
    allowance = Allowance(tmp_path / "allowance.json", clock)
    allowance.file.write_text(text)
    assert not allowance.is_spent()


def test_a_pipe_in_its_place_holds_nobody_up(tmp_path: Path, clock: FakeClock) -> None:
    """What is no plain file says nothing, and is not waited for."""
    allowance = Allowance(tmp_path / "allowance.json", clock)
    os.mkfifo(allowance.file)
    assert not allowance.is_spent()


def test_a_place_that_cannot_be_written_is_no_trouble(
    tmp_path: Path, clock: FakeClock
) -> None:
    """A hint that cannot be kept is not kept."""
    Allowance(tmp_path / "no" / "such", clock).record(
        Said(0, 1.0)  # type: ignore[arg-type]
    )
