"""What visitors see when the recipes cannot be read.

Shown through the server's error hook rather than by catching the error in a page, so
that Streamlit still counts the run as failed and the script health check answers 503.
"""

import logging

import streamlit as st

from mangetamain_analytics.source import RecipesUnavailable

_LOG = logging.getLogger(__name__)


def show_unavailable(error: Exception) -> bool:
    """Show a clear page for unreadable recipes; leave other errors to Streamlit.

    Returns:
        Whether the error was shown here, which suppresses Streamlit's traceback.
    """
    if not isinstance(error, RecipesUnavailable):
        return False
    _LOG.error("%s", error)
    st.error("The recipes cannot be read right now.", icon=":material/cloud_off:")
    st.write("Nothing is wrong on your side. Please try again later.")
    return True
