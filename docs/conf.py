"""Sphinx configuration: MyST pages, Furo, API reference from docstrings, tables generated at build time."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "idp_checks"
author = "the idp_checks contributors"
project_copyright = "the idp_checks contributors"
release = installed("idp-checks")

extensions = ["generate", "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "generated/extra"]
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "idp_checks"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_extra_path = ["generated/extra"]

(Path(__file__).parent / "generated" / "extra" / "league").mkdir(parents=True, exist_ok=True)
