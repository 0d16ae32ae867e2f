"""The arithmetic of ratings."""

import pytest

from mangetamain_analytics.stars import (
    Stars,
    headline,
    reach_of,
    reading,
    reading_of_courses,
    reading_of_reach,
    stars_of_courses,
    top_tenth,
)

COUNTS = {0: 20, 1: 0, 2: 0, 3: 10, 4: 20, 5: 50}
NONE = dict.fromkeys(range(6), 0)


def test_comments_without_stars_are_in_no_mean() -> None:
    """The mean is over stars; the share is over all ratings."""
    stars = Stars(COUNTS)
    assert (stars.ratings, stars.starred) == (100, 80)
    assert stars.mean == pytest.approx((30 + 80 + 250) / 80)
    assert (stars.share(0), stars.share(5)) == (0.2, 0.5)


def test_the_text_says_what_the_chart_shows() -> None:
    """Mean, the commonest number of stars, and comments without stars."""
    text = reading(Stars(COUNTS))
    assert text.startswith("The mean is **4.50 of 5 stars**; 62% of those who give")
    assert "give **5**." in text and "20.0% of all ratings are comments" in text
    assert "give **3**." in headline(Stars(NONE | {3: 2, 5: 1}))
    assert "comments" not in reading(Stars(NONE | {4: 1}))


def test_nothing_is_no_error() -> None:
    """Without a rating, or without a star, there is a text all the same."""
    assert Stars(NONE).mean == Stars(NONE).share(5) == 0
    assert headline(Stars(NONE | {0: 3})) == "Nobody has given stars here."


def test_a_certain_gap_between_courses_is_told() -> None:
    """Many ratings make a small gap certain; the best comes last in the chart."""
    courses = stars_of_courses(
        [("dessert", 9_000, 4.7, 0.8), ("salad", 9_000, 4.5, 0.8), ("pie", 3, 5, 0)]
    )
    assert [course.course for course in courses] == ["salad", "dessert"]
    assert reading_of_courses(courses) == (
        "**Dessert** comes first with 4.70 stars, **salad** last with 4.50:"
        " a gap of 0.20 that is more than chance."
    )


def test_an_uncertain_gap_is_told_as_such() -> None:
    """The same gap between few ratings may be chance; one course has no gap."""
    courses = stars_of_courses([("dessert", 30, 4.7, 0.8), ("salad", 30, 4.5, 0.8)])
    assert reading_of_courses(courses).endswith("a gap that may be chance.")
    assert "nothing to compare" in reading_of_courses(courses[:1])


def test_reach_has_every_recipe_once() -> None:
    """Each number of ratings falls into one group, zeros included."""
    counts = {0: 5, 1: 4, 2: 3, 4: 2, 5: 1, 9: 1, 10: 1, 80: 1}
    assert list(reach_of(counts).values()) == [5, 4, 5, 2, 2]
    assert sum(reach_of(counts).values()) == sum(counts.values())


def test_the_most_rated_tenth() -> None:
    """One of ten recipes with half of the ratings has 50 %, and parts count."""
    assert top_tenth({9: 1, 1: 9}) == 0.5
    assert top_tenth({4: 5}) == pytest.approx(0.1)
    assert top_tenth({0: 5}) == 0
    text = reading_of_reach({9: 1, 1: 9})
    assert "**0%** of the recipes were never rated" in text and "**50%**" in text
