"""The team's own S3, where this machine has its settings."""

import os
import time
from pathlib import Path

import pytest

from mangetamain_analytics.recipes import Recipes, everything
from mangetamain_analytics.source import SECRET_FILE, find_source

NO_SETTINGS = (
    "the team's S3 is not configured here: set APP_S3_FILE to the file with its"
    " settings, or S3_SETTINGS to the text of one"
)


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Recipes:
    """Return the team's recipes; skip where nothing is configured."""
    file = Path(os.environ.get("APP_S3_FILE", SECRET_FILE))
    if text := os.environ.get("S3_SETTINGS"):
        file = tmp_path_factory.mktemp("settings") / "s3"
        file.touch(mode=0o600)
        file.write_text(text)
    found = find_source({"APP_S3_FILE": str(file)})
    if found.is_sample:
        pytest.skip(NO_SETTINGS)
    return Recipes.read(found)


def test_the_recipes_are_there(recipes: Recipes) -> None:
    """There are recipes and ratings, of more than one year and course."""
    totals = recipes.totals(everything(recipes))
    first, last = recipes.years()
    assert totals.recipes and totals.ratings
    assert first < last and len(recipes.courses()) > 1


def test_the_rows_can_be_trusted(recipes: Recipes) -> None:
    """Fewer than one row in a hundred is faulty in any of the ways looked for."""
    worst = max(recipes.quality().values())
    assert worst < sum(recipes.sizes()) / 100, recipes.quality()


def test_reading_is_quick(recipes: Recipes) -> None:
    """Reading them again takes less than a visitor's patience."""
    start = time.monotonic()
    Recipes.read(recipes.source)
    assert time.monotonic() - start < 10
