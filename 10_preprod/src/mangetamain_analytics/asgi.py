"""The served application: Streamlit plus the middleware that operations rely on.

Owns the assembly only. Started with `streamlit run …/mangetamain_analytics/asgi.py`.
"""

import os
import sys
import time
from pathlib import Path

# Streamlit puts this file's own directory on the path, not the one above it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from mangetamain_analytics.health_report import HealthReport  # noqa: E402
from mangetamain_analytics.page_title import PageTitle  # noqa: E402
from mangetamain_analytics.release import read_release  # noqa: E402
from mangetamain_analytics.views.unavailable import show_unavailable  # noqa: E402

app = st.App(
    Path(__file__).with_name("main.py"),
    middleware=[
        Middleware(
            HealthReport, release=read_release(os.environ), started=time.monotonic()
        ),
        Middleware(PageTitle),
    ],
    on_script_error=show_unavailable,
)
