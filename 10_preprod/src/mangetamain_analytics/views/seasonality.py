"""The seasonality page: when in the year recipes are published."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from mangetamain_analytics import queries
from mangetamain_analytics.charts import laid_out
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.seasons import (
    MONTHS,
    Season,
    Year,
    reading,
    reading_of_courses,
    year_of,
    years_of_courses,
)
from mangetamain_analytics.views.frame import Numbers, show_finding, show_metrics

QUESTION = "When do cooks publish recipes?"
_COLOURS = {
    Season.WINTER: "#4C78A8",
    Season.SPRING: "#54A24B",
    Season.SUMMER: "#F2A541",
    Season.AUTUMN: "#B5651D",
}
# Below the average, the average, above.
_COLD_TO_WARM = ((0, "#4C78A8"), (0.5, "#F7F1EA"), (1, "#B5651D"))


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    months = range(1, 13)
    year = year_of(recipes.counts(queries.RECIPES_PER_MONTH, selection, months))
    top, low, season = year.busiest, year.quietest, year.first_season
    show_metrics(
        ("Recipes", f"{year.recipes:,}", "in all months"),
        ("Busiest month", top.name, f"{top.pace - 100:+.0f}% a day"),
        ("Quietest month", low.name, f"{low.pace - 100:+.0f}% a day"),
        ("First season", season.value, f"{year.share(season):.0%} of recipes"),
    )
    numbers: Numbers = {
        "Month": [month.name for month in year.months],
        "Season": [month.season.value for month in year.months],
        "Recipes": [month.recipes for month in year.months],
        "Pace (average = 100)": [round(month.pace, 1) for month in year.months],
    }
    show_finding(chart(year), reading(year), numbers)
    st.subheader("Which dishes have a season?")
    rows = recipes.rows(queries.COURSES_PER_MONTH, selection)
    years = years_of_courses(rows)
    counts: Numbers = {"Course": [*years]} | {
        MONTHS[place][:3]: [each.months[place].recipes for each in years.values()]
        for place in range(12)
    }
    show_finding(chart_of_courses(years), reading_of_courses(years), counts)


def chart(year: Year) -> go.Figure:
    """Return the months' pace as bars, coloured by season."""
    figure = go.Figure()
    for season, colour in _COLOURS.items():
        months = [month for month in year.months if month.season == season]
        figure.add_bar(
            name=season.value,
            x=[month.name[:3] for month in months],
            y=[month.pace for month in months],
            customdata=[(month.name, month.recipes) for month in months],
            marker_color=colour,
            hovertemplate="%{customdata[0]}: %{customdata[1]:,} recipes<extra></extra>",
        )
    figure.add_hline(y=100, line_dash="dot", line_color="gray")
    order = [month.name[:3] for month in year.months]
    figure.update_xaxes(categoryorder="array", categoryarray=order)
    figure.update_yaxes(rangemode="tozero")
    return laid_out(figure, "recipes a day (average = 100)")


def chart_of_courses(years: Mapping[str, Year]) -> go.Figure:
    """Return each course's pace by month as a map of warm and cold."""
    cells = go.Heatmap(
        x=[name[:3] for name in MONTHS],
        y=[*years],
        z=[[month.pace for month in year.months] for year in years.values()],
        customdata=[
            [month.recipes for month in year.months] for year in years.values()
        ],
        **{"zmid": 100, "colorscale": _COLD_TO_WARM, "xgap": 2, "ygap": 2},
        colorbar={"title": "pace", "thickness": 12},
        hovertemplate="%{y}, %{x}: %{customdata:,} recipes, pace %{z:.0f}"
        "<extra></extra>",
    )
    figure = laid_out(go.Figure(cells), "", height=130 + 36 * len(years))
    return figure.update_yaxes(autorange="reversed").update_layout(margin_t=10)
