"""Makes the sample: synthetic recipes and ratings, shaped like a recipe site's.

Owns the two Parquet files beside it. The numbers are drawn from a fixed seed, so that
`python -m mangetamain_analytics.sample.generate` gives the same rows every time. They
show plausible habits, not measured ones: the pages say so.
"""

import random
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

SEED = 1999
RECIPES = 9_000
RATINGS = 36_000
FIRST_YEAR, LAST_YEAR = 1999, 2018
_END = date(LAST_YEAR, 12, 31)

# How much of each course is published in each month, January first.
_MONTHS_OF_COURSE = {
    "soup": (17, 13, 10, 7, 5, 3, 3, 4, 8, 12, 15, 15),
    "salad": (5, 5, 8, 10, 13, 15, 15, 13, 9, 6, 4, 4),
    "main dish": (11, 10, 10, 9, 9, 8, 8, 8, 9, 10, 10, 9),
    "barbecue": (3, 3, 6, 10, 15, 18, 17, 13, 8, 4, 3, 3),
    "dessert": (8, 10, 8, 8, 7, 8, 8, 7, 8, 10, 13, 19),
    "bread": (12, 11, 10, 8, 7, 6, 6, 7, 9, 11, 13, 13),
}
_WEIGHT_OF_COURSE = (12, 13, 34, 9, 23, 9)
# Monday first: people publish at their desks, and rate what they ate on Sunday.
_PUBLISHED_ON = (125, 118, 108, 104, 96, 66, 83)
_RATED_ON = (120, 99, 95, 92, 88, 92, 114)
# Bread and barbecue are for those who have time.
_PUBLISHED_ON_WEEKEND = {"bread": 1.6, "barbecue": 1.9}
# The site grows until 2007 and fades afterwards.
_WEIGHT_OF_YEAR = (2, 3, 6, 12, 14, 16, 20, 24, 30, 27, 20, 11, 8, 7, 6, 4, 3, 2, 2, 2)
_STYLES = tuple("quick rustic spiced classic creamy roasted light smoky".split())
_PRODUCTS = tuple("lentil tomato chicken apple corn pepper lemon squash".split())
# What share of the stars 1 to 5 is; a course's charm makes the fifth more likely.
_WEIGHT_OF_STARS = (2, 2, 5, 18, 66)
_CHARM = {"dessert": 1.35, "bread": 1.25, "salad": 0.8, "soup": 0.95}

_RECIPE_TYPES = {
    "recipe_id": "INTEGER",
    "name": "VARCHAR",
    "course": "VARCHAR",
    "contributor_id": "INTEGER",
    "submitted": "DATE",
    "minutes": "SMALLINT",
    "steps": "TINYINT",
    "ingredients": "TINYINT",
}
_RATING_TYPES = {
    "user_id": "INTEGER",
    "recipe_id": "INTEGER",
    "rated": "DATE",
    "rating": "TINYINT",
}


def generate(directory: Path) -> None:
    """Write recipes.parquet and ratings.parquet into the directory."""
    dice = random.Random(SEED)
    recipes = list(_draw_recipes(dice))
    _write(recipes, _RECIPE_TYPES, directory / "recipes.parquet")
    ratings = list(_draw_ratings(dice, recipes))
    _write(ratings, _RATING_TYPES, directory / "ratings.parquet")


def _draw_recipes(dice: random.Random) -> Iterator[tuple[Any, ...]]:
    courses = _pick(dice, tuple(_MONTHS_OF_COURSE), _WEIGHT_OF_COURSE, RECIPES)
    years = _pick(dice, range(FIRST_YEAR, LAST_YEAR + 1), _WEIGHT_OF_YEAR, RECIPES)
    for number, (course, year) in enumerate(zip(courses, years, strict=True), 1):
        (month,) = _pick(dice, range(1, 13), _MONTHS_OF_COURSE[course], 1)
        name = f"{dice.choice(_STYLES)} {dice.choice(_PRODUCTS)} {course}"
        contributor = int(1 + 1_500 * dice.random() ** 2)
        minutes = 5 * (1 + int(30 * dice.random() ** 2))
        # Recipes grow longer over the years.
        growth = (year - FIRST_YEAR) * 0.12
        steps = 2 + int((12 + growth) * dice.random())
        ingredients = 3 + int((10 + growth) * dice.random())
        row = (number, name, course, contributor, _day(dice, course, year, month))
        yield (*row, minutes, steps, ingredients)


def _day(dice: random.Random, course: str, year: int, month: int) -> date:
    days = [date(year, month, 1 + day) for day in range(monthrange(year, month)[1])]
    likes = _PUBLISHED_ON_WEEKEND.get(course, 1.0)
    weights = [
        _PUBLISHED_ON[day.weekday()] * (likes if day.weekday() > 4 else 1.0)
        for day in days
    ]
    (chosen,) = _pick(dice, days, weights, 1)
    return chosen  # type: ignore[no-any-return]


def _draw_ratings(
    dice: random.Random, recipes: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    # A few recipes are loved by many, and many are never tried.
    fame = [1 / (0.02 + dice.random()) for _ in recipes]
    for recipe in _pick(dice, recipes, fame, RATINGS):
        left = (_END - recipe[4]).days
        rated = recipe[4] + timedelta(days=int(min(1_400, left) * dice.random() ** 2))
        week = [min(rated + timedelta(days=day), _END) for day in range(7)]
        (rated,) = _pick(dice, week, [_RATED_ON[day.weekday()] for day in week], 1)
        user = int(1 + 6_000 * dice.random() ** 2)
        yield user, recipe[0], rated, _mark(dice, recipe[2], rated.year)


def _mark(dice: random.Random, course: str, year: int) -> int:
    # Ever more people leave a comment and no stars.
    if dice.random() < 0.03 + 0.004 * (year - FIRST_YEAR):
        return 0
    *lower, best = _WEIGHT_OF_STARS
    charm = _CHARM.get(course, 1.0) * (1 + 0.02 * (year - FIRST_YEAR))
    (mark,) = _pick(dice, range(1, 6), (*lower, best * charm), 1)
    return int(mark)


def _pick(dice: random.Random, values: Any, weights: Any, count: int) -> list[Any]:
    return dice.choices(values, cum_weights=list(accumulate(weights)), k=count)


def _write(rows: list[tuple[Any, ...]], types: dict[str, str], path: Path) -> None:
    columns = ", ".join(f"unnest(?::{sql}[]) AS {name}" for name, sql in types.items())
    values = [list(column) for column in zip(*rows, strict=True)]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE sample AS SELECT {columns}", values)
        connection.execute(f"COPY sample TO '{path}' (FORMAT parquet, CODEC zstd)")


if __name__ == "__main__":
    generate(Path(__file__).parent)
