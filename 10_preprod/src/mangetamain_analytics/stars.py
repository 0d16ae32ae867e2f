"""What the ratings say: stars, courses, and how few recipes get most of them.

Owns the arithmetic of ratings, on plain numbers. A rating of 0 is a comment without
stars: it counts as a rating, and never in a mean. Refuses to read or draw anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot

from mangetamain_analytics.chance import error_of_mean

_FEWEST = 20
# How often a recipe was rated, as people would say it.
_REACHES = {
    "never": 0,
    "once": 1,
    "2 to 4 times": 4,
    "5 to 9 times": 9,
    "10 or more": 0,
}


@dataclass(frozen=True, slots=True)
class Stars:
    """How many ratings gave how many stars."""

    counts: Mapping[int, int]  # 0 (no stars) to 5

    @property
    def ratings(self) -> int:
        """Return the number of ratings, with and without stars."""
        return sum(self.counts.values())

    @property
    def starred(self) -> int:
        """Return the number of ratings with stars."""
        return self.ratings - self.counts[0]

    @property
    def mean(self) -> float:
        """Return the mean of the ratings with stars."""
        total = sum(mark * count for mark, count in self.counts.items())
        return total / self.starred if self.starred else 0.0

    def share(self, mark: int) -> float:
        """Return the part of the ratings that gave this mark, between 0 and 1."""
        return self.counts[mark] / self.ratings if self.ratings else 0.0


@dataclass(frozen=True, slots=True)
class CourseStars:
    """The stars of one course; the true mean is within `error` of `mean` (95 %)."""

    course: str
    ratings: int
    mean: float
    error: float


def stars_of_courses(
    rows: Iterable[tuple[str, int, float, float]],
) -> tuple[CourseStars, ...]:
    """Return the courses with enough ratings, the best last.

    Args:
        rows: course, ratings with stars, their mean and standard deviation.
    """
    courses = (
        CourseStars(course, count, mean, error_of_mean(deviation, count))
        for course, count, mean, deviation in rows
        if count >= _FEWEST
    )
    return tuple(sorted(courses, key=lambda course: course.mean))


def reach_of(recipes_per_ratings: Mapping[int, int]) -> dict[str, int]:
    """Return how many recipes were rated never, once, and so on."""
    reach = dict.fromkeys(_REACHES, 0)
    *bounded, unbounded = _REACHES
    for ratings, recipes in recipes_per_ratings.items():
        fits = (name for name in bounded if ratings <= _REACHES[name])
        reach[next(fits, unbounded)] += recipes
    return reach


def top_tenth(recipes_per_ratings: Mapping[int, int]) -> float:
    """Return the part of all ratings that the most rated tenth of recipes has."""
    ratings = sum(count * recipes for count, recipes in recipes_per_ratings.items())
    left = sum(recipes_per_ratings.values()) / 10
    had = 0.0
    for count in sorted(recipes_per_ratings, reverse=True):
        taken = min(left, recipes_per_ratings[count])
        had, left = had + taken * count, left - taken
    return had / ratings if ratings else 0.0


def headline(stars: Stars) -> str:
    """Say in one sentence how people rate."""
    if not stars.starred:
        return "Nobody has given stars here."
    text = f"The mean is **{stars.mean:.2f} of 5 stars**"
    favourite = max(range(1, 6), key=lambda mark: stars.counts[mark])
    part = stars.counts[favourite] / stars.starred
    return f"{text}; {part:.0%} of those who give stars give **{favourite}**."


def reading(stars: Stars) -> str:
    """Say in words what the chart of the stars shows."""
    if not stars.counts[0]:
        return headline(stars)
    return (
        f"{headline(stars)} {stars.share(0):.1%} of all ratings are comments without"
        " stars; they do not count in any mean."
    )


def reading_of_courses(courses: tuple[CourseStars, ...]) -> str:
    """Say which course is liked best, if that is certain."""
    if len(courses) < 2:
        return "With one course there is nothing to compare."
    low, best = courses[0], courses[-1]
    gap = best.mean - low.mean
    text = (
        f"**{best.course.capitalize()}** comes first with {best.mean:.2f} stars,"
        f" **{low.course}** last with {low.mean:.2f}:"
    )
    if gap <= hypot(best.error, low.error):
        return f"{text} a gap that may be chance."
    return f"{text} a gap of {gap:.2f} that is more than chance."


def reading_of_reach(recipes_per_ratings: Mapping[int, int]) -> str:
    """Say how unevenly attention is spread."""
    recipes = sum(recipes_per_ratings.values())
    never = recipes_per_ratings.get(0, 0) / recipes
    return (
        f"**{never:.0%}** of the recipes were never rated; the most rated tenth has"
        f" **{top_tenth(recipes_per_ratings):.0%}** of all their ratings."
    )
