"""The findings as one HTML file that opens anywhere, without a network."""

import json
import re
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec

from .. import __version__
from ..errors import MissingExtraError
from . import number_format
from .charts import chart_documents
from .doubts import doubts
from .findings import Findings
from .page_notes import assumptions, tier_words, value_range_words
from .sentences import headings
from .style import STYLE
from .template import TEMPLATE

__all__ = ["render_page", "require_packages"]

_PACKAGES = {
    "altair": "altair",
    "jinja2": "jinja2",
    "pyarrow": "pyarrow",
    "vl_convert": "vl-convert-python",
}


def render_page(findings: Findings[object], *, table_name: str) -> str:
    """Return the page: text, tables, charts, style and script in one document.

    Parameters
    ----------
    findings
        What the main job found.
    table_name
        The file that holds every customer, as the page names it.

    Returns
    -------
    The HTML. It names no address and its own policy forbids the browser to load any.

    Raises
    ------
    MissingExtraError
        If a package of the extra ``report`` is not installed.
    """
    require_packages()
    jinja2 = import_module("jinja2")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters |= _filters(findings.question.currency)
    charts = json.dumps(chart_documents(findings), separators=(",", ":"))
    template = environment.from_string(TEMPLATE)
    fields = {name: getattr(findings, name) for name in _FIELDS}
    page: str = template.render(
        **fields,
        version=__version__,
        style=jinja2.utils.markupsafe.Markup(STYLE),
        bundle=jinja2.utils.markupsafe.Markup(_bundle()),
        charts=jinja2.utils.markupsafe.Markup(charts.replace("<", "\\u003c")),
        say=headings(findings),
        end=findings.question.observation_period_end,
        weeks=f"{findings.question.horizon_weeks:g}",
        tier_words=tier_words(findings),
        assumptions=assumptions(findings),
        around=value_range_words(findings),
        doubts=doubts(findings),
        table_name=table_name,
    )
    return page


_FIELDS = (
    "question",
    "log",
    "base",
    "concentration",
    "tiers",
    "mean_alive",
    "activity",
    "holdout",
    "holdout_refused",
    "outlook",
    "best",
    "fits",
)


def _filters(currency: str) -> dict[str, Callable[..., str]]:
    return {
        "count": number_format.count,
        "number": number_format.number,
        "percent": number_format.percent,
        "signed": number_format.signed,
        "day": number_format.day,
        "error": _error,
        "dollars": partial(number_format.dollars, currency=currency),
        "exact": partial(number_format.exact, currency=currency),
    }


def _error(relative: float | None) -> str:
    """Say a relative error in a table's few letters."""
    if relative is None:
        return "not defined"
    return number_format.off(relative)


@cache
def _bundle() -> str:
    """Return the chart library: one script for all charts of the page."""
    vl_convert = import_module("vl_convert")
    return _inside_a_script(str(vl_convert.javascript_bundle()))


def _inside_a_script(script: str) -> str:
    """Keep a script's own texts from ending the element it stands in."""
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)


def require_packages() -> None:
    """Refuse at once where a package of the extra is missing."""
    for module, package in _PACKAGES.items():
        if find_spec(module) is None:
            raise MissingExtraError(package=package, extra="report")
