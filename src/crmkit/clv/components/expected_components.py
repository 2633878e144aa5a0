"""What each customer is expected to be worth, in the same six parts."""

import numpy as np

from ..._check import nonnegative, one_of, rate
from ..._dates import day_number
from ..._frames import native, read_eager, table
from ...errors import InvalidValueError
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...ledger import Ledger
from ...typing import (
    Day,
    FloatArray,
    IntoDataFrameT,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from .assumptions import Assumptions
from .component_arguments import instance, labelled, require_method
from .customer_outlook import Outlook, look_ahead, parts_ahead, with_referral
from .reference_arrays import standards_of
from .references import References
from .referral_outlook import ReferralOutlook, group_codes

__all__ = ["expected_components", "forecast", "gained_by_referral", "open_outlook"]

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
    """Say what each customer is expected to be worth from ``as_of`` on, part by part.

    The sum is the plain forecast of the same models (expected purchases times expected
    spend, less goods and service) plus the referral terms. Nothing of it is in the
    history: the two do not overlap.

    Parameters
    ----------
    ledger
        The company's ledger.
    purchases, spend
        Fitted models, for instance to :func:`purchase_histories` of this ledger.
    references
        The standards; the last period's hold for what comes.
    as_of
        The last day seen, inclusive.
    horizon
        How far ahead, in ``time_unit``; infinity is allowed with a positive rate.
    discount_rate
        Effective rate per ``time_unit``; values are of ``as_of``.
    time_unit
        The unit the models were fitted in.
    assumptions
        What is assumed besides: see :class:`Assumptions`.

    Returns
    -------
    DataFrame
        The customers of :func:`clv_components`, one row each, by id:

        - ``clv1`` is 0: their first purchase is history;
        - ``clv2``, ``clv3``: expected purchases in home and in other categories at
          reference price, less standard cost to serve;
        - ``clv4``: standard less the customer's own cost to serve;
        - ``clv5``: what new referees will bring, and the share of a referee's own
          future that moves to the referrer;
        - ``clv6``: what the customer pays above the reference price;
        - ``clv``: their sum; ``expected_purchases`` discounted, ``expected_spend``.

    Raises
    ------
    InvalidValueError
        If an option cannot be used.
    NotEnoughDataError
        If nothing with a list amount was sold and kept, or all but all of it was given
        away: then nothing says what is paid for it.
    ConvergenceError
        If the category shares cannot be fitted.

    Notes
    -----
    Home is the set of categories of the customer's first day. Category shares are the
    posterior mean of a Dirichlet-multinomial (counts are occasions with the category),
    weighted by the list amount of each. A customer's own price level and cost to
    serve are shrunk to the company's by Buhlmann-Straub credibility, and follow the
    path these take with every further purchase (measured on those who made it).

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
    outlook = open_outlook(
        ledger,
        references=references,
        as_of=as_of,
        time_unit=time_unit,
        assumptions=assumptions,
    )
    bought, spent = forecast(
        outlook, purchases, spend, horizon=horizon, discount_rate=discount_rate
    )
    gained = gained_by_referral(ledger, outlook, bought, assumptions.referral)
    parts = with_referral(outlook.book, parts_ahead(outlook, bought, spent), gained)
    seen = outlook.book.seen()
    numbers = parts | {
        "clv": np.sum(list(parts.values()), axis=0),
        "expected_purchases": bought,
        "expected_spend": spent,
    }
    columns = labelled(
        {ledger.customer_id_col: outlook.book.ids.filter(seen.tolist())},
        {name: values[seen] for name, values in numbers.items()},
    )
    return native(table(read_eager(ledger.lines, ()), columns), ledger.lines)


def open_outlook(
    ledger: Ledger[IntoDataFrameT],
    *,
    references: References,
    as_of: Day,
    time_unit: TimeUnit,
    assumptions: Assumptions,
) -> Outlook:
    """Check the options and say what is known at the day."""
    book = instance("ledger", ledger, Ledger).book
    assumptions = instance("assumptions", assumptions, Assumptions)
    return look_ahead(
        book,
        standards_of(references, book),
        day=day_number("as_of", as_of),
        unit_days=DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))],
        cross_sell=assumptions.cross_sell,
        shares=assumptions.shares,
    )


def forecast(
    outlook: Outlook,
    purchases: PurchaseModel,
    spend: SpendModel,
    *,
    horizon: float,
    discount_rate: float,
) -> tuple[FloatArray, FloatArray]:
    """Ask the models for every customer who has bought; nothing comes of the others."""
    require_method("purchases", purchases, "discounted_expected_purchases")
    require_method("spend", spend, "expected_spend")
    history = outlook.history
    there = history.bought
    bought, spent = np.zeros(there.size), np.zeros(there.size)
    bought[there] = purchases.discounted_expected_purchases(
        history.frequency[there],
        history.recency[there],
        history.T[there],
        horizon=nonnegative("horizon", horizon, infinite=True),
        discount_rate=rate("discount_rate", discount_rate),
    )
    # Someone whose repeat purchases all came back is like someone without any.
    paying = np.where(history.monetary_value > 0, history.frequency, 0.0)[there]
    amount = np.maximum(history.monetary_value, 0.0)[there]
    spent[there] = spend.expected_spend(paying, amount)
    if not np.isfinite(bought).all():
        raise InvalidValueError(
            subject="the purchases expected in the horizon",
            found="infinite value",
            count=int(np.count_nonzero(~np.isfinite(bought))),
            total=bought.size,
            remedy="Give a horizon or a positive discount_rate.",
        )
    return bought, spent


def gained_by_referral(
    ledger: Ledger[IntoDataFrameT],
    outlook: Outlook,
    bought: FloatArray,
    referral: ReferralOutlook | None,
) -> FloatArray:
    """Return what each customer's new referees will add."""
    if referral is None:
        return np.zeros_like(bought)
    groups, code = group_codes(ledger, referral.group_col)
    known = dict(zip(referral.groups, referral.rates, strict=True))
    rates = np.array([known.get(name, referral.overall_rate) for name in groups])
    worth = referral.value_per_referee(outlook.standard_acquisition)
    gained: FloatArray = bought * rates[code] * worth
    return gained
