"""The reading of the sample, and the sample itself."""

from pathlib import Path

import duckdb
import pytest

from mangetamain_analytics.recipes import SAMPLE, Recipes, RecipesUnavailable, Selection
from mangetamain_analytics.sample import generate

FILES = ("recipes.parquet", "ratings.parquet")


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a freshly generated sample."""
    directory: Path = tmp_path_factory.mktemp("sample")
    generate.generate(directory)
    return directory


@pytest.mark.parametrize("name", FILES)
def test_the_committed_sample_is_what_the_script_makes(
    made_again: Path, name: str
) -> None:
    """Every row of the file in the repository comes out of the generator again."""
    committed, made = (str(directory / name) for directory in (SAMPLE, made_again))
    rows = [duckdb.read_parquet(path).fetchall() for path in (committed, made)]
    assert rows[0] == rows[1]
    assert duckdb.read_parquet(committed).types == duckdb.read_parquet(made).types


def test_the_sample_is_small() -> None:
    """What ships with the repository stays below a megabyte."""
    assert sum((SAMPLE / name).stat().st_size for name in FILES) < 1_000_000


def test_ratings_belong_to_recipes_and_come_after_them() -> None:
    """No rating is orphaned, out of 0 to 5, or older than its recipe."""
    recipes, ratings = (str(SAMPLE / name) for name in FILES)
    wrong = """
        SELECT count(*) FROM read_parquet(?) LEFT JOIN read_parquet(?) USING (recipe_id)
        WHERE name IS NULL OR rated < submitted OR rating NOT BETWEEN 0 AND 5
    """
    assert duckdb.execute(wrong, [ratings, recipes]).fetchone() == (0,)


def test_filters_partition_the_recipes() -> None:
    """All years and courses give every recipe; each filter gives a part of them."""
    recipes = Recipes()
    first, last = recipes.years()
    courses = recipes.courses()
    everything = sum(recipes.per_month(Selection(first, last, courses)).values())
    by_course = [
        sum(recipes.per_month(Selection(first, last, (course,))).values())
        for course in courses
    ]
    early = sum(recipes.per_month(Selection(first, 2006, courses)).values())
    late = sum(recipes.per_month(Selection(2007, last, courses)).values())
    assert (first, last, everything) == (1999, 2018, generate.RECIPES)
    assert sum(by_course) == early + late == everything
    assert all(by_course) and early and late


def test_an_empty_selection_still_has_twelve_months() -> None:
    """No course chosen is no recipe in any month."""
    assert Recipes().per_month(Selection(1999, 2018, ())) == dict.fromkeys(
        range(1, 13), 0
    )


@pytest.mark.parametrize("content", [None, b"not a Parquet file"])
def test_unreadable_recipes_are_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing or broken file is one typed error that says which file."""
    if content is not None:
        (tmp_path / "recipes.parquet").write_bytes(content)
    with pytest.raises(RecipesUnavailable, match="recipes.parquet"):
        Recipes(tmp_path).years()
