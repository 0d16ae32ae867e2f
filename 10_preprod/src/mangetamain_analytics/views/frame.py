"""What every page has around it: filters, the version badge, and where data is from.

Owns the sidebar and the marks that repeat. Refuses to know any page's question.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mangetamain_analytics.recipes import Recipes, Selection, Totals, everything
from mangetamain_analytics.release import Release

_Colour = Literal["green", "orange", "gray"]
_BADGE_COLOURS: dict[str, _Colour] = {"prod": "green", "preprod": "orange"}
# A table, column by column.
Numbers = Mapping[str, Sequence[Any]]
# A finding from fewer recipes says more about chance than about cooking.
_ENOUGH = 100
SAMPLE_NOTE = (
    "Sample: synthetic recipes in the shape of a recipe site's, not measurements."
)


def show_badge(release: Release) -> DeltaGenerator:
    """Say beside every page's title which version serves it, and where.

    Returns:
        The place that waits for the title.
    """
    title, badge = st.columns([4, 1], vertical_alignment="center")
    colour: _Colour = _BADGE_COLOURS.get(release.environment, "gray")
    text = f"{release.environment.upper()} · {release.short_sha}"
    with badge, st.container(horizontal_alignment="right"):
        st.badge(text, icon=":material/deployed_code:", color=colour)
    return title


def choose(recipes: Recipes) -> Selection:
    """Show the filters, which all pages share, and return what they leave.

    They are part of the page's address, so that a view can be sent to somebody.
    """
    everywhere = everything(recipes)
    first, last = everywhere.first_year, everywhere.last_year
    with st.sidebar:
        st.subheader("Filters")
        years = (first, last)
        if first < last:
            years = st.slider(
                "Years", first, last, years, key="years", bind="query-params"
            )
        courses = st.pills(
            "Courses",
            everywhere.courses,
            selection_mode="multi",
            default=everywhere.courses,
            key="courses",
            bind="query-params",
        )
    return Selection(years[0], years[1], tuple(courses or ()))


def show_source(recipes: Recipes) -> None:
    """Say where the numbers are from."""
    if recipes.source.is_sample:
        st.sidebar.caption(SAMPLE_NOTE)
        return
    when = recipes.read_at.strftime("%d %B %Y, %H:%M UTC")
    st.sidebar.caption(f"From {recipes.source.label}, read {when}.")


def is_enough(totals: Totals) -> bool:
    """Tell whether there is anything to show; say what to do where there is not."""
    if not totals.recipes:
        st.info(
            "No recipe matches: choose a course or more years.",
            icon=":material/filter_alt:",
        )
        return False
    if totals.recipes < _ENOUGH:
        st.warning(
            f"Only {totals.recipes} recipes match, too few to read a habit from:"
            " choose more years or courses."
        )
    return True


def show_finding(figure: go.Figure, text: str, numbers: Numbers) -> None:
    """Show a chart, the sentence that reads it, and its numbers for who wants them."""
    st.markdown(text)
    show_chart(figure, text)
    with st.expander("The numbers", icon=":material/table_chart:"):
        st.dataframe(dict(numbers), hide_index=True)


def show_chart(figure: go.Figure, text: str) -> None:
    """Show a chart; the text is what those who cannot see it are read."""
    alt = text.replace("**", "")
    st.plotly_chart(figure, config={"displayModeBar": False}, alt=alt)


def show_metrics(*metrics: tuple[str, str, str]) -> None:
    """Show figures side by side: label, value, and a note on it."""
    for column, (label, value, note) in zip(
        st.columns(len(metrics)), metrics, strict=True
    ):
        # Neutral: a quiet month is neither good nor bad.
        column.metric(
            *(label, value, note),
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
