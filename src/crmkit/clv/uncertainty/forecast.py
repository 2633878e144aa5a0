"""The purchases and value of a set of customers together, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import able_to, nonnegative, one_of, random_source
from ...fits import Interval, checked, from_document, resampled_interval_of, to_document
from ...typing import HISTORY, HistoryColumns, IntoDataFrame
from ..models.model_arguments import finite_margin
from ..value.fitted_unit import rate_in_unit, unit_of
from ..value.opened_customers import open_customers
from .drawn_ends import enough_draws, interval_of_draws
from .simulated_futures import PurchaseSampler, SpendSampler, futures

__all__ = ["Forecast", "forecast"]

Total: TypeAlias = Literal["purchases", "active", "value"]

_TOTALS: tuple[Total, ...] = ("purchases", "active", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Forecast:
    """The totals to expect of a set of customers, each with its interval.

    Attributes
    ----------
    n_customers
        How many customers.
    purchases
        The purchases to expect of all of them together.
    active
        How many of them will buy at least once.
    value
        The discounted value of those purchases.
    n_draws
        How many futures were drawn.
    resampled_purchases, resampled_active, resampled_value
        The intervals from the draws; ``interval`` returns them.
    """

    n_customers: int
    purchases: float
    active: float
    value: float
    n_draws: int
    resampled_purchases: Interval
    resampled_active: Interval
    resampled_value: Interval

    def interval(
        self, total: Total = "value", *, level: float | None = None
    ) -> Interval:
        """Return the interval that a total will lie in.

        Parameters
        ----------
        total
            ``"value"``, ``"purchases"`` or ``"active"``.
        level
            The level that was asked for when forecasting; None means the same.

        Raises
        ------
        NotEnoughDataError
            If another level is asked for: forecast again with it.
        """
        found = {
            "purchases": self.resampled_purchases,
            "active": self.resampled_active,
            "value": self.resampled_value,
        }
        return resampled_interval_of(
            found[one_of("total", total, _TOTALS)],
            level,
            remedy="Forecast again with this level.",
        )

    def to_dict(self) -> dict[str, object]:
        """Return the forecast as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Forecast":
        """Build the forecast from its JSON document."""
        return from_document(cls, document)

    def __str__(self) -> str:
        """Show the totals and their intervals as a table."""
        rows: tuple[tuple[Total, float], ...] = (
            ("purchases", self.purchases),
            ("active", self.active),
            ("value", self.value),
        )
        lines = [
            f"{name:<9}  {mean:>16,.2f}  {lower:,.2f} to {upper:,.2f}"
            for name, mean in rows
            for lower, upper in [self.interval(name)]
        ]
        level = 100 * self.resampled_value.level
        head = f"{'':<9}  {'expected':>16}  {level:.4g}% interval"
        of = f"{self.n_customers:,} customers, {self.n_draws:,} futures drawn"
        return "\n".join([head, *lines, of])


def forecast(
    customers: IntoDataFrame,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    horizon: float,
    discount_rate: float,
    margin: float = 1.0,
    level: float = 0.95,
    n_draws: int = 1000,
    rng: np.random.Generator,
    columns: HistoryColumns = HISTORY,
) -> Forecast:
    """Forecast what a set of customers will buy and pay together.

    Chance averages out over many customers; the uncertainty of the parameters does
    not, and moves the whole total. The intervals contain both.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases, spend
        Fitted models. The parameters of one built by hand are taken as exact.
    horizon
        How far ahead, in the unit of ``T``; finite, since futures are drawn. The
        expected value of a lifetime is the sum of ``with_clv``.
    discount_rate
        The effective rate per unit of ``T``.
    margin
        The share of an amount that is profit.
    level
        The share of such intervals that hold what comes, between 0 and 1.
    n_draws
        How many futures to draw: at least 39 for a level of 0.95.
    rng
        The source of randomness; the same seed gives the same forecast.
    columns
        The names of the columns read.

    Returns
    -------
    Forecast
        Purchases, active customers and value: their means over the futures drawn, and
        intervals.

    Raises
    ------
    InvalidValueError
        If a customer's expected spend is infinite, as it is for one who never came back
        in a gamma-gamma model of ``q <= 1``: draws of it have no mean. If the mean
        amount of a customer who came back is not above 0, or the draws are too few for
        the level.
    InvalidTypeError
        If ``rng`` is not a ``numpy.random.Generator``, or a model cannot draw.
    NotEnoughDataError
        If a fit leaves parameters all but free, so that there is nothing to draw them
        from: fit it with ``penalty=1``.

    Warns
    -----
    UnitWarning
        If the purchase model carries its unit of time and the rate exceeds 100% a year.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> customers = pd.DataFrame({
    ...     "frequency": [26, 0] * 100, "recency": [30.857, 0.0] * 100,
    ...     "T": [31.0, 39.0] * 100, "monetary_value": [40.0, 0.0] * 100,
    ... })
    >>> ahead = forecast(
    ...     customers, purchases=BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259),
    ...     spend=GammaGamma(p=6.25, q=3.744, v=15.444),
    ...     horizon=52, discount_rate=0.0018, rng=np.random.default_rng(1),
    ... )
    >>> ahead.purchases
    2600.
    >>> ahead.interval("purchases")
    Interval(lower=2294., upper=2905., level=0.95)
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts", "expected_spend")
    share = finite_margin(margin)
    opened = open_customers(customers, columns)
    # Refuses a spend without a mean, of which draws would have none either.
    spend.expected_spend(opened.history.frequency, opened.amounts)
    count, _ = enough_draws(n_draws, level)
    totals = np.zeros((3, count))
    for block in futures(
        opened.history,
        opened.amounts,
        purchases=purchases,
        spend=spend,
        horizon=nonnegative("horizon", horizon),
        discount_rate=rate_in_unit(discount_rate, unit_of(purchases)),
        n_draws=count,
        rng=random_source(rng),
    ):
        totals[0] += block.purchases.sum(axis=1)
        totals[1] += np.count_nonzero(block.purchases, axis=1)
        totals[2] += share * block.value.sum(axis=1)
    bought, active, value = totals.mean(axis=1).tolist()
    ends = [interval_of_draws(total, level) for total in totals]
    return Forecast(
        n_customers=opened.amounts.size,
        purchases=bought,
        active=active,
        value=value,
        n_draws=count,
        resampled_purchases=ends[0],
        resampled_active=ends[1],
        resampled_value=ends[2],
    )
