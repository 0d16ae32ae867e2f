"""The home page: the size of it all, and the finding of each other page."""

import streamlit as st

from mangetamain_analytics import queries, seasons, stars, trends, weekdays
from mangetamain_analytics.charts import bars
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.stars import Stars
from mangetamain_analytics.views import ratings, seasonality, weekends
from mangetamain_analytics.views.frame import (
    Numbers,
    show_chart,
    show_finding,
    show_metrics,
)
from mangetamain_analytics.views.trends import published_of
from mangetamain_analytics.views.weekends import week

QUESTION = "What do recipes say about cooking?"


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    totals, given = recipes.totals(selection), ratings.stars_of(recipes, selection)
    years = f"{selection.first_year}–{selection.last_year}"
    each = totals.recipes / totals.contributors if totals.contributors else 0
    show_metrics(
        ("Recipes", f"{totals.recipes:,}", years),
        ("Contributors", f"{totals.contributors:,}", f"{each:.1f} recipes each"),
        ("Ratings", f"{totals.ratings:,}", years),
        ("Mean rating", f"{given.mean:.2f} ★" if given.starred else "–", "of 5 stars"),
    )
    published = published_of(recipes, selection)
    counts = [year.recipes for year in published]
    figure = bars(
        *([str(year.year) for year in published], counts, "recipes a year"),
        *("%{x}: %{y:,} recipes<extra></extra>",),
        best=counts.index(max(counts)),
    )
    numbers: Numbers = {"Year": [year.year for year in published], "Recipes": counts}
    show_finding(figure, trends.headline(published), numbers)
    _show_findings(recipes, selection, given)


def _show_findings(recipes: Recipes, selection: Selection, given: Stars) -> None:
    months = recipes.counts(queries.RECIPES_PER_MONTH, selection, range(1, 13))
    year = seasons.year_of(months)
    published = week(recipes, selection, queries.RECIPES_PER_WEEKDAY)
    findings = (
        ("Months", seasonality.chart(year), seasons.headline(year)),
        (
            "Weekends",
            weekends.chart({"Recipes": published}),
            weekdays.headline(published),
        ),
        ("Stars", ratings.chart(given), stars.headline(given)),
    )
    for place, (name, figure, text) in zip(st.columns(3), findings, strict=True):
        with place.container(border=True, height="stretch"):
            st.subheader(name)
            st.markdown(text)
            figure.update_layout(height=230, showlegend=False).update_yaxes(title="")
            show_chart(figure, text)
