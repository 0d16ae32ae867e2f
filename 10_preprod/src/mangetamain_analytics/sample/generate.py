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
RATINGS = 24_000
FIRST_YEAR, LAST_YEAR = 1999, 2018

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
# The site grows until 2007 and fades afterwards.
_WEIGHT_OF_YEAR = (2, 3, 6, 12, 14, 16, 20, 24, 30, 27, 20, 11, 8, 7, 6, 4, 3, 2, 2, 2)
_STYLES = (
    "quick",
    "rustic",
    "spiced",
    "classic",
    "creamy",
    "roasted",
    "light",
    "smoky",
)
_PRODUCTS = (
    "lentil",
    "tomato",
    "chicken",
    "apple",
    "corn",
    "pepper",
    "lemon",
    "squash",
)
_WEIGHT_OF_RATING = (4, 2, 2, 5, 18, 69)

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
        day = 1 + int(monthrange(year, month)[1] * dice.random())
        minutes = 5 * (1 + int(30 * dice.random() ** 2))
        steps, ingredients = 2 + int(14 * dice.random()), 3 + int(12 * dice.random())
        row = (number, name, course, contributor, date(year, month, day))
        yield (*row, minutes, steps, ingredients)


def _draw_ratings(
    dice: random.Random, recipes: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    marks = _pick(dice, range(6), _WEIGHT_OF_RATING, RATINGS)
    end = date(LAST_YEAR, 12, 31)
    for mark in marks:
        recipe = recipes[int(len(recipes) * dice.random())]
        rated = recipe[4] + timedelta(days=int(1_400 * dice.random() ** 2))
        user = int(1 + 6_000 * dice.random() ** 2)
        yield user, recipe[0], min(rated, end), mark


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
