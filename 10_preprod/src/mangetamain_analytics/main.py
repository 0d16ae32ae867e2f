"""The script that Streamlit runs for every visitor: pages and the version badge.

Owns the list of pages: one line each in `_PAGES`, the first one is the home page.
"""

import os
from typing import Literal

import streamlit as st

from mangetamain_analytics.page_title import TITLE
from mangetamain_analytics.release import Release, read_release
from mangetamain_analytics.views import seasonality

_PAGES = (
    st.Page(
        seasonality.show,
        title="Seasonality",
        icon=":material/calendar_month:",
        url_path="seasonality",
        default=True,
    ),
)
_Colour = Literal["green", "orange", "gray"]
_BADGE_COLOURS: dict[str, _Colour] = {"prod": "green", "preprod": "orange"}


def show_badge(release: Release) -> None:
    """Say above every page which version serves it, and where."""
    colour: _Colour = _BADGE_COLOURS.get(release.environment, "gray")
    text = f"{release.environment} · {release.short_sha}"
    with st.container(horizontal_alignment="right"):
        st.badge(text, icon=":material/deployed_code:", color=colour)


st.set_page_config(page_title=TITLE, page_icon="🍲", layout="wide")
page = st.navigation(list(_PAGES), position="top")
show_badge(read_release(os.environ))
page.run()
