"""The site: MyST Markdown, numpydoc, the pydata theme; warnings are errors."""

import os
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "gallery"))  # plot_pictures draws the gallery
sys.path.insert(0, str(HERE / "_ext"))

from reference import public_names, write_namespaces  # noqa: E402 - from the folder just named

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
    "sphinx_copybutton",
    "sphinx_design",
    "kept_work",
    "mathml",
    "pictures",
    "linked_names",
    "reference",
]
exclude_patterns = ["_build", "_ext", "_static", "_templates"]
suppress_warnings = ["toc.empty_glob"]  # a pattern is there for pages to come
templates_path = ["_templates"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# The reference follows the package: a page for each namespace, a section for each task.
write_namespaces(HERE / "api" / "generated")
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "signature"
autodoc_use_type_comments = False  # there are none; Sphinx would parse every module
autodoc_preserve_defaults = True  # HISTORY, not what it holds
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 60
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = True  # the errors of a Raises section become links
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {
    name.name: name.path for name in public_names() if name.kind in {"error", "value"}
}

# The notebooks lie beside the docs; a copy is executed while the site is built.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / ".jupyter_cache")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
(HERE / "notebooks").mkdir(exist_ok=True)
_notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
for _copy in (HERE / "notebooks").glob("*.ipynb"):
    if _copy.name not in {path.name for path in _notebooks}:
        _copy.unlink()
for _notebook in _notebooks:
    _copy = HERE / "notebooks" / _notebook.name
    if not _copy.exists() or _copy.read_bytes() != _notebook.read_bytes():
        shutil.copyfile(_notebook, _copy)

html_theme = "pydata_sphinx_theme"
# Pages without neighbours have no sidebar.
html_sidebars: dict[str, list[str]] = {
    name: []
    for name in (
        "architecture",
        "changelog",
        "gallery/index",
        "glossary",
        "index",
        "which-function",
    )
}
html_title = "crmkit"
html_static_path = ["_static"]
html_css_files = ["crmkit.css"]
html_math_renderer = "mathml"  # formulas need no script from elsewhere
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": True,
    "collapse_navigation": True,  # 400 names in the sidebar of every page otherwise
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
}
# Copy what a reader would type: no prompts, no results.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
