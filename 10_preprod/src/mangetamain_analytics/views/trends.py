"""The trends page: what twenty years change."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from mangetamain_analytics import queries
from mangetamain_analytics.charts import ACCENT, SECOND, laid_out, line
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.trends import (
    MEASURES,
    Published,
    Rated,
    measured,
    reading,
    reading_of_measures,
    reading_of_stars,
)
from mangetamain_analytics.views.frame import show_finding, show_metrics

QUESTION = "What changes over the years?"


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    published, rated = published_of(recipes, selection), rated_of(recipes, selection)
    peak = max(published, key=lambda year: year.recipes)
    crowd = max(published, key=lambda year: year.contributors)
    each = peak.recipes / peak.contributors
    show_metrics(
        ("Years", f"{published[0].year}–{published[-1].year}", "with recipes"),
        ("Most recipes in", str(peak.year), f"{peak.recipes:,} recipes"),
        ("Most contributors in", str(crowd.year), f"{crowd.contributors:,} people"),
        ("Recipes per contributor", f"{each:.1f}", f"in {peak.year}"),
    )
    st.subheader("How active is the site?")
    show_finding(chart(published, rated), reading(published, rated), _size(published))
    st.subheader("Do recipes become longer?")
    text = reading_of_measures(published)
    show_finding(chart_of_measures(published), text, _measures(published))
    if rated:
        st.subheader("Do people become kinder?")
        show_finding(chart_of_stars(rated), reading_of_stars(rated), _stars(rated))


def published_of(recipes: Recipes, selection: Selection) -> list[Published]:
    """Return what was published, year by year."""
    rows = recipes.rows(queries.PUBLISHED_PER_YEAR, selection)
    return [Published(*row) for row in rows]


def rated_of(recipes: Recipes, selection: Selection) -> list[Rated]:
    """Return what was rated, year by year."""
    return [Rated(*row) for row in recipes.rows(queries.RATED_PER_YEAR, selection)]


def chart(published: Sequence[Published], rated: Sequence[Rated]) -> go.Figure:
    """Return recipes and ratings by year, one above the other."""
    figure = make_subplots(
        rows=2,
        shared_xaxes=True,
        subplot_titles=("Recipes", "Ratings"),
        vertical_spacing=0.12,
    )
    years = [year.year for year in published]
    recipes = line(
        *(years, [year.recipes for year in published]),
        *("Recipes", "%{x}: %{y:,} recipes"),
    )
    given = line(
        *([year.year for year in rated], [year.ratings for year in rated]),
        *("Ratings", "%{x}: %{y:,} ratings", SECOND),
    )
    figure.add_trace(recipes, row=1, col=1).add_trace(given, row=2, col=1)
    figure.update_yaxes(rangemode="tozero").update_layout(showlegend=False)
    return laid_out(figure, "a year", height=460)


def chart_of_measures(published: Sequence[Published]) -> go.Figure:
    """Return what may change about a recipe, side by side."""
    titles = [name.capitalize() for name in MEASURES]
    figure = make_subplots(cols=len(MEASURES), subplot_titles=titles)
    for column, name in enumerate(MEASURES, start=1):
        points = measured(name, published)
        hover = f"%{{x}}: %{{y:.1f}} {name}"
        trace = line([*points], [*points.values()], name, hover)
        figure.add_trace(trace, row=1, col=column)
    figure.update_yaxes(rangemode="tozero").update_layout(showlegend=False)
    return laid_out(figure, "", height=300)


def chart_of_stars(rated: Sequence[Rated]) -> go.Figure:
    """Return the mean rating and the share without stars, side by side."""
    titles = ("Mean rating (stars)", "Ratings without stars")
    figure = make_subplots(cols=2, subplot_titles=titles)
    years = [year.year for year in rated]
    means = line(
        *(years, [year.stars for year in rated]),
        *("Mean", "%{x}: %{y:.2f} stars", ACCENT),
    )
    without = line(
        *(years, [year.share_without for year in rated]),
        *("Without stars", "%{x}: %{y:.1%}", SECOND),
    )
    figure.add_trace(means, row=1, col=1).add_trace(without, row=1, col=2)
    laid_out(figure, "", height=300).update_layout(showlegend=False)
    return figure.update_yaxes(tickformat=".0%", rangemode="tozero", col=2)


def _size(published: Sequence[Published]) -> dict[str, list[int]]:
    return {
        "Year": [year.year for year in published],
        "Recipes": [year.recipes for year in published],
        "Contributors": [year.contributors for year in published],
    }


def _measures(published: Sequence[Published]) -> dict[str, list[float]]:
    columns = {
        name.capitalize(): [round(value(year), 2) for year in published]
        for name, value in MEASURES.items()
    }
    return {"Year": [year.year for year in published], **columns}


def _stars(rated: Sequence[Rated]) -> dict[str, list[float]]:
    return {
        "Year": [year.year for year in rated],
        "Ratings": [year.ratings for year in rated],
        "Without stars": [year.without_stars for year in rated],
        "Mean": [round(year.stars or 0, 3) for year in rated],
    }
