"""The script that Streamlit runs for every visitor: the pages and what frames them.

Owns the list of pages: one line each in `_PAGES`, the first one is the home page.
"""

import os
from typing import Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from mangetamain_analytics.page_title import TITLE
from mangetamain_analytics.recipes import Recipes, Selection
from mangetamain_analytics.release import read_release
from mangetamain_analytics.source import find_source
from mangetamain_analytics.views import (
    about,
    frame,
    overview,
    ratings,
    seasonality,
    trends,
    weekends,
)


class View(Protocol):
    """What a page's module has."""

    QUESTION: str

    def show(self, recipes: Recipes, selection: Selection) -> None:
        """Show what is below the title."""


_PAGES: dict[str, tuple[View, str]] = {
    "Overview": (overview, ":material/restaurant:"),
    "Seasonality": (seasonality, ":material/calendar_month:"),
    "Weekends": (weekends, ":material/weekend:"),
    "Ratings": (ratings, ":material/star:"),
    "Trends": (trends, ":material/trending_up:"),
    "Data": (about, ":material/database:"),
}


@st.cache_resource(show_spinner="Reading the recipes…")
def read_recipes() -> Recipes:
    """Return the recipes, read once for all visitors; a failure is tried again."""
    return Recipes.read(find_source(os.environ))


def page_of(
    title: str, recipes: Recipes, selection: Selection, head: DeltaGenerator
) -> Page:
    """Return a page as Streamlit wants it: a function without arguments."""
    view, icon = _PAGES[title]

    def shown() -> None:
        head.title(view.QUESTION)
        if frame.is_enough(recipes.totals(selection)):
            view.show(recipes, selection)

    address, is_home = title.lower(), title == next(iter(_PAGES))
    return st.Page(shown, title=title, icon=icon, url_path=address, default=is_home)


def main() -> None:
    """Show the page that the address names, and what is around it."""
    st.set_page_config(page_title=TITLE, page_icon="🍲", layout="wide")
    head = frame.show_badge(read_release(os.environ))
    recipes = read_recipes()
    # Out here, the filters keep their values from page to page.
    selection = frame.choose(recipes)
    frame.show_source(recipes)
    pages = [page_of(title, recipes, selection, head) for title in _PAGES]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
