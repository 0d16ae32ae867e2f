"""The ratings page: what people think of what they cooked."""

import plotly.graph_objects as go
import streamlit as st

from mangetamain_analytics import queries
from mangetamain_analytics.charts import bars, ranges
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.stars import (
    CourseStars,
    Stars,
    reach_of,
    reading,
    reading_of_courses,
    reading_of_reach,
    stars_of_courses,
)
from mangetamain_analytics.views.frame import Numbers, show_finding, show_metrics

QUESTION = "How do people rate recipes?"
_MARKS = ("no stars", "1 ★", "2 ★", "3 ★", "4 ★", "5 ★")


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    stars = stars_of(recipes, selection)
    if not stars.ratings:
        st.info("No rating was given in these years.", icon=":material/filter_alt:")
        return
    show_metrics(
        ("Ratings", f"{stars.ratings:,}", "with and without stars"),
        ("Mean", f"{stars.mean:.2f} ★", "of those with stars"),
        ("Five stars", f"{stars.share(5):.0%}", "of all ratings"),
        ("Without stars", f"{stars.share(0):.1%}", "of all ratings"),
    )
    numbers: Numbers = {
        "Rating": _MARKS,
        "Ratings": [stars.counts[mark] for mark in range(6)],
    }
    show_finding(chart(stars), reading(stars), numbers)
    _show_courses(stars_of_courses(recipes.rows(queries.STARS_PER_COURSE, selection)))
    _show_reach(dict(recipes.rows(queries.RECIPES_PER_RATINGS, selection)))
    _show_most_rated(recipes, selection)


def stars_of(recipes: Recipes, selection: Selection) -> Stars:
    """Return the stars that the selected recipes got."""
    return Stars(recipes.counts(queries.RATINGS_PER_MARK, selection, range(6)))


def chart(stars: Stars) -> go.Figure:
    """Return how often each mark was given."""
    counts = [stars.counts[mark] for mark in range(6)]
    hover = "%{x}: %{y:,} ratings<extra></extra>"
    return bars(_MARKS, counts, "ratings", hover, best=counts.index(max(counts)))


def chart_of_courses(courses: tuple[CourseStars, ...]) -> go.Figure:
    """Return each course's mean, with what it may be in truth."""
    return ranges(
        [course.course for course in courses],
        [course.mean for course in courses],
        [(each.mean - each.error, each.mean + each.error) for each in courses],
        "mean stars (bar: 95% sure)",
        "%{y}: %{x:.2f} stars<extra></extra>",
    )


def _show_courses(courses: tuple[CourseStars, ...]) -> None:
    if not courses:
        return
    st.subheader("Which dishes are liked best?")
    numbers: Numbers = {
        "Course": [course.course for course in courses],
        "Ratings with stars": [course.ratings for course in courses],
        "Mean": [round(course.mean, 3) for course in courses],
        "± (95%)": [round(course.error, 3) for course in courses],
    }
    show_finding(chart_of_courses(courses), reading_of_courses(courses), numbers)


def _show_reach(recipes_per_ratings: dict[int, int]) -> None:
    st.subheader("How many recipes get noticed?")
    reach = reach_of(recipes_per_ratings)
    hover = "rated %{x}: %{y:,} recipes<extra></extra>"
    figure = bars([*reach], [*reach.values()], "recipes", hover, best=0)
    numbers: Numbers = {"Rated": [*reach], "Recipes": [*reach.values()]}
    show_finding(figure, reading_of_reach(recipes_per_ratings), numbers)


def _show_most_rated(recipes: Recipes, selection: Selection) -> None:
    st.subheader("The most rated recipes")
    rows = recipes.rows(queries.MOST_RATED, selection)
    names, courses, ratings, means = zip(*rows, strict=True)
    table = {"Recipe": names, "Course": courses, "Ratings": ratings, "Mean": means}
    mean = st.column_config.NumberColumn(format="%.2f ★")
    st.dataframe(table, hide_index=True, column_config={"Mean": mean})
