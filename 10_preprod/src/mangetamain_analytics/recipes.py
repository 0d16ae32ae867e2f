"""The recipes and ratings, as answers to the pages' questions.

Owns the DuckDB database that the Parquet files are read into, once: the pages ask
memory, whether the files are beside the app or on S3. Refuses to interpret the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from mangetamain_analytics import queries
from mangetamain_analytics.source import RecipesUnavailable, Source

Rows = Sequence[tuple[Any, ...]]
_FILES = {
    "recipes.parquet": queries.LOAD_RECIPES,
    "ratings.parquet": queries.LOAD_RATINGS,
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which recipes a visitor wants to see; both years are included."""

    first_year: int
    last_year: int
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a selection holds."""

    recipes: int
    contributors: int
    ratings: int


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipes and ratings of one source, as they were when they were read."""

    source: Source
    database: duckdb.DuckDBPyConnection
    read_at: datetime

    @classmethod
    def read(cls, source: Source) -> Self:
        """Read both files into memory.

        Raises:
            RecipesUnavailable: a file cannot be reached, is damaged, has other columns,
                or no row.
        """
        database = duckdb.connect()
        for name, statement in _FILES.items():
            path = f"{source.directory}/{name}"
            try:
                _load(database, source, path, statement)
            except (OSError, pa.ArrowException, duckdb.Error) as error:
                raise RecipesUnavailable(
                    f"reading {name} from {source.label} ({path}) failed: {error}"
                ) from error
        return cls(source, database, datetime.now(UTC))

    def courses(self) -> tuple[str, ...]:
        """Return the courses that recipes belong to, in alphabetical order."""
        return tuple(course for (course,) in self._ask(queries.COURSES))

    def years(self) -> tuple[int, int]:
        """Return the first and the last year with recipes."""
        ((first, last),) = self._ask(queries.YEARS)
        return first, last

    def sizes(self) -> tuple[int, int]:
        """Return how many recipes and how many ratings were read."""
        ((recipes, ratings),) = self._ask(queries.SIZES)
        return recipes, ratings

    def totals(self, selection: Selection) -> Totals:
        """Return how much the selection holds."""
        (row,) = self.rows(queries.TOTALS, selection)
        return Totals(*row)

    def counts(
        self, query: str, selection: Selection, keys: Sequence[int]
    ) -> dict[int, int]:
        """Return a count for each key; a key that no row has counts zero."""
        return dict.fromkeys(keys, 0) | dict(self.rows(query, selection))

    def rows(self, query: str, selection: Selection) -> Rows:
        """Return the rows of one of the queries about a selection."""
        return self._ask(query, asdict(selection) | {"courses": [*selection.courses]})

    def quality(self) -> dict[str, int]:
        """Return how many rows have which fault."""
        return dict(self._ask(queries.QUALITY))

    def _ask(self, query: str, parameters: Mapping[str, Any] | None = None) -> Rows:
        # A cursor of its own: visitors' scripts run in threads.
        with self.database.cursor() as cursor:
            return cursor.execute(query, parameters).fetchall()


def _load(
    database: duckdb.DuckDBPyConnection, source: Source, path: str, statement: str
) -> None:
    files = ds.dataset(path, filesystem=source.files, format="parquet")
    database.register("parquet", files)
    database.execute(statement).fetchall()
    database.unregister("parquet")
    if database.execute(queries.YEARS).fetchall() == [(None, None)]:
        raise OSError("it holds no recipe with a date")


def everything(recipes: Recipes) -> Selection:
    """Return the selection that leaves nothing out."""
    return Selection(*recipes.years(), recipes.courses())
