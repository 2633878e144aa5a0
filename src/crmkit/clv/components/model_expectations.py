"""Expected purchases, spend and new referees of every customer of a ledger."""

import numpy as np

from ..._check import able_to, instance, one_of, time_span
from ..._dates import day_number
from ...errors import InvalidValueError
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...ledger import Ledger
from ...typing import (
    Day,
    FloatArray,
    IntArray,
    IntoDataFrameT,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from .assumptions import Assumptions
from .customer_outlook import Outlook, look_ahead
from .reference_arrays import standards_of
from .references import References
from .referral_outlook import ReferralOutlook, group_codes

__all__ = [
    "chances_alive",
    "expectations",
    "expected_spends",
    "gained_by_referral",
    "open_outlook",
    "referral_rates",
    "require_outlook",
]


_ROUNDING = 1e-9  # of a horizon that was given in another unit


def require_outlook(
    assumptions: Assumptions, horizon: float, time_unit: TimeUnit
) -> None:
    """Refuse a referral outlook of another horizon than the forecast's."""
    referral = instance("assumptions", assumptions, Assumptions).referral
    if referral is not None:
        unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
        days = time_span("horizon", horizon, infinite=True) * unit
        own = referral.horizon_days
        if own is not None and abs(own - days) > _ROUNDING * max(own, days):
            raise InvalidValueError(
                subject="argument 'horizon'",
                found=f"{days:g} days, but the referral outlook is for {own:g} days",
                remedy="Fit the outlook with the horizon and unit of the forecast.",
            )


def open_outlook(
    ledger: Ledger[IntoDataFrameT],
    *,
    references: References,
    as_of: Day,
    time_unit: TimeUnit,
    assumptions: Assumptions,
) -> Outlook:
    """Check the options, and gather what is known of each customer at the day."""
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


def expectations(
    outlook: Outlook,
    purchases: PurchaseModel,
    spend: SpendModel,
    *,
    horizon: float,
    discount_rate: float,
) -> tuple[FloatArray, FloatArray]:
    """Return expected purchases and spend of each customer; 0 without a purchase."""
    able_to("purchases", purchases, "discounted_expected_purchases")
    history = outlook.history
    there = history.bought
    bought = np.zeros(there.size)
    bought[there] = purchases.discounted_expected_purchases(
        *history.of_buyers(),
        horizon=time_span("horizon", horizon, infinite=True),
        discount_rate=discount_rate,
    )
    spent = expected_spends(outlook, spend)
    if not np.isfinite(bought).all():
        raise InvalidValueError(
            subject="the purchases expected in the horizon",
            found="infinite value",
            count=int(np.count_nonzero(~np.isfinite(bought))),
            total=bought.size,
            remedy="Pass a finite horizon or a positive discount_rate.",
        )
    return bought, spent


def expected_spends(outlook: Outlook, spend: SpendModel) -> FloatArray:
    """Return what each customer is expected to spend at a purchase; 0 without one."""
    able_to("spend", spend, "expected_spend")
    history = outlook.history
    there = history.bought
    spent = np.zeros(there.size)
    # A customer whose repeat purchases were all returned counts as one without any.
    paying = np.where(history.monetary_value > 0, history.frequency, 0.0)[there]
    amount = np.maximum(history.monetary_value, 0.0)[there]
    spent[there] = spend.expected_spend(paying, amount)
    return spent


def chances_alive(outlook: Outlook, purchases: PurchaseModel) -> FloatArray:
    """Return each customer's chance to be active; 0 without a purchase."""
    able_to("purchases", purchases, "probability_alive")
    history = outlook.history
    there = history.bought
    chances = np.zeros(there.size)
    chances[there] = purchases.probability_alive(*history.of_buyers())
    return chances


def gained_by_referral(
    ledger: Ledger[IntoDataFrameT],
    outlook: Outlook,
    bought: FloatArray,
    referral: ReferralOutlook | None,
) -> FloatArray:
    """Return what each customer's new referees will add."""
    if referral is None:
        return np.zeros_like(bought)
    rates = referral_rates(referral, group_codes(ledger, referral.by))
    worth = referral.value_per_referee(outlook.standard_acquisition)
    gained: FloatArray = bought * rates * worth
    return gained


def referral_rates(
    referral: ReferralOutlook, groups: tuple[tuple[str, ...], IntArray]
) -> FloatArray:
    """Return how many customers each customer brings per repeat purchase."""
    names, code = groups
    known = dict(zip(referral.groups, referral.rates, strict=True))
    rates = np.array([known.get(name, referral.overall_rate) for name in names])
    found: FloatArray = rates[code]
    return found
