"""The arithmetic of seasonality."""

import pytest

from mangetamain_analytics.seasons import (
    MONTHS,
    Season,
    headline,
    reading,
    reading_of_courses,
    season_of,
    year_of,
    years_of_courses,
)

FLAT = dict(enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))


def test_a_month_is_compared_by_the_day() -> None:
    """One recipe every day is an even pace, however short February is."""
    year = year_of(FLAT)
    assert [month.pace for month in year.months] == pytest.approx([100] * 12, rel=0.01)
    assert year.recipes == 365


def test_the_extremes_are_found() -> None:
    """The busiest and the quietest month are the ones with most and fewest a day."""
    year = year_of(FLAT | {12: 62, 8: 10})
    assert (year.busiest.name, year.quietest.name) == ("December", "August")
    assert year.busiest.pace > 150 and year.quietest.pace < 50


def test_every_month_has_its_season() -> None:
    """Winter is December to February; each season has three months."""
    winter = [
        name for number, name in enumerate(MONTHS, 1) if season_of(number) == "Winter"
    ]
    assert winter == ["January", "February", "December"]
    assert [season_of(month) for month in (3, 6, 9, 11)] == [
        *(Season.SPRING, Season.SUMMER, Season.AUTUMN, Season.AUTUMN)
    ]


def test_seasons_share_all_recipes() -> None:
    """The four shares add up to one."""
    year = year_of(FLAT | {7: 90})
    assert sum(map(year.share, Season)) == pytest.approx(1)
    assert year.first_season == Season.SUMMER


def test_nothing_is_no_error() -> None:
    """Without a recipe every pace and share is zero."""
    year = year_of(dict.fromkeys(range(1, 13), 0))
    assert {month.pace for month in year.months} == {0}
    assert year.share(Season.WINTER) == 0


def test_the_text_says_what_the_chart_shows() -> None:
    """The reading names the months, the season and the numbers."""
    text = reading(year_of(FLAT | {12: 62, 8: 10}))
    assert "**December**: 95% more recipes a day" in text
    assert "**August** is the quietest month, 69% below average" in text
    assert "**winter** comes first with 32%" in text


def test_an_even_year_has_no_best_month() -> None:
    """What may be chance is not told as a finding."""
    assert "may be chance" in headline(year_of(FLAT))
    assert "may be chance" in headline(year_of(dict.fromkeys(range(1, 13), 0)))


def test_courses_are_told_apart() -> None:
    """A course with a season is named with its peak, the others are counted."""
    soup = [("soup", month, 100 if month == 1 else 30) for month in range(1, 13)]
    bread = [("bread", month, count) for month, count in FLAT.items()]
    years = years_of_courses([*soup, *bread, ("pie", 3, 1)])
    assert list(years) == ["bread", "pie", "soup"]
    assert years["pie"].months[2].recipes == years["pie"].recipes == 1
    text = reading_of_courses(years)
    assert text.startswith("At their peak: **soup** in January (+")
    assert text.endswith("For 2 of 3 courses no season is certain.")


def test_no_course_may_have_a_season() -> None:
    """Without a season, none is told; where all have one, nothing is left over."""
    flat = {"bread": year_of(FLAT)}
    assert reading_of_courses(flat) == (
        "No course has a season that is more than chance."
    )
    assert "certain" not in reading_of_courses({"soup": year_of(FLAT | {1: 90})})
