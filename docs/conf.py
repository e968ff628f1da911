"""Settings of the documentation site; `scripts/docs` builds it."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent / "_ext")]
# Notebooks take minutes; with this seconds. LEARNFACE_SMALL= scripts/docs  runs them at full size.
os.environ.setdefault("LEARNFACE_SMALL", "1")
# They run in a process of their own, which must find learnface too.
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

from learnface.quiet import start_tensorflow  # noqa: E402
from learnface.version import __version__  # noqa: E402

start_tensorflow()

project = "learnface"
author = "the learnface authors"
copyright = "2026, the learnface authors. Apache-2.0"
release = version = __version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "sphinx_copybutton",
    "learnface_site",
]
exclude_patterns = ["_ext"]
# Docstrings have `code` in single backticks, as Markdown does.
default_role = "literal"
nitpicky = True
# Names of other packages: their pages are elsewhere, and CI has no network to look.
nitpick_ignore_regex = [
    ("py:.*", r"(?!learnface\.).*"),
    # What is private, and what a public object is or takes without being made by users.
    ("py:.*", r"learnface\.(\w+\.)*_\w+(\.\w+)*"),
    ("py:class", r".*\.(Agreement|Examined|FeatureSource|Guard|VideoInfo)"),
]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 90
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_custom_sections = [("Call arguments", "params_style")]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "dollarmath"]
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build" / "docs" / "notebooks")
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_in_temp = True
nb_merge_streams = True

html_theme = "furo"
html_title = "learnface"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

linkcheck_timeout = 30
linkcheck_workers = 4
linkcheck_anchors = False
