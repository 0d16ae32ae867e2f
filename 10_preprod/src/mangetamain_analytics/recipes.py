"""The recipes, as answers to the pages' questions.

Owns the reading of the Parquet files through DuckDB. Refuses to interpret them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from mangetamain_analytics import queries

SAMPLE = Path(__file__).with_name("sample")


class RecipesUnavailable(Exception):
    """The recipes could not be read."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which recipes a visitor wants to see; both years are included."""

    first_year: int
    last_year: int
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipes in one directory of Parquet files."""

    directory: Path = SAMPLE

    def courses(self) -> tuple[str, ...]:
        """Return the courses that recipes belong to, in alphabetical order."""
        return tuple(course for (course,) in self._ask(queries.COURSES))

    def years(self) -> tuple[int, int]:
        """Return the first and the last year with recipes."""
        ((first, last),) = self._ask(queries.YEARS)
        return first, last

    def per_month(self, selection: Selection) -> dict[int, int]:
        """Return how many of the selected recipes appeared in each month, 1 to 12."""
        rows = self._ask(
            queries.RECIPES_PER_MONTH,
            first_year=selection.first_year,
            last_year=selection.last_year,
            courses=list(selection.courses),
        )
        return dict.fromkeys(range(1, 13), 0) | {month: count for month, count in rows}

    def _ask(self, query: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
        path = self.directory / "recipes.parquet"
        try:
            bound = {"recipes": str(path), **parameters}
            # A cursor of its own: visitors' scripts run in threads.
            with _database().cursor() as cursor:
                return cursor.execute(query, bound).fetchall()
        except duckdb.Error as error:
            raise RecipesUnavailable(
                f"reading {path} failed: {error}; run"
                " `python -m mangetamain_analytics.sample.generate` to make it again"
            ) from error


@cache
def _database() -> duckdb.DuckDBPyConnection:
    # Opening one takes 20 ms, a query 2 ms.
    return duckdb.connect()
