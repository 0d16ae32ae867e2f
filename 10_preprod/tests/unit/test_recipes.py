"""The reading of the sample, the answers from it, and the sample itself."""

from pathlib import Path

import duckdb
import pytest

from mangetamain_analytics import queries
from mangetamain_analytics.recipes import Recipes, Selection, everything
from mangetamain_analytics.sample import generate
from mangetamain_analytics.source import SAMPLE, RecipesUnavailable, sample

FILES = ("recipes.parquet", "ratings.parquet")
MONTHS = range(1, 13)


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a freshly generated sample."""
    directory: Path = tmp_path_factory.mktemp("sample")
    generate.generate(directory)
    return directory


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a directory with a copy of the sample, to be damaged."""
    for name in FILES:
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    return tmp_path


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


def test_the_sample_has_no_faulty_row(recipes: Recipes) -> None:
    """No check of the data page finds anything."""
    assert set(recipes.quality().values()) == {0}


def test_filters_partition_the_recipes(recipes: Recipes) -> None:
    """All years and courses give every recipe; each filter gives a part of them."""
    first, last = recipes.years()
    courses = recipes.courses()

    def count(*selection: object) -> int:
        chosen = Selection(*selection)  # type: ignore[arg-type]
        return sum(recipes.counts(queries.RECIPES_PER_MONTH, chosen, MONTHS).values())

    by_course = [count(first, last, (course,)) for course in courses]
    early, late = count(first, 2006, courses), count(2007, last, courses)
    assert (first, last, count(first, last, courses)) == (1999, 2018, generate.RECIPES)
    assert sum(by_course) == early + late == generate.RECIPES
    assert all(by_course) and early and late


def test_the_totals_are_the_files_sizes(recipes: Recipes) -> None:
    """A selection of everything leaves nothing out, neither recipes nor ratings."""
    totals = recipes.totals(everything(recipes))
    assert (totals.recipes, totals.ratings) == recipes.sizes()
    assert recipes.sizes() == (generate.RECIPES, generate.RATINGS)


def test_a_rating_counts_in_the_year_in_which_it_was_given(recipes: Recipes) -> None:
    """The ratings of single years add up to all of them."""
    years = range(1999, 2019)
    each = [
        recipes.totals(Selection(year, year, recipes.courses())).ratings
        for year in years
    ]
    assert sum(each) == generate.RATINGS


def test_an_empty_selection_still_has_twelve_months(recipes: Recipes) -> None:
    """No course chosen is no recipe in any month."""
    nothing = Selection(1999, 2018, ())
    counts = recipes.counts(queries.RECIPES_PER_MONTH, nothing, MONTHS)
    assert counts == dict.fromkeys(MONTHS, 0)
    assert recipes.totals(nothing).recipes == 0


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [None, b"not a Parquet file"])
def test_unreadable_files_are_named(
    copied: Path, name: str, content: bytes | None
) -> None:
    """A missing or broken file is one typed error that says which file."""
    file = copied / name
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(RecipesUnavailable, match=name):
        Recipes.read(sample(copied))


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("* EXCLUDE course", "course"),
        ("* REPLACE ('soon' AS submitted)", "soon"),
        ("* REPLACE (NULL AS submitted)", "no recipe with a date"),
        ("* EXCLUDE (name) LIMIT 0", "name"),
    ],
)
def test_other_columns_are_named(copied: Path, select: str, reason: str) -> None:
    """Files that are Parquet, and not recipes, fail with what is wrong."""
    columns, _, limit = select.partition(" LIMIT ")
    rows = duckdb.sql(
        f"SELECT {columns} FROM '{SAMPLE / FILES[0]}' LIMIT {limit or 'ALL'}"
    )
    rows.write_parquet(str(copied / FILES[0]))
    with pytest.raises(RecipesUnavailable, match=reason):
        Recipes.read(sample(copied))


def test_other_types_are_taken_where_they_mean_the_same(copied: Path) -> None:
    """A timestamp for a date and a text for a number are no obstacle."""
    rows = duckdb.sql(
        "SELECT * REPLACE (submitted::TIMESTAMP AS submitted,"
        f" minutes::VARCHAR AS minutes) FROM '{SAMPLE / FILES[0]}'"
    )
    rows.write_parquet(str(copied / FILES[0]))
    assert Recipes.read(sample(copied)).years() == (1999, 2018)


def test_faulty_rows_are_counted(copied: Path) -> None:
    """Each kind of fault that the data page looks for is found."""
    file = f"'{SAMPLE / FILES[0]}'"
    rows = duckdb.sql(f"""
        SELECT * FROM {file} WHERE recipe_id > 2
        UNION ALL SELECT * FROM {file} WHERE recipe_id = 3
        UNION ALL SELECT * REPLACE (NULL AS course, NULL AS submitted, 0 AS minutes)
        FROM {file} WHERE recipe_id = 1
        UNION ALL SELECT * REPLACE ('2019-01-01'::DATE AS submitted)
        FROM {file} WHERE recipe_id = 2
        """)
    rows.write_parquet(str(copied / FILES[0]))
    marks = f"'{SAMPLE / FILES[1]}'"
    duckdb.sql(f"""
        SELECT * FROM {marks} UNION ALL SELECT 1, 2, '2005-01-01', 9
        UNION ALL SELECT 1, 99999, '2005-01-01', 5
        """).write_parquet(str(copied / FILES[1]))
    faults = Recipes.read(sample(copied)).quality()
    assert all(faults.values()), faults
    assert faults["Ratings without a recipe"] == 1
