"""The pages, run by Streamlit's own test runner."""

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from mangetamain_analytics import main as main_script
from mangetamain_analytics.source import SAMPLE, Source, sample
from mangetamain_analytics.views import about, frame
from mangetamain_analytics.views.unavailable import show_unavailable

MAIN = Path(main_script.__file__)
SHA = "0123456789abcdef0123456789abcdef01234567"
CHARTS = {"overview": 4, "seasonality": 2, "weekends": 2, "ratings": 3, "trends": 3}


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the home page of a preprod deployment, not yet run."""
    monkeypatch.setenv("APP_SHA", SHA)
    monkeypatch.setenv("APP_ENVIRONMENT", "preprod")
    return AppTest.from_file(MAIN, default_timeout=30)


def page(name: str) -> AppTest:
    """Return one page with its filters, not yet run."""

    def script(name: str) -> None:
        from importlib import import_module

        from mangetamain_analytics.main import read_recipes
        from mangetamain_analytics.views import frame

        recipes = read_recipes()
        selection = frame.choose(recipes)
        frame.show_source(recipes)
        if frame.is_enough(recipes.totals(selection)):
            view = import_module(f"mangetamain_analytics.views.{name}")
            view.show(recipes, selection)

    return AppTest.from_function(script, kwargs={"name": name}, default_timeout=30)


def metrics(shown: AppTest) -> dict[str, str]:
    """Return the page's metrics by their label."""
    return {metric.label: metric.value for metric in shown.metric}


def texts(shown: AppTest) -> str:
    """Return everything that the page says."""
    return "\n".join(text.value for text in shown.markdown)


def test_the_home_page_answers_its_question(home: AppTest) -> None:
    """The page has a title, metrics, charts, and no error."""
    home.run()
    assert not home.exception
    assert home.title[0].value == "What do recipes say about cooking?"
    assert metrics(home)["Recipes"] == "9,000"
    assert len(home.get("plotly_chart")) == CHARTS["overview"]


def test_the_badge_names_environment_and_version(home: AppTest) -> None:
    """Whoever looks at the page sees which commit serves it, and where."""
    assert "PREPROD · 0123456" in texts(home.run())


@pytest.mark.parametrize("name", CHARTS)
def test_each_page_has_its_charts_read_in_words(name: str) -> None:
    """Every chart comes with a sentence, and every page with four metrics."""
    shown = page(name).run()
    assert not shown.exception
    assert len(shown.get("plotly_chart")) == CHARTS[name]
    assert len(shown.metric) == 4
    assert len(shown.markdown) >= CHARTS[name]


@pytest.mark.parametrize(
    ("name", "label", "sentence"),
    [
        ("seasonality", "Busiest month", "most in **{}**"),
        ("seasonality", "Quietest month", "**{}** is the quietest month"),
        ("weekends", "Busiest day", "**{}** is the busiest day to publish"),
        ("weekends", "Most ratings on", "Most are given on a **{}**"),
        ("ratings", "Without stars", "{} of all ratings are comments"),
        ("trends", "Most recipes in", "Publishing peaks in **{}**"),
    ],
)
@pytest.mark.parametrize("courses", [None, ["barbecue"]])
def test_text_and_metrics_agree(
    name: str, label: str, sentence: str, courses: list[str] | None
) -> None:
    """What a text says is what the figures above it say, whatever is chosen."""
    shown = page(name).run()
    if courses:
        shown.button_group[0].set_value(courses).run()
    assert sentence.format(metrics(shown)[label]) in texts(shown)


@pytest.mark.parametrize("name", [*CHARTS, "about"])
@pytest.mark.parametrize("years", [(1999, 1999), (2004, 2006)])
def test_pages_stand_a_narrow_selection(name: str, years: tuple[int, int]) -> None:
    """One course in few years is too little for many findings, and no error."""
    shown = page(name).run()
    shown.button_group[0].set_value(["soup"])
    shown.slider[0].set_value(years).run()
    assert not shown.exception
    assert bool(shown.warning) == (years == (1999, 1999))


@pytest.mark.parametrize("name", [*CHARTS, "about"])
@pytest.mark.parametrize(
    ("recipes", "ratings"),
    [("TRUE", "FALSE"), ("recipe_id = 14", "TRUE")],
)
def test_pages_stand_strange_data(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    recipes: str,
    ratings: str,
) -> None:
    """Nobody rated anything; there is one recipe, of a Saturday: still no error."""
    for file, condition in (("recipes", recipes), ("ratings", ratings)):
        rows = duckdb.sql(f"FROM '{SAMPLE}/{file}.parquet' WHERE {condition}")
        rows.write_parquet(str(tmp_path / f"{file}.parquet"))
    monkeypatch.setattr(main_script, "find_source", lambda _: sample(tmp_path))
    shown = page(name).run()
    assert not shown.exception
    assert shown.metric or "No rating" in shown.info[0].value


def test_few_recipes_come_with_a_warning() -> None:
    """A selection too small to read a habit from says so, with its size."""
    shown = page("weekends").run()
    shown.button_group[0].set_value(["bread"])
    shown.slider[0].set_value((1999, 1999)).run()
    assert "too few to read a habit from" in shown.warning[0].value
    assert any("No course has enough" in text.value for text in shown.info)


def test_the_filter_changes_the_answer() -> None:
    """Barbecue alone is a summer matter."""
    shown = page("seasonality").run()
    shown.button_group[0].set_value(["barbecue"]).run()
    assert metrics(shown)["First season"] == "Summer"
    assert metrics(shown)["Recipes"] != "9,000"


def test_an_empty_selection_is_explained(home: AppTest) -> None:
    """Without a course there is a hint, and no chart of nothing."""
    home.run()
    home.button_group[0].set_value([]).run()
    assert not home.exception
    assert "choose a course" in home.info[0].value
    assert not home.metric and not home.get("plotly_chart")


def test_a_selection_is_an_address(home: AppTest) -> None:
    """What was filtered can be sent to somebody, who sees the same."""
    home.query_params["courses"] = ["soup", "salad"]
    home.query_params["years"] = ["2003", "2010"]
    home.run()
    assert home.button_group[0].value == ["soup", "salad"]
    assert home.slider[0].value == (2003, 2010)


def test_the_data_page_says_what_the_sample_is() -> None:
    """Nobody takes synthetic recipes for measurements."""
    shown = page("about").run()
    assert metrics(shown)["Source"] == "Sample"
    assert shown.info[0].value == shown.caption[0].value == frame.SAMPLE_NOTE
    assert "found **nothing wrong**" in texts(shown)


def test_faulty_rows_are_told() -> None:
    """The worst kind is named with its number."""
    faults = {"Recipes without a date": 3, "Ratings without a recipe": 1_200, "Else": 0}
    assert about.reading(faults) == (
        "**2 of 3 checks** found faulty rows, most of them:"
        " ratings without a recipe (1,200)."
    )


def test_recipes_from_s3_say_so(home: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names where its numbers are from, and when they were read."""
    files = sample()
    elsewhere = Source("the team's S3", files.files, files.directory)
    monkeypatch.setattr("mangetamain_analytics.source.find_source", lambda _: elsewhere)
    home.run()
    assert home.caption[0].value.startswith("From the team's S3, read ")


def test_unreadable_recipes_fail_the_run(
    home: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The error leaves the script, so that the script health check turns red."""
    (tmp_path / "s3").write_text("S3_BUCKET=recipes")
    monkeypatch.setenv("APP_S3_FILE", str(tmp_path / "s3"))
    home.run()
    assert "S3_ACCESS_KEY_ID" in home.exception[0].message
    assert "PREPROD · 0123456" in texts(home)


def test_a_failure_is_not_remembered(
    home: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Once the recipes can be read again, the next visit shows them."""
    (tmp_path / "s3").write_text("S3_BUCKET=recipes")
    monkeypatch.setenv("APP_S3_FILE", str(tmp_path / "s3"))
    home.run()
    (tmp_path / "s3").write_text("")
    assert not home.run().exception


def test_unreadable_recipes_are_explained_to_visitors() -> None:
    """The error hook shows a clear page, without a traceback or a path."""

    def script() -> None:
        from mangetamain_analytics.source import RecipesUnavailable
        from mangetamain_analytics.views.unavailable import show_unavailable

        show_unavailable(RecipesUnavailable("reading /secret/recipes.parquet failed"))

    shown = AppTest.from_function(script).run()
    assert "cannot be read" in shown.error[0].value
    assert "/secret" not in texts(shown)
    assert not shown.exception


def test_other_errors_stay_with_streamlit() -> None:
    """A bug is not dressed up as missing data."""
    assert not show_unavailable(ValueError("a bug"))
