"""The data page: where the numbers are from, how good they are, what words mean."""

import streamlit as st

from mangetamain_analytics import queries
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.views.frame import SAMPLE_NOTE, show_metrics

QUESTION = "What are these numbers made of?"
_WORDS = """
- **Recipe**: counts in the year in which it was published, **rating**: in the year in
  which it was given. Both belong to the recipe's course.
- **Rating of 0**: a comment without stars. It is a rating, and in no mean.
- **Pace**: how many a day, compared with the average day (100): February is short, and
  a year has 53 of some weekdays.
- **Season**: of the northern hemisphere, by whole months; winter starts in December.
- **Weekend effect**: a day of the weekend compared with a day from Monday to Friday.
- **95% sure**: if all this were collected again and again, 95 of 100 such bars would
  hold the true value.
- **More than chance**: chance alone would do this in fewer than 1 case of 100 (months,
  weekdays) or 5 of 100 (the gap between two courses).
- **Trend**: a straight line through the years, told where its slope is more than three
  standard errors from zero; years with fewer than 20 recipes or ratings are left out.
"""


def show(recipes: Recipes, selection: Selection) -> None:
    """Show the page."""
    size, ratings = recipes.sizes()
    first, last = recipes.years()
    faults = recipes.quality()
    found = sum(faults.values())
    read = recipes.read_at.strftime("read %d %b %Y, %H:%M UTC")
    show_metrics(
        ("Recipes", f"{size:,}", f"{first}–{last}"),
        ("Ratings", f"{ratings:,}", f"{ratings / size:.1f} a recipe"),
        ("Source", "Sample" if recipes.source.is_sample else "S3", read),
        ("Faulty rows", f"{found:,}", f"of {len(faults)} kinds looked for"),
    )
    if recipes.source.is_sample:
        st.info(SAMPLE_NOTE, icon=":material/science:")
    st.subheader("How good are they?")
    st.markdown(reading(faults))
    verdicts = ["✓ none" if not rows else f"{rows:,}" for rows in faults.values()]
    st.dataframe({"Looked for": [*faults], "Rows": verdicts}, hide_index=True)
    st.subheader("What do the words mean?")
    st.markdown(_WORDS)
    _show_newest(recipes, selection)


def reading(faults: dict[str, int]) -> str:
    """Say whether the rows can be trusted."""
    found = {what: rows for what, rows in faults.items() if rows}
    if not found:
        return f"All {len(faults)} checks of the rows found **nothing wrong**."
    worst = max(found, key=lambda what: found[what])
    return (
        f"**{len(found)} of {len(faults)} checks** found faulty rows, most of them:"
        f" {worst.lower()} ({found[worst]:,})."
    )


def _show_newest(recipes: Recipes, selection: Selection) -> None:
    st.subheader("The newest recipes of this selection")
    names = ("Recipe", "Course", "Published", "Minutes", "Steps", "Ingredients")
    columns = zip(*recipes.rows(queries.NEWEST, selection), strict=True)
    st.dataframe(dict(zip(names, columns, strict=True)), hide_index=True, height=320)
