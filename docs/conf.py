"""The site: MyST Markdown, numpydoc, the pydata theme; warnings are errors."""

import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "gallery"))  # plot_pictures draws the gallery
_source = (ROOT / "src" / "crmkit" / "__init__.py").read_text("utf-8")
_version = re.search(r'__version__ = "(.+?)"', _source)

project = "crmkit"
author = "The crmkit developers"
release = _version.group(1) if _version else ""
version = release

extensions = [
    "myst_nb",
    "numpydoc",
    "plot_pictures",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# A namespace's page lists its ``__all__`` by itself: _templates/namespace.rst.
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# The notebooks lie beside the docs; a copy is executed while the site is built.
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / ".jupyter_cache")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
for _copy in (HERE / "notebooks").glob("*.ipynb"):
    _copy.unlink()
for _notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
    (HERE / "notebooks").mkdir(exist_ok=True)
    shutil.copy2(_notebook, HERE / "notebooks" / _notebook.name)

html_theme = "pydata_sphinx_theme"
html_title = "crmkit"
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
