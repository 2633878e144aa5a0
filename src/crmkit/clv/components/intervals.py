"""How sure the parts ahead are: joint draws of everything they are computed from."""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar, Protocol, TypeVar, cast

import numpy as np

from ..._check import fraction, whole
from ..._frames import group_rows, native, read_eager, table
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import FitReport
from ...kernels.calendar import TimeUnit
from ...kernels.components import totals
from ...ledger import Day, Ledger
from ...typing import FloatArray, IntArray, IntoDataFrameT, PurchaseModel, SpendModel
from .expected import forecast, gained_by_referral, open_outlook
from .outlook import Outlook, parts_ahead, with_draws, with_referral
from .references import References
from .referral_outlook import ReferralOutlook
from .shares import CategoryShares
from .statement import CrossSell

__all__ = ["draw_models", "expected_component_intervals"]


class _Fit(Protocol):
    __dataclass_fields__: ClassVar[dict[str, "dataclasses.Field[object]"]]

    @property
    def report(self) -> FitReport | None: ...


_Fitted = TypeVar("_Fitted", bound=_Fit)


def draw_models(
    fit: _Fitted, *, count: int, rng: np.random.Generator
) -> tuple[_Fitted, ...]:
    """Draw models that are as likely as a fit's standard errors say.

    Parameters
    ----------
    fit
        A fitted model with a report.
    count
        How many models to draw.
    rng
        The source of randomness.

    Returns
    -------
    tuple
        Models of the same kind, their parameters drawn from the normal approximation
        on the logarithms; they have no report.

    Raises
    ------
    NotEnoughDataError
        If the fit has no report, or its report no covariance.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.clv.components import draw_models, purchase_histories
    >>> from crmkit.datasets.simulate_company import simulate_company
    >>> ledger = simulate_company(customers=500, rng=np.random.default_rng(1))
    >>> histories = purchase_histories(ledger, as_of="2023-12-31", time_unit="week")
    >>> models = draw_models(
    ...     fit_bg_nbd(histories), count=3, rng=np.random.default_rng(2)
    ... )
    >>> len(models)
    3
    """
    count = whole("count", count, at_least=1)
    report = fit.report
    covariance = None if report is None else report.log_covariance
    if report is None or covariance is None:
        raise NotEnoughDataError(
            needed="a fit with a covariance",
            got="none",
            remedy="Fit the model to data, or pass models drawn elsewhere.",
        )
    logs = rng.multivariate_normal(
        np.log(report.estimates), np.array(covariance), size=count
    )
    return tuple(
        dataclasses.replace(
            fit, report=None, **dict(zip(report.names, row, strict=True))
        )
        for row in np.exp(logs).tolist()
    )


def expected_component_intervals(
    ledger: Ledger[IntoDataFrameT],
    *,
    purchases: Sequence[PurchaseModel],
    spend: Sequence[SpendModel],
    references: References,
    as_of: Day,
    horizon: float,
    discount_rate: float,
    time_unit: TimeUnit,
    rng: np.random.Generator,
    level: float = 0.9,
    by: str | Sequence[str] | None = None,
    cross_sell: CrossSell = "persistent",
    shares: CategoryShares | None = None,
    referral: ReferralOutlook | None = None,
) -> IntoDataFrameT:
    """Give every part of the expected value an interval, from joint draws.

    All parts are computed from each draw together, so an interval of a sum is that of
    the sums: parts move together, and their variances are never added.

    Parameters
    ----------
    ledger, references, as_of, horizon, discount_rate, time_unit
        As in :func:`expected_components`.
    purchases, spend
        As many models as there are draws, one of each a draw: see :func:`draw_models`.
    rng
        The source of randomness of the customers' own rates and of referral.
    level
        The share of draws within the interval, between 0 and 1.
    by
        Columns of the ledger's customers to sum by; an empty list sums the company;
        None gives every customer a row.
    cross_sell, shares, referral
        As in :func:`expected_components`.

    Returns
    -------
    DataFrame
        For each part, and ``clv``: the mean over the draws, and ``_low`` and ``_high``.

    Raises
    ------
    InvalidValueError
        If there are not as many purchase models as spend models, or fewer than two.

    Notes
    -----
    Drawn besides the models: each customer's share of home categories (Beta), discount
    depth and cost to serve (normal, with the credibility variance), the rates of
    referral (gamma) and the value of a referee (normal). The interval is of the
    expected value; what will really happen varies more.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> from crmkit.clv.components import expected_component_intervals, fit_references
    >>> from crmkit.datasets.simulate_company import simulate_company
    >>> ledger = simulate_company(customers=100, rng=np.random.default_rng(1))
    >>> company = expected_component_intervals(
    ...     ledger,
    ...     purchases=[BgNbd(r=0.6, alpha=a, a=0.8, b=2.5) for a in (9.0, 10.0, 11.0)],
    ...     spend=3 * [GammaGamma(p=6.0, q=4.0, v=20.0)],
    ...     references=fit_references(ledger, as_of="2023-12-31"),
    ...     as_of="2023-12-31", horizon=52, discount_rate=0.0018, time_unit="week",
    ...     rng=np.random.default_rng(2), by=[],
    ... )
    >>> bool((company["clv_low"] < company["clv_high"]).all())
    True
    """
    tail = (1 - fraction("level", level)) / 2
    _require_pairs(purchases, spend)
    outlook = open_outlook(
        ledger,
        references=references,
        as_of=as_of,
        time_unit=time_unit,
        cross_sell=cross_sell,
        shares=shares,
    )
    labels, unit, count = _units(ledger, outlook, by)
    draws: list[FloatArray] = []
    names: list[str] = []
    for buying, paying in zip(purchases, spend, strict=True):
        drawn = _drawn(outlook, rng)
        bought, spent = forecast(
            drawn, buying, paying, horizon=horizon, discount_rate=discount_rate
        )
        expected = None if referral is None else _drawn_referral(referral, rng)
        gained = gained_by_referral(ledger, drawn, bought, expected)
        parts = with_referral(drawn.book, parts_ahead(drawn, bought, spent), gained)
        parts |= {"clv": np.sum(list(parts.values()), axis=0)}
        names = list(parts)
        seen = outlook.book.seen()
        draws.append(
            np.stack([totals(unit, values[seen], count) for values in parts.values()])
        )
    low, high = np.quantile(np.stack(draws), [tail, 1 - tail], axis=0)
    mean = np.mean(np.stack(draws), axis=0)
    columns: dict[str, object] = dict(labels)
    for at, name in enumerate(names):
        columns |= {name: mean[at], f"{name}_low": low[at], f"{name}_high": high[at]}
    like = read_eager(ledger.lines, ())
    found = table(like, cast("dict[str, np.ndarray]", columns))
    return native(found, ledger.lines)


def _require_pairs(
    purchases: Sequence[PurchaseModel], spend: Sequence[SpendModel]
) -> None:
    if len(purchases) != len(spend) or len(purchases) < 2:
        raise InvalidValueError(
            subject="arguments 'purchases' and 'spend'",
            found=f"{len(purchases)} and {len(spend)} models",
            remedy="Pass two models or more of each, one pair for each draw.",
        )


def _units(
    ledger: Ledger[IntoDataFrameT],
    outlook: Outlook,
    by: str | Sequence[str] | None,
) -> tuple[dict[str, object], IntArray, int]:
    book = outlook.book
    seen = book.seen()
    if by is None:
        ids = book.ids.filter(seen.tolist())
        return {ledger.customer_id_col: ids}, np.arange(len(ids)), len(ids)
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        return {}, np.zeros(int(seen.sum()), dtype=np.int64), 1
    if ledger.customers is None:
        raise NotEnoughDataError(
            needed="a table of customers in the ledger to sum by",
            got="none",
            remedy="Give the ledger a frame 'customers', or leave 'by' out.",
        )
    frame = read_eager(ledger.customers, [ledger.customer_id_col, *columns])
    rank = group_rows(frame, ledger.customer_id_col).codes
    coded = [group_rows(frame, column) for column in columns]
    codes = []
    key = np.zeros(book.customers, dtype=np.int64)
    for groups in coded:
        of_customer = np.zeros(book.customers, dtype=np.int64)
        of_customer[rank] = groups.codes
        codes.append(of_customer[seen])
        key = key * groups.count + of_customer
    _, first, unit = np.unique(key[seen], return_index=True, return_inverse=True)
    labels: dict[str, object] = {
        column: groups.ids[code[first]]
        for column, groups, code in zip(columns, coded, codes, strict=True)
    }
    return labels, unit, first.size


def _drawn(outlook: Outlook, rng: np.random.Generator) -> Outlook:
    def normal(mean: FloatArray, variance: FloatArray) -> FloatArray:
        return mean + np.sqrt(variance) * rng.standard_normal(mean.size)

    mixed = (outlook.home > 0) & (outlook.home < 1)
    home = outlook.home.copy()
    firm = outlook.alike[mixed]
    home[mixed] = rng.beta(home[mixed] * firm, (1 - home[mixed]) * firm)
    service = normal(outlook.service.estimate, outlook.service.variance)
    return with_draws(
        outlook,
        home=home,
        depth=normal(outlook.depth.estimate, outlook.depth.variance),
        service=np.maximum(service, 0.0),
    )


def _drawn_referral(
    referral: ReferralOutlook, rng: np.random.Generator
) -> ReferralOutlook:
    """Draw rates and value; rates stated by hand are certain."""
    value = rng.normal(referral.referee_value, referral.referee_value_error)
    if referral.occasions is None:
        return dataclasses.replace(referral, referee_value=value)
    seen = max(referral.occasions, 1.0)
    overall = rng.gamma(referral.overall_rate * seen + 0.5) / seen
    each = seen / max(len(referral.rates), 1)
    return dataclasses.replace(
        referral,
        referee_value=value,
        overall_rate=overall,
        rates=tuple(float(rng.gamma(r * each + 0.5) / each) for r in referral.rates),
    )
