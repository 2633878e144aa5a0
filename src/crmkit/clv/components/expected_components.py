"""The expected value of each customer, in six parts."""

import numpy as np

from ...fits import require_unit
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import (
    Day,
    IntoDataFrameT,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from ..value.fitted_unit import rate_in_unit
from .assumptions import Assumptions
from .customer_outlook import Outlook, parts_ahead, with_referral
from .model_expectations import (
    chances_alive,
    expectations,
    gained_by_referral,
    open_outlook,
    require_outlook,
)
from .references import References
from .result_rows import labelled

__all__ = ["components_of", "expected_components"]

_PLAIN = Assumptions()


def expected_components(
    ledger: Ledger[IntoDataFrameT],
    *,
    purchases: PurchaseModel,
    spend: SpendModel,
    references: References,
    as_of: Day,
    horizon: float,
    discount_rate: float,
    time_unit: TimeUnit,
    assumptions: Assumptions = _PLAIN,
) -> IntoDataFrameT:
    """Return what each customer is expected to be worth after ``as_of``, in six parts.

    Their sum is the forecast of the same models (expected purchases times expected
    spend, less goods and service) plus the referral terms. It does not overlap with the
    value so far, which ``clv_components`` returns.

    Parameters
    ----------
    ledger
        The company's ledger.
    purchases, spend
        Models fitted, for instance, to :func:`purchase_histories` of this ledger.
    references
        The standards; those of the last period hold for the time after ``as_of``.
    as_of
        The last day seen, inclusive.
    horizon
        How far ahead, in ``time_unit``; infinity is allowed with a positive rate.
    discount_rate
        The effective rate per ``time_unit``, by which values are discounted to
        ``as_of``.
    time_unit
        The unit the models were fitted in. A model that carries its unit refuses
        another.
    assumptions
        The further assumptions: see :class:`Assumptions`.

    Returns
    -------
    DataFrame
        The customers of :func:`clv_components`, one row each, by id:

        - ``clv1`` is 0: the first purchase lies in the past;
        - ``clv2``, ``clv3``: expected purchases in home and in other categories at
          reference price, less standard cost to serve;
        - ``clv4``: standard less the customer's own cost to serve;
        - ``clv5``: the value of new referees, and the share of a referee's own
          expected value that is credited to the referrer;
        - ``clv6``: what the customer pays above the reference price;
        - ``clv``: their sum; ``expected_purchases`` discounted, ``expected_spend``,
          and ``probability_alive``, the chance to be active at ``as_of``.

    Raises
    ------
    InvalidValueError
        If an option is unknown, the model was fitted in another unit than
        ``time_unit``, or the horizon and the rate leave the value infinite.
    NotEnoughDataError
        If nothing with a list amount was sold and kept, or nearly all of it was given
        away, so that a price cannot be estimated.
    ConvergenceError
        If the category shares cannot be fitted.

    Warns
    -----
    UnitWarning
        If the rate exceeds 100% a year.

    Notes
    -----
    Home is the set of categories of the customer's first day. What a customer's
    purchases consisted of so far is blended with the company's mean composition by
    Buhlmann-Straub credibility; where the log's repeat purchases had more or less of
    home than this predicted from those before them, the share is corrected, by the
    number of categories at home and of purchases made. A customer's own price level,
    cost of goods and cost to serve are shrunk likewise, and follow the path these take
    with further purchases, measured within customers. :func:`backtest_components` shows
    how far the parts came true.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> from crmkit.clv import expected_components, fit_references
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=200, rng=np.random.default_rng(1))
    >>> ahead = expected_components(
    ...     ledger,
    ...     purchases=BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
    ...     spend=GammaGamma(p=6.0, q=4.0, v=20.0),
    ...     references=fit_references(ledger, as_of="2023-12-31"),
    ...     as_of="2023-12-31", horizon=52, discount_rate=0.0018, time_unit="week",
    ... )
    >>> parts = ahead[["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]]
    >>> bool(np.allclose(parts.sum(axis=1), ahead["clv"]))
    True
    """
    require_unit(purchases, time_unit)
    require_outlook(assumptions, horizon, time_unit)
    outlook = open_outlook(
        ledger,
        references=references,
        as_of=as_of,
        time_unit=time_unit,
        assumptions=assumptions,
    )
    return components_of(
        ledger,
        outlook,
        purchases,
        spend,
        horizon=horizon,
        discount_rate=rate_in_unit(discount_rate, time_unit),
        assumptions=assumptions,
    )


def components_of(
    ledger: Ledger[IntoDataFrameT],
    outlook: Outlook,
    purchases: PurchaseModel,
    spend: SpendModel,
    *,
    horizon: float,
    discount_rate: float,
    assumptions: Assumptions,
) -> IntoDataFrameT:
    """Return the expected parts from an outlook that was opened before."""
    bought, spent = expectations(
        outlook, purchases, spend, horizon=horizon, discount_rate=discount_rate
    )
    gained = gained_by_referral(ledger, outlook, bought, assumptions.referral)
    parts = with_referral(outlook.book, parts_ahead(outlook, bought, spent), gained)
    seen = outlook.book.seen()
    numbers = parts | {
        "clv": np.sum(list(parts.values()), axis=0),
        "expected_purchases": bought,
        "expected_spend": spent,
        "probability_alive": chances_alive(outlook, purchases),
    }
    columns = labelled(
        {ledger.customer_id_col: outlook.book.ids.filter(seen.tolist())},
        {name: values[seen] for name, values in numbers.items()},
    )
    return frame_of(ledger, columns)
