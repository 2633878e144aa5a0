"""The findings as one HTML page that needs no network, and no script to be read."""

import platform
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from ... import __version__
from ...clv.checking.choice_ranking import ModelGap
from ...errors import MissingExtraError
from ..findings.findings import Findings
from ..findings.purchase_models import MOST_REFITTED
from . import numbers_as_text
from .assumption_notes import assumptions, references, tier_words
from .headings import headings, list_words, money_word, typical_error
from .list_tables import best_rows, has_range, list_rows, rows_of
from .page_charts import charts
from .page_script import SCRIPT, SCRIPT_HASH
from .page_template import TEMPLATE
from .style_sheet import STYLE

__all__ = ["render_page", "require_packages"]

_FEW = 0.005  # a share that would be shown as 0%
_PACKAGES = {"jinja2": "jinja2", "pyarrow": "pyarrow"}
_NO_FILES: Mapping[str, str] = MappingProxyType({})
_SHADES = 9


def render_page(
    findings: Findings[object], *, files: Mapping[str, str] = _NO_FILES
) -> str:
    """Return the page: text, tables, charts, style and script in one document.

    Parameters
    ----------
    findings
        What ``analyse`` found.
    files
        The files beside the page that it links to: ``customers`` and the names of the
        lists. Without any, the page links to none.

    Returns
    -------
    str
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
    markup: Callable[[str], str] = import_module("markupsafe").Markup
    currency = findings.question.currency
    environment.filters |= _filters(currency, markup)
    fields = {name: getattr(findings, name) for name in _FIELDS}
    id_col = findings.question.customer_id_col
    listed = {each.name: rows_of(each.customers, id_col) for each in findings.lists}
    best = rows_of(findings.best, id_col)
    rows = {name: markup(list_rows(each, currency)) for name, each in listed.items()}
    page: str = environment.from_string(TEMPLATE).render(
        **fields,
        **_words(findings),
        charts={name: markup(svg) for name, svg in charts(findings).items()},
        rows={**rows, "best": markup(best_rows(best, currency))},
        n_shown={name: len(each) for name, each in listed.items()},
        n_best=len(best),
        has_ranges=any(has_range(row) for row in best),
        files=dict(files),
        style=markup(STYLE),
        script=markup(SCRIPT),
        script_hash=SCRIPT_HASH,
        version=__version__,
        versions=_versions(),
    )
    return page


def require_packages() -> None:
    """Refuse at once if a package of the extra is missing."""
    for module, package in _PACKAGES.items():
        if find_spec(module) is None:
            raise MissingExtraError(package=package, extra="report")


_FIELDS = (
    "question",
    "log",
    "base",
    "concentration",
    "tiers",
    "retention",
    "segments",
    "stages",
    "risk",
    "activity",
    "models",
    "holdout",
    "holdout_refused",
    "outlook",
    "ledger",
    "nps",
    "campaigns",
    "fits",
    "doubts",
)


def _words(findings: Findings[object]) -> dict[str, Any]:
    """Return the sentences and the small numbers that the sections need."""
    ages = max((len(each.retention) for each in findings.retention.cohorts), default=1)
    later = [s for each in findings.retention.cohorts for s in each.retention[1:]]
    typical = typical_error(findings)
    return {
        "say": headings(findings),
        "lists": [(each, list_words(each, findings)) for each in findings.lists],
        "missed": "unknown"
        if typical is None
        else f"\N{PLUS-MINUS SIGN}{numbers_as_text.percent(typical[0])}",
        "money": money_word(findings.question),
        "end": findings.question.observation_period_end,
        "weeks": numbers_as_text.span(findings.question.horizon_weeks),
        "tier_words": tier_words(findings),
        "assumptions": assumptions(findings),
        "references": references(findings),
        "ages": range(1, ages),
        "warmest": max([0.0, *later]),
        "total": findings.base.value or 1.0,
        "most_at_risk": max([0.0, *(each.value_at_risk for each in findings.risk)]),
        # Fewer than all may also be those who were there before the weeks held back.
        "compared_some": findings.base.n_customers > MOST_REFITTED,
        "range_rests": _range_rests(findings),
        "before": _before(findings),
        "drawn": _drawn(findings),
        "error_key": _error_key(findings),
        "nps_range": None if findings.nps is None else findings.nps.interval(),
    }


def _range_rests(findings: Findings[object]) -> str:
    error = findings.ahead.value_error if findings.ahead else None
    if error is None:
        return ", which this log does not give."
    season = (
        f" {numbers_as_text.percent(error.unseen)} of the span ahead lies in a time of "
        "year that the log has not seen: a season there may leave the range."
        if error.unseen >= _FEW
        else ""
    )
    if not error.n_cutoffs:
        return (
            ": chance, and a typical error of models, since no past forecast was made."
            + season
        )
    return (
        ": chance, uncertain parameters, and the errors of forecasts made at "
        f"{numbers_as_text.plural(error.n_cutoffs, 'past date')}.{season}"
    )


def _before(findings: Findings[object]) -> str:
    if not findings.outlook.last_amount:
        return ""
    return " The single dot is what the same span before brought."


def _drawn(findings: Findings[object]) -> str:
    """Explain the futures that the band is read from, where there is a band."""
    ahead = findings.ahead
    if ahead is None or ahead.value_error is None:
        return ""
    return (
        f" It is read from {numbers_as_text.count(ahead.n_draws)} simulated futures: "
        "in each, chance decides who leaves, when the others buy and what they spend."
    )


def _error_key(findings: Findings[object]) -> list[tuple[str, str]]:
    errors = findings.past_errors.errors if findings.past_errors else ()
    leads = sorted({each.lead_days for each in errors if each.value is not None})
    return [(f"lead{at}", f"{lead} days on") for at, lead in enumerate(leads)]


def _filters(
    currency: str, markup: Callable[[str], str]
) -> dict[str, Callable[..., str]]:
    return {
        "count": numbers_as_text.count,
        "customers": partial(numbers_as_text.plural, one="customer"),
        "number": numbers_as_text.number,
        "percent": numbers_as_text.percent,
        "day": numbers_as_text.day,
        "period": numbers_as_text.period,
        "error": _error,
        "share": lambda value: (
            "unknown" if value is None else numbers_as_text.percent(value)
        ),
        "gap": _gap,
        "score": _score,
        "dollars": partial(numbers_as_text.dollars, currency=currency),
        "exact": partial(numbers_as_text.exact, currency=currency),
        "shade": _shade,
        "inline": lambda share: markup(_inline(share)),
    }


def _shade(share: float, warmest: float) -> str:
    """Return the class of a cell's colour, from h0 to h9."""
    part = share / warmest if warmest > 0 else 0.0
    return f"h{min(max(round(part * _SHADES), 0), _SHADES)}"


def _inline(share: float) -> str:
    width = 100 * min(max(share, 0.0), 1.0)
    return f'<i style="width:{width:.1f}%"></i><b>{numbers_as_text.percent(share)}</b>'


def _error(relative: float | None) -> str:
    """Write a relative error in a few letters, for tables."""
    return "not defined" if relative is None else numbers_as_text.off(relative)


def _score(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}".replace("-", "\N{MINUS SIGN}")


def _gap(gap: ModelGap | None) -> str:
    if gap is None:
        return "the best"
    if gap.difference is None:
        return "no score"
    return f"{gap.difference:.4f}"


def _versions() -> str:
    found = [f"crmkit {__version__}", f"Python {platform.python_version()}"]
    for package in ("narwhals", "numpy", "scipy"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
