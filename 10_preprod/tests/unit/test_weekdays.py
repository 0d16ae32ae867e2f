"""The arithmetic of the week."""

import pytest

from mangetamain_analytics.weekdays import Week, headline, reading, week_of
from mangetamain_analytics.weekend_courses import (
    courses_at_weekends,
    reading_of_courses,
)

LAZY = {1: 150, 2: 120, 3: 110, 4: 100, 5: 100, 6: 50, 7: 60}
EVEN = dict.fromkeys(range(1, 8), 100)


def week(counts: dict[int, int]) -> Week:
    """Return the week of these counts in 2001 to 2004."""
    return week_of(counts, 2001, 2004)


def test_days_are_compared_by_the_date() -> None:
    """1999 began and ended on a Friday: 53 Fridays, 52 of every other day."""
    days = week_of(EVEN, 1999, 1999).days
    assert [day.dates for day in days] == [52, 52, 52, 52, 53, 52, 52]
    assert days[4].pace < days[3].pace == days[5].pace


def test_leap_years_count() -> None:
    """2000 began on a Saturday and had 366 days: 53 Saturdays and Sundays."""
    days = week_of(EVEN, 2000, 2000).days
    assert [day.dates for day in days] == [52, 52, 52, 52, 52, 53, 53]
    assert sum(day.dates for day in week_of(EVEN, 1999, 2018).days) == 20 * 365 + 5


def test_the_extremes_are_found() -> None:
    """The busiest and the quietest day have the highest and the lowest pace."""
    lazy = week(LAZY)
    assert (lazy.busiest.name, lazy.quietest.name) == ("Monday", "Saturday")
    assert [day.name for day in lazy.days if day.is_weekend] == ["Saturday", "Sunday"]


def test_the_effect_compares_one_day_with_one_day() -> None:
    """55 on a day of the weekend against 116 on a weekday is 52 % less."""
    assert week(LAZY).weekend_effect == pytest.approx(55 / 116 - 1, abs=0.01)
    assert week(EVEN).weekend_effect == pytest.approx(0, abs=0.01)


def test_the_text_says_what_the_chart_shows() -> None:
    """Effect, busiest and quietest day, and the ratings' day are named."""
    text = reading(week(LAZY), week(EVEN | {7: 190}))
    assert "A weekend day brings **52% fewer** recipes than a weekday." in text
    assert "**Monday** is the busiest day to publish, **Saturday** the quietest" in text
    assert "**46% more** ratings" in text
    assert "Most are given on a **Sunday**" in text


def test_chance_is_not_told_as_a_finding() -> None:
    """An even week names no best day."""
    text = reading(week(EVEN), week(EVEN))
    assert text.count("no more than chance") == 2
    assert "busiest" not in text and "Most are given" not in text


def test_nothing_is_no_error() -> None:
    """Without a rating there is a text all the same."""
    nothing = week(dict.fromkeys(range(1, 8), 0))
    assert headline(nothing, "ratings") == "There are no ratings here."
    assert {day.pace for day in nothing.days} == {0}


def test_recipes_at_weekends_only_are_no_error() -> None:
    """Nothing can be compared, and it is said instead."""
    brunch = week(dict.fromkeys(range(1, 6), 0) | {6: 50, 7: 50})
    assert brunch.weekend_effect is None
    assert headline(brunch) == "All recipes are of a weekend."
    (course,) = courses_at_weekends([("brunch", 50, 50)])
    assert course.effect > course.interval.low > 0


def test_courses_are_sorted_by_their_effect() -> None:
    """The strongest comes last, and a course with too few recipes is left out."""
    rows = [("barbecue", 700, 300), ("soup", 700, 100), ("pie", 19, 19)]
    courses = courses_at_weekends(rows)
    assert [course.course for course in courses] == ["soup", "barbecue"]
    assert courses[0].effect == pytest.approx((100 / 2) / (600 / 5) - 1)
    assert all(each.interval.holds(each.effect) for each in courses)


def test_only_certain_effects_are_told() -> None:
    """An interval on both sides of zero is counted as not certain."""
    rows = [("barbecue", 700, 300), ("soup", 700, 100), ("bread", 700, 200)]
    assert reading_of_courses(courses_at_weekends(rows)) == (
        "More at weekends: **barbecue**. More on weekdays: **soup**."
        " For 1 of 3 courses no effect is certain."
    )
    assert reading_of_courses(courses_at_weekends(rows[:1])) == (
        "More at weekends: **barbecue**."
    )
