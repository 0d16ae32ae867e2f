"""The weekend page: what Saturday and Sunday change."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from mangetamain_analytics import queries
from mangetamain_analytics.charts import ACCENT, SECOND, laid_out, ranges
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.views.frame import Numbers, show_finding, show_metrics
from mangetamain_analytics.weekdays import Day, Week, reading, week_of
from mangetamain_analytics.weekend_courses import (
    CourseAtWeekend,
    courses_at_weekends,
    reading_of_courses,
)

QUESTION = "What does the weekend change?"


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    published = week(recipes, selection, queries.RECIPES_PER_WEEKDAY)
    rated = week(recipes, selection, queries.RATINGS_PER_WEEKDAY)
    effect, most = published.weekend_effect, rated.busiest
    top, low = published.busiest, published.quietest
    show_metrics(
        (
            "Weekend effect",
            "–" if effect is None else f"{effect:+.0%}",
            "recipes a day",
        ),
        ("Busiest day", top.name, _compared(top)),
        ("Quietest day", low.name, _compared(low)),
        ("Most ratings on", most.name if most.count else "–", _compared(most)),
    )
    numbers: Numbers = {
        "Day": [day.name for day in published.days],
        "Recipes": [day.count for day in published.days],
        "Ratings": [day.count for day in rated.days],
        "Such days": [day.dates for day in published.days],
    }
    figure = chart({"Recipes": published, "Ratings": rated})
    show_finding(figure, reading(published, rated), numbers)
    _show_courses(
        courses_at_weekends(recipes.rows(queries.COURSES_AT_WEEKENDS, selection))
    )


def week(recipes: Recipes, selection: Selection, query: str) -> Week:
    """Return the average week that a query about weekdays gives."""
    counts = recipes.counts(query, selection, range(1, 8))
    return week_of(counts, selection.first_year, selection.last_year)


def chart(weeks: Mapping[str, Week]) -> go.Figure:
    """Return one or two weeks as bars side by side, the weekend on a shade."""
    figure = go.Figure()
    for (name, each), colour in zip(weeks.items(), (ACCENT, SECOND), strict=False):
        figure.add_bar(
            name=name,
            x=[day.name[:3] for day in each.days],
            y=[day.pace for day in each.days],
            customdata=[(day.name, day.count) for day in each.days],
            marker_color=colour,
            hovertemplate="%{customdata[0]}: %{customdata[1]:,} "
            f"{name.lower()}<extra></extra>",
        )
    figure.add_hline(y=100, line_dash="dot", line_color="gray")
    figure.add_vrect(
        x0=4.5, x1=6.5, fillcolor="gray", opacity=0.12, line_width=0, layer="below"
    )
    return laid_out(figure, "a day (average = 100)").update_yaxes(rangemode="tozero")


def chart_of_courses(courses: tuple[CourseAtWeekend, ...]) -> go.Figure:
    """Return the effect in each course, with what it may be in truth."""
    figure = ranges(
        [course.course for course in courses],
        [course.effect for course in courses],
        [(course.interval.low, course.interval.high) for course in courses],
        "recipes on a weekend day, compared with a weekday (bar: 95% sure)",
        "%{y}: %{x:+.0%}<extra></extra>",
    )
    figure.add_vline(x=0, line_dash="dot", line_color="gray")
    return figure.update_xaxes(tickformat="+.0%")


def _compared(day: Day) -> str:
    return f"{day.pace - 100:+.0f}% a day" if day.count else "nothing at all"


def _show_courses(courses: tuple[CourseAtWeekend, ...]) -> None:
    st.subheader("Which dishes are for the weekend?")
    if not courses:
        st.info("No course has enough recipes to tell.")
        return
    numbers: Numbers = {
        "Course": [course.course for course in courses],
        "Recipes": [course.recipes for course in courses],
        "Weekend effect": [f"{course.effect:+.0%}" for course in courses],
        "At least": [f"{course.interval.low:+.0%}" for course in courses],
        "At most": [f"{course.interval.high:+.0%}" for course in courses],
    }
    show_finding(chart_of_courses(courses), reading_of_courses(courses), numbers)
