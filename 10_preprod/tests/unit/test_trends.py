"""The arithmetic of the years."""

from mangetamain_analytics.trends import (
    Published,
    Rated,
    headline,
    measured,
    reading,
    reading_of_measures,
    reading_of_stars,
)


def published(year: int, recipes: int = 100, ingredients: float = 8) -> Published:
    """Return a year of recipes with six steps and half an hour."""
    return Published(year, recipes, 10, 30, 6, ingredients)


def rated(year: int, stars: float | None = 4.5, without: int = 10) -> Rated:
    """Return a year of a hundred ratings."""
    return Rated(year, 100, without, stars)


def test_the_peak_and_the_end_are_told() -> None:
    """The text names the best year and how much the last one is below."""
    years = [published(2006, 50), published(2007, 1_200), published(2008, 300)]
    assert headline(years) == (
        "Publishing peaks in **2007** with 1,200 recipes; 2008 has 75% fewer."
    )
    assert headline(years[:2]).endswith("1,200 recipes, the last year shown.")


def test_one_year_is_no_trend() -> None:
    """It is said what to do instead."""
    assert "choose more years" in headline([published(2007)])
    assert reading([published(2007)], [rated(2007)]) == headline([published(2007)])


def test_ratings_have_their_own_peak() -> None:
    """Both peaks are told; without ratings only one."""
    years = [published(2006), published(2007, 50)]
    assert "Ratings peak in **2008** with 100." in reading(years, [rated(2008)])
    assert "Ratings" not in reading(years, [])


def test_clear_changes_are_told_with_their_size() -> None:
    """A tenth of an ingredient a year is one in ten years; the rest stands still."""
    years = [published(2000 + n, ingredients=8 + n / 10) for n in range(8)]
    assert reading_of_measures(years) == (
        "Per ten years: **+1 ingredients**, steps no clear trend,"
        " minutes no clear trend."
    )


def test_thin_years_are_left_out() -> None:
    """A mean of a few recipes would bend the line."""
    years = [published(2000, recipes=19), published(2001, recipes=20)]
    assert list(measured("steps", years)) == [2001]


def test_stars_and_their_absence_have_trends() -> None:
    """Falling stars and more comments without stars are both told."""
    years = [rated(2000 + n, 4.8 - n / 20, 5 + n) for n in range(8)]
    assert reading_of_stars(years) == (
        "Per ten years: **-0.5 mean stars**,"
        " **+10 percentage points without stars**."
    )
    assert "mean stars no clear trend" in reading_of_stars([rated(2000, None)])
