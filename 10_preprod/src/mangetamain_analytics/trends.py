"""What the years say: growth, decline, and how recipes and ratings change.

Owns the arithmetic of trends, on one row a year. Refuses to read or draw anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mangetamain_analytics.chance import clear_slope

# A mean of fewer things says more about chance than about the year.
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Published:
    """What was published in one year."""

    year: int
    recipes: int
    contributors: int
    minutes: float  # median
    steps: float  # mean
    ingredients: float  # mean


@dataclass(frozen=True, slots=True)
class Rated:
    """What was rated in one year."""

    year: int
    ratings: int
    without_stars: int
    stars: float | None  # mean of those with stars

    @property
    def share_without(self) -> float:
        """Return the part of the ratings that have no stars."""
        return self.without_stars / self.ratings


# What may change about a recipe over the years.
MEASURES: Mapping[str, Callable[[Published], float]] = {
    "ingredients": lambda year: year.ingredients,
    "steps": lambda year: year.steps,
    "minutes": lambda year: year.minutes,
}


def headline(published: Sequence[Published]) -> str:
    """Say in one sentence how publishing went."""
    if len(published) < 2:
        return "One year shows no trend: choose more years."
    peak, last = max(published, key=lambda year: year.recipes), published[-1]
    text = f"Publishing peaks in **{peak.year}** with {peak.recipes:,} recipes"
    if last == peak:
        return f"{text}, the last year shown."
    return f"{text}; {last.year} has {1 - last.recipes / peak.recipes:.0%} fewer."


def reading(published: Sequence[Published], rated: Sequence[Rated]) -> str:
    """Say in words what the chart of recipes and ratings shows."""
    texts = [headline(published)]
    if len(published) > 1 and rated:
        peak = max(rated, key=lambda year: year.ratings)
        texts.append(f"Ratings peak in **{peak.year}** with {peak.ratings:,}.")
    return " ".join(texts)


def reading_of_measures(published: Sequence[Published]) -> str:
    """Say whether recipes became longer."""
    return _changes({name: measured(name, published) for name in MEASURES})


def reading_of_stars(rated: Sequence[Rated]) -> str:
    """Say whether people became kinder, and whether they still give stars."""
    stars = {year.year: year.stars for year in rated if year.stars and _is_enough(year)}
    without = {y.year: 100 * y.share_without for y in rated if _is_enough(y)}
    return _changes({"mean stars": stars, "percentage points without stars": without})


def measured(name: str, published: Sequence[Published]) -> dict[int, float]:
    """Return one of the measures by year, without the years that are too thin."""
    thick = (year for year in published if year.recipes >= _FEWEST)
    return {year.year: MEASURES[name](year) for year in thick}


def _is_enough(year: Rated) -> bool:
    return year.ratings >= _FEWEST


def _changes(measures: Mapping[str, Mapping[int, float]]) -> str:
    changes = (_change(name, points) for name, points in measures.items())
    return f"Per ten years: {', '.join(changes)}."


def _change(name: str, points: Mapping[int, float]) -> str:
    slope = clear_slope(points)
    return (
        f"{name} no clear trend" if slope is None else f"**{slope * 10:+.2g} {name}**"
    )
