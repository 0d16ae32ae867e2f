"""What may be chance, against textbook values."""

import pytest

from mangetamain_analytics.chance import (
    Interval,
    clear_slope,
    error_of_mean,
    is_uneven,
    share_of,
)


def test_even_counts_are_chance() -> None:
    """Counts that follow the expected ones, up to noise, are no finding."""
    assert not is_uneven((98, 103, 99, 101, 97, 102, 100), [1] * 7)
    assert is_uneven((98, 103, 99, 101, 97, 150, 100), [1] * 7)


def test_the_expected_counts_decide() -> None:
    """Twice as many recipes in a place twice as large are even."""
    assert not is_uneven((200, 100, 100, 100), (2, 1, 1, 1))
    assert is_uneven((200, 100, 100, 100), (1, 1, 1, 1))


def test_the_threshold_is_one_percent() -> None:
    """A statistic just below the 1 % point of chi-squared is chance, above is not."""
    # With 100 expected a place, 2 d² / 100 is the statistic; 11.34 is d = 23.8.
    assert not is_uneven((123, 77, 100, 100), [1] * 4)
    assert is_uneven((124, 76, 100, 100), [1] * 4)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (16, 0, 1, 2)])
def test_few_things_prove_nothing(counts: tuple[int, ...]) -> None:
    """Below five expected a place the test is not used."""
    assert not is_uneven(counts, [1] * 4)


def test_wilsons_interval() -> None:
    """Ten of a hundred: 5.5 % to 17.4 %; all of ten is not certain to be all."""
    assert share_of(10, 100).low == pytest.approx(0.0552, abs=1e-4)
    assert share_of(10, 100).high == pytest.approx(0.1744, abs=1e-4)
    assert share_of(10, 10).low == pytest.approx(0.7225, abs=1e-4)


def test_an_interval_holds_its_ends() -> None:
    """Both ends belong to it."""
    assert Interval(1, 2).holds(1) and Interval(1, 2).holds(2)
    assert not Interval(1, 2).holds(2.1)


def test_the_error_of_a_mean_shrinks_with_the_root() -> None:
    """Four times the ratings, half the error."""
    assert error_of_mean(1, 100) == pytest.approx(0.196)
    assert error_of_mean(1, 400) == pytest.approx(0.098)


def test_a_slope_is_found_through_noise() -> None:
    """A line with small waves keeps its slope; waves alone have none."""
    waves = dict(enumerate((0.1, -0.1) * 6, start=2000))
    rising = {year: 2 * (year - 2000) + wave for year, wave in waves.items()}
    assert clear_slope(rising) == pytest.approx(2, abs=0.05)
    assert clear_slope(waves) is None


def test_few_points_have_no_slope() -> None:
    """Five years are no trend, however straight."""
    assert clear_slope({year: float(year) for year in range(5)}) is None
    assert clear_slope({year: float(year) for year in range(6)}) == 1
    assert clear_slope({}) is None
