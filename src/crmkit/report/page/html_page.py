"""The findings as one HTML page that needs no network."""

import json
import re
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec

from ... import __version__
from ...errors import MissingExtraError
from ..findings.findings import Findings
from . import numbers_as_text
from .assumption_notes import assumptions, tier_words, value_range_words
from .doubtful_choices import doubtful_choices
from .headings import headings, money_word
from .page_charts import chart_documents
from .page_template import TEMPLATE
from .style_sheet import STYLE

__all__ = ["render_page", "require_packages"]

_PACKAGES = {
    "jinja2": "jinja2",
    "pyarrow": "pyarrow",
    "vl_convert": "vl-convert-python",
}


def render_page(findings: Findings[object], *, table_name: str) -> str:
    """Return the page: text, tables, charts, style and script in one document.

    Parameters
    ----------
    findings
        What ``analyse`` found.
    table_name
        The file that holds every customer, as the page names it.

    Returns
    -------
    The HTML. It loads nothing, and its content security policy forbids loading.

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
        money=money_word(findings.question),
        end=findings.question.observation_period_end,
        weeks=f"{findings.question.horizon_weeks:g}",
        tier_words=tier_words(findings),
        assumptions=assumptions(findings),
        around=value_range_words(findings),
        doubts=doubtful_choices(findings),
        table_name=table_name,
    )
    return page


_FIELDS = (
    "question",
    "log",
    "base",
    "concentration",
    "tiers",
    "mean_probability_alive",
    "activity",
    "holdout",
    "holdout_refused",
    "outlook",
    "best",
    "fits",
)


def _filters(currency: str) -> dict[str, Callable[..., str]]:
    return {
        "count": numbers_as_text.count,
        "number": numbers_as_text.number,
        "percent": numbers_as_text.percent,
        "signed": numbers_as_text.signed,
        "day": numbers_as_text.day,
        "error": _error,
        "dollars": partial(numbers_as_text.dollars, currency=currency),
        "exact": partial(numbers_as_text.exact, currency=currency),
    }


def _error(relative: float | None) -> str:
    """Write a relative error in a few letters, for tables."""
    if relative is None:
        return "not defined"
    return numbers_as_text.off(relative)


@cache
def _bundle() -> str:
    """Return the chart library: one script for all charts of the page."""
    vl_convert = import_module("vl_convert")
    return _inside_a_script(str(vl_convert.javascript_bundle()))


def _inside_a_script(script: str) -> str:
    """Keep the text of a script from closing its own element."""
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE)


def require_packages() -> None:
    """Refuse at once if a package of the extra is missing."""
    for module, package in _PACKAGES.items():
        if find_spec(module) is None:
            raise MissingExtraError(package=package, extra="report")
