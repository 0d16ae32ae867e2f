"""What the months say: pace, seasons, and the sentence that reads the chart.

Owns the arithmetic of seasonality, on plain counts. Refuses to read or draw anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mangetamain_analytics.chance import is_uneven

# The mean length over the Gregorian calendar's 400 years; February is short.
_DAYS = (31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Season(StrEnum):
    """A meteorological season of the northern hemisphere."""

    WINTER = "Winter"
    SPRING = "Spring"
    SUMMER = "Summer"
    AUTUMN = "Autumn"


def season_of(month: int) -> Season:
    """Return the season that the month, 1 to 12, belongs to."""
    return tuple(Season)[month % 12 // 3]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the year, compared with the average month."""

    number: int
    recipes: int
    pace: float  # Recipes per day; 100 is the average over the year.

    @property
    def name(self) -> str:
        """Return the month's English name."""
        return MONTHS[self.number - 1]

    @property
    def season(self) -> Season:
        """Return the season that the month belongs to."""
        return season_of(self.number)


@dataclass(frozen=True, slots=True)
class Year:
    """The twelve months of an average year."""

    months: tuple[Month, ...]

    @property
    def recipes(self) -> int:
        """Return the number of recipes in all months."""
        return sum(month.recipes for month in self.months)

    @property
    def has_seasons(self) -> bool:
        """Tell whether the months differ by more than chance."""
        return is_uneven([month.recipes for month in self.months], _DAYS)

    @property
    def busiest(self) -> Month:
        """Return the month with the highest pace."""
        return max(self.months, key=lambda month: month.pace)

    @property
    def quietest(self) -> Month:
        """Return the month with the lowest pace."""
        return min(self.months, key=lambda month: month.pace)

    @property
    def first_season(self) -> Season:
        """Return the season with the most recipes."""
        return max(Season, key=self.share)

    def share(self, season: Season) -> float:
        """Return the season's part of all recipes, between 0 and 1."""
        counts = (month.recipes for month in self.months if month.season == season)
        return sum(counts) / self.recipes if self.recipes else 0.0


def year_of(counts: Mapping[int, int]) -> Year:
    """Return the average year that the counts per month, 1 to 12, add up to."""
    per_day = sum(counts.values()) / sum(_DAYS)
    return Year(
        tuple(
            Month(
                number=number,
                recipes=counts[number],
                pace=100 * counts[number] / days / per_day if per_day else 0.0,
            )
            for number, days in enumerate(_DAYS, start=1)
        )
    )


def years_of_courses(rows: Iterable[tuple[str, int, int]]) -> dict[str, Year]:
    """Return the average year of each course that has recipes, in alphabetical order.

    Args:
        rows: course, month from 1 to 12, and the course's recipes in that month.
    """
    counts: dict[str, dict[int, int]] = {}
    for course, month, recipes in sorted(rows):
        counts.setdefault(course, dict.fromkeys(range(1, 13), 0))[month] = recipes
    return {course: year_of(months) for course, months in counts.items()}


def headline(year: Year) -> str:
    """Say in one sentence when recipes are published."""
    if not year.has_seasons:
        return "No month stands out: what is seen here may be chance."
    top = year.busiest
    return (
        f"Cooks publish most in **{top.name}**: {top.pace - 100:.0f}% more recipes a"
        " day than on average."
    )


def reading(year: Year) -> str:
    """Say in words what the chart of this year shows."""
    low, season = year.quietest, year.first_season
    return (
        f"{headline(year)} **{low.name}** is the quietest month,"
        f" {100 - low.pace:.0f}% below average."
        f" By season, **{season.lower()}** comes first with {year.share(season):.0%} of"
        " all recipes; an even spread would give each 25%."
    )


def reading_of_courses(years: Mapping[str, Year]) -> str:
    """Say which courses have a season."""
    peaks = [
        f"**{course}** in {year.busiest.name} ({year.busiest.pace - 100:+.0f}%)"
        for course, year in years.items()
        if year.has_seasons
    ]
    if not peaks:
        return "No course has a season that is more than chance."
    rest = len(years) - len(peaks)
    tail = f" For {rest} of {len(years)} courses no season is certain." if rest else ""
    return f"At their peak: {', '.join(peaks)}.{tail}"
