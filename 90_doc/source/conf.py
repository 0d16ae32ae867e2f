"""How Sphinx builds these pages: no network, and a warning is an error."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "70_scripts"))

project = "Mangetamain CI/CD"
author = "the Mangetamain team"
html_title = project
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.svgbob",
    "documentation",
]
exclude_patterns = ["build"]

myst_enable_extensions = ["colon_fence", "deflist", "tasklist"]
myst_heading_anchors = 3
napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
nitpicky = True
# What is not the library's own has no page here; private names have none at all.
nitpick_ignore_regex = [("py:.*", r"(?!pipeline\.).*|pipeline\..*\.(_\w+|Annotated)")]

html_theme = "sphinx_rtd_theme"
html_static_path = ["static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
