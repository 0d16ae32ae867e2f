"""The sample as the app reads it, and no settings of whoever runs the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from mangetamain_analytics.recipes import Recipes
from mangetamain_analytics.source import sample


@pytest.fixture(scope="session")
def recipes() -> Recipes:
    """Return the sample's recipes."""
    return Recipes.read(sample())


@pytest.fixture(autouse=True, scope="session")
def components_are_looked_for_once() -> Iterator[None]:
    """Remember which components are installed: there are none.

    Streamlit's test runner reads the metadata of every package before each run of a
    script, a quarter of the time that these tests take.
    """
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(autouse=True)
def on_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test an app without S3 settings, that has read nothing yet."""
    monkeypatch.setenv("APP_S3_FILE", str(tmp_path / "no-settings"))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
