"""The seasonality page: when in the year recipes are published."""

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.seasons import Season, Year, reading, year_of

_COLOURS = {
    Season.WINTER: "#4C78A8",
    Season.SPRING: "#54A24B",
    Season.SUMMER: "#F2A541",
    Season.AUTUMN: "#B5651D",
}
# A pace from fewer recipes says more about chance than about seasons.
_ENOUGH = 100


def show() -> None:
    """Show the page."""
    st.title("When do cooks publish recipes?")
    recipes = Recipes()
    selection = _filter(recipes)
    year = year_of(recipes.per_month(selection))
    if not year.recipes:
        st.info("No recipe matches: choose a course.", icon=":material/filter_alt:")
        return
    _show_metrics(year)
    st.plotly_chart(chart(year), config={"displayModeBar": False})
    st.markdown(reading(year))
    if year.recipes < _ENOUGH:
        st.warning("So few recipes cannot show a season: choose more years or courses.")
    st.caption(
        "Sample: synthetic recipes in the shape of a recipe site's, not measurements."
    )


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
    return _laid_out(figure, [month.name[:3] for month in year.months])


def _laid_out(figure: go.Figure, order: list[str]) -> go.Figure:
    figure.add_hline(y=100, line_dash="dot", line_color="gray")
    figure.update_xaxes(categoryorder="array", categoryarray=order)
    figure.update_yaxes(title="recipes a day (average = 100)", rangemode="tozero")
    legend = {"orientation": "h", "y": 1.12, "x": 0}
    margin = {"l": 0, "r": 0, "t": 30, "b": 0}
    return figure.update_layout(legend=legend, margin=margin, height=380, bargap=0.25)


def _filter(recipes: Recipes) -> Selection:
    first, last = recipes.years()
    courses = recipes.courses()
    left, right = st.columns(2, gap="large")
    years = left.slider("Years", first, last, (first, last))
    chosen = right.pills(
        "Courses", courses, selection_mode="multi", default=courses, wrap=True
    )
    return Selection(years[0], years[1], tuple(chosen))


def _show_metrics(year: Year) -> None:
    top, low, season = year.busiest, year.quietest, year.first_season
    columns = st.columns(4)
    columns[0].metric("Recipes", f"{year.recipes:,}")
    _compare(columns[1], "Busiest month", top.name, f"{top.pace - 100:+.0f}% a day")
    _compare(columns[2], "Quietest month", low.name, f"{low.pace - 100:+.0f}% a day")
    share = f"{year.share(season):.0%} of recipes"
    _compare(columns[3], "First season", season.value, share)


def _compare(column: DeltaGenerator, label: str, value: str, note: str) -> None:
    # Neutral: a quiet month is neither good nor bad.
    column.metric(label, value, note, delta_color="off", delta_arrow="off")
