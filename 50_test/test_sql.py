"""Every SQL statement of the app, by DuckDB, over Parquet that came from S3."""

from typing import Any

import duckdb
import pytest

from mangetamain_analytics import queries
from mangetamain_analytics.recipes import Recipes, Selection, everything
from mangetamain_analytics.source import SAMPLE, sample

STATEMENTS = {
    name: text
    for name, text in vars(queries).items()
    if name.isupper() and not name.startswith("_")
}
LOADING = {name for name in STATEMENTS if name.startswith("LOAD_")}
ASKING = sorted(set(STATEMENTS) - LOADING)


@pytest.fixture(scope="module")
def local() -> Recipes:
    """Return the recipes that were read from the disk."""
    return Recipes.read(sample())


def ask(recipes: Recipes, name: str, selection: Selection) -> list[Any]:
    """Return the rows of a statement, with parameters where it has any."""
    statement = STATEMENTS[name]
    if "$first_year" in statement:
        return sorted(recipes.rows(statement, selection), key=str)
    return sorted(recipes.database.execute(statement).fetchall(), key=str)


def test_the_list_of_statements_is_not_empty() -> None:
    """The statements are found by their names, so this looks whether any were."""
    assert len(LOADING) == 2
    assert len(ASKING) > 10
    assert all("SELECT" in STATEMENTS[name] for name in STATEMENTS)


@pytest.mark.parametrize("name", ASKING)
def test_a_statement_answers_the_same_from_s3(
    on_s3: Recipes, local: Recipes, name: str
) -> None:
    """The answer has rows, and does not depend on where the files are."""
    rows = ask(on_s3, name, everything(on_s3))
    assert rows
    assert rows == ask(local, name, everything(local))


@pytest.mark.parametrize("name", ASKING)
def test_a_statement_stands_an_empty_selection(on_s3: Recipes, name: str) -> None:
    """Nothing chosen is no error, and gives no row about a recipe."""
    rows = ask(on_s3, name, Selection(1999, 2018, ()))
    if "$first_year" in STATEMENTS[name]:
        assert rows in ([], [(0, 0, 0)])
    else:
        assert rows


@pytest.mark.parametrize("name", ASKING)
def test_a_statement_keeps_hostile_text_as_text(on_s3: Recipes, name: str) -> None:
    """A course from a crafted address is a parameter, never a part of the SQL."""
    before = on_s3.sizes()
    ask(on_s3, name, Selection(1999, 2018, ("soup'); DROP TABLE recipes; --",)))
    assert on_s3.sizes() == before


def test_loading_keeps_every_row(on_s3: Recipes) -> None:
    """What DuckDB has of the files on S3 is what DuckDB finds in the files."""
    counts = tuple(
        duckdb.read_parquet(str(SAMPLE / name)).count("*").fetchall()[0][0]
        for name in ("recipes.parquet", "ratings.parquet")
    )
    assert on_s3.sizes() == counts
