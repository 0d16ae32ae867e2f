"""The pages, run by Streamlit's own test runner."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mangetamain_analytics import recipes

MAIN = Path(recipes.__file__).with_name("main.py")
SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the home page of a preprod deployment, not yet run."""
    monkeypatch.setenv("APP_SHA", SHA)
    monkeypatch.setenv("APP_ENVIRONMENT", "preprod")
    return AppTest.from_file(MAIN, default_timeout=20)


def metrics(page: AppTest) -> dict[str, str]:
    """Return the page's metrics by their label."""
    return {metric.label: metric.value for metric in page.metric}


def test_the_home_page_answers_its_question(page: AppTest) -> None:
    """The page has metrics, a chart and a sentence that agrees with the metrics."""
    page.run()
    assert not page.exception
    assert page.title[0].value == "When do cooks publish recipes?"
    assert metrics(page)["Recipes"] == "9,000"
    assert len(page.get("plotly_chart")) == 1
    busiest = metrics(page)["Busiest month"]
    assert any(f"most in **{busiest}**" in text.value for text in page.markdown)


def test_the_badge_names_environment_and_version(page: AppTest) -> None:
    """Whoever looks at the page sees which commit serves it, and where."""
    page.run()
    assert any("preprod · 0123456" in text.value for text in page.markdown)


def test_the_filter_changes_the_answer(page: AppTest) -> None:
    """Barbecue alone is a summer matter."""
    page.run()
    page.button_group[0].set_value(["barbecue"]).run()
    assert not page.exception
    assert metrics(page)["First season"] == "Summer"
    assert metrics(page)["Recipes"] != "9,000"


def test_few_recipes_come_with_a_warning(page: AppTest) -> None:
    """A selection too small to read a season from says so."""
    page.run()
    page.button_group[0].set_value(["soup"])
    page.slider[0].set_value((1999, 1999)).run()
    assert "cannot show a season" in page.warning[0].value


def test_an_empty_selection_is_explained(page: AppTest) -> None:
    """Without a course there is a hint, and no chart of nothing."""
    page.run()
    page.button_group[0].set_value([]).run()
    assert not page.exception
    assert "choose a course" in page.info[0].value
    assert not page.metric


def test_unreadable_recipes_fail_the_run(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The error leaves the script, so that the script health check turns red."""
    monkeypatch.setattr(recipes.Recipes.__init__, "__defaults__", (tmp_path,))
    page.run()
    assert "reading" in page.exception[0].message


def test_unreadable_recipes_are_explained_to_visitors() -> None:
    """The error hook shows a clear page, without a traceback or a path."""

    def script() -> None:
        from mangetamain_analytics.recipes import RecipesUnavailable
        from mangetamain_analytics.views.unavailable import show_unavailable

        show_unavailable(RecipesUnavailable("reading /secret/recipes.parquet failed"))

    shown = AppTest.from_function(script).run()
    assert "cannot be read" in shown.error[0].value
    assert "/secret" not in "".join(text.value for text in shown.markdown)
    assert not shown.exception


def test_other_errors_stay_with_streamlit() -> None:
    """A bug is not dressed up as missing data."""
    from mangetamain_analytics.views.unavailable import show_unavailable

    assert not show_unavailable(ValueError("a bug"))
