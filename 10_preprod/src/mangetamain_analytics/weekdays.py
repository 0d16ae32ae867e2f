"""What the days of the week say: pace, the weekend effect, and the sentence for it.

Owns the arithmetic of the week, on plain counts. Refuses to read or draw anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mangetamain_analytics.chance import is_uneven

WEEKDAYS = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week, compared with the average day."""

    number: int  # Monday is 1.
    count: int
    dates: int  # How many such days the years have.
    pace: float  # Per date; 100 is the average over the week.

    @property
    def name(self) -> str:
        """Return the day's English name."""
        return WEEKDAYS[self.number - 1]

    @property
    def is_weekend(self) -> bool:
        """Tell whether it is Saturday or Sunday."""
        return self.number > 5


@dataclass(frozen=True, slots=True)
class Week:
    """The seven days of an average week."""

    days: tuple[Day, ...]

    @property
    def busiest(self) -> Day:
        """Return the day with the highest pace."""
        return max(self.days, key=lambda day: day.pace)

    @property
    def quietest(self) -> Day:
        """Return the day with the lowest pace."""
        return min(self.days, key=lambda day: day.pace)

    @property
    def is_uneven(self) -> bool:
        """Tell whether the days differ by more than chance."""
        counts = [day.count for day in self.days]
        return is_uneven(counts, [day.dates for day in self.days])

    @property
    def weekend_effect(self) -> float | None:
        """Return how much more (+) or less (-) a weekend day has, as a share.

        None where the weekdays have nothing that it could be compared with.
        """
        weekend = [day for day in self.days if day.is_weekend]
        working = [day for day in self.days if not day.is_weekend]
        base = _per_date(working)
        return _per_date(weekend) / base - 1 if base else None


def week_of(counts: Mapping[int, int], first_year: int, last_year: int) -> Week:
    """Return the average week that counts per weekday, Monday 1, add up to."""
    dates = _dates_of(first_year, last_year)
    average = sum(counts.values()) / sum(dates.values())
    return Week(
        tuple(
            Day(
                number=number,
                count=counts[number],
                dates=dates[number],
                pace=100 * counts[number] / dates[number] / average if average else 0.0,
            )
            for number in range(1, 8)
        )
    )


def headline(week: Week, things: str = "recipes") -> str:
    """Say in one sentence what the weekend does."""
    if not any(day.count for day in week.days):
        return f"There are no {things} here."
    if not week.is_uneven:
        return f"The days differ in {things} by no more than chance would make them."
    if (effect := week.weekend_effect) is None:
        return f"All {things} are of a weekend."
    word = "more" if effect > 0 else "fewer"
    return f"A weekend day brings **{abs(effect):.0%} {word}** {things} than a weekday."


def reading(recipes: Week, ratings: Week) -> str:
    """Say in words what the chart of both weeks shows."""
    texts = [headline(recipes)]
    if recipes.is_uneven:
        texts.append(
            f"**{recipes.busiest.name}** is the busiest day to publish,"
            f" **{recipes.quietest.name}** the quietest."
        )
    texts.append(headline(ratings, "ratings"))
    if ratings.is_uneven:
        texts.append(f"Most are given on a **{ratings.busiest.name}**.")
    return " ".join(texts)


def _dates_of(first_year: int, last_year: int) -> dict[int, int]:
    first, after = date(first_year, 1, 1), date(last_year + 1, 1, 1)
    weeks, rest = divmod((after - first).days, 7)
    extra = {(first.isoweekday() - 1 + day) % 7 + 1 for day in range(rest)}
    return {number: weeks + (number in extra) for number in range(1, 8)}


def _per_date(days: list[Day]) -> float:
    return sum(day.count for day in days) / sum(day.dates for day in days)
