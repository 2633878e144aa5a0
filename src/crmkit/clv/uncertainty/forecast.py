"""What a set of customers will buy and pay together, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import able_to, nonnegative, random_source, rate
from ...fits import from_document, to_document
from ...typing import FloatArray, IntoDataFrame
from ..models.model_arguments import finite_margin, interval_draws
from .clv_interval import read_history, read_spending
from .simulated_futures import PurchaseSampler, SpendSampler, futures

__all__ = ["Forecast", "forecast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Totals over a set of customers, with an interval of their own.

    Attributes
    ----------
    n_customers
        How many customers.
    purchases, purchases_interval
        The purchases to expect of all of them together, and their interval.
    active, active_interval
        How many of them will buy at least once.
    value, value_interval
        The discounted value of those purchases.
    level
        The share of such intervals that hold what comes.
    draws
        How many futures were drawn.
    """

    n_customers: int
    purchases: float
    purchases_interval: tuple[float, float]
    active: float
    active_interval: tuple[float, float]
    value: float
    value_interval: tuple[float, float]
    level: float
    draws: int

    def to_dict(self) -> dict[str, object]:
        """Return the forecast as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Forecast":
        """Build the forecast from its JSON document."""
        return from_document(cls, document)

    def __str__(self) -> str:
        """Show the totals and their intervals as a table."""
        rows = (
            ("purchases", self.purchases, self.purchases_interval),
            ("active", self.active, self.active_interval),
            ("value", self.value, self.value_interval),
        )
        lines = [
            f"{name:<9}  {mean:>16,.2f}  {low:,.2f} to {high:,.2f}"
            for name, mean, (low, high) in rows
        ]
        head = f"{'':<9}  {'expected':>16}  {100 * self.level:.4g} % interval"
        of = f"{self.n_customers:,} customers, {self.draws:,} futures drawn"
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
    draws: int = 1000,
    rng: np.random.Generator,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    monetary_value_col: str = "monetary_value",
) -> Forecast:
    """Forecast what a set of customers will buy and pay together.

    Chance averages out over many customers; what is unsure about the parameters does
    not, and moves the whole total. Both are in the intervals.

    Parameters
    ----------
    customers
        One row per customer, in memory.
    purchases, spend
        Fitted models. One built by hand is taken at its word.
    horizon
        How far ahead, in the unit of ``T``; finite, since futures are drawn. The
        expected value of a lifetime is the sum of ``with_clv``.
    discount_rate
        The effective rate per unit of ``T``.
    margin
        The share of an amount that is profit.
    level
        The share of such intervals that hold what comes, between 0 and 1.
    draws
        How many futures to draw: 39 at least for 95 %.
    rng
        The source of randomness; the same seed gives the same forecast.
    frequency_col, recency_col, T_col, monetary_value_col
        The columns read.

    Returns
    -------
    Forecast
        Purchases, active customers and value: their means over the futures drawn, and
        intervals.

    Raises
    ------
    InvalidValueError
        If a customer's expected spend is infinite, as it is for one who never came back
        in a gamma-gamma model of ``q <= 1``: draws of it have no mean. Or if the draws
        are too few for the level.
    InvalidTypeError
        If ``rng`` is no ``numpy.random.Generator``, or a model cannot draw.
    NotEnoughDataError
        If a fit leaves parameters all but free, so that there is nothing to draw them
        from: fit it with ``penalty=1``.

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
    >>> ahead.purchases_interval
    (2294., 2905.)
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts", "expected_spend")
    random_source(rng)
    share = finite_margin(margin)
    history = read_history(customers, (frequency_col, recency_col, T_col))
    amounts = read_spending(customers, (frequency_col, monetary_value_col))
    spend.expected_spend(history[0], amounts)  # refuses what has no mean
    count, tail = interval_draws(draws, level)
    totals = np.zeros((3, count))
    for block in futures(
        history,
        amounts,
        purchases=purchases,
        spend=spend,
        horizon=nonnegative("horizon", horizon),
        discount_rate=rate("discount_rate", discount_rate),
        draws=count,
        rng=rng,
    ):
        totals[0] += block.purchases.sum(axis=1)
        totals[1] += np.count_nonzero(block.purchases, axis=1)
        totals[2] += share * block.value.sum(axis=1)
    return Forecast(
        n_customers=history[0].size,
        purchases=float(totals[0].mean()),
        purchases_interval=_interval(totals[0], tail),
        active=float(totals[1].mean()),
        active_interval=_interval(totals[1], tail),
        value=float(totals[2].mean()),
        value_interval=_interval(totals[2], tail),
        level=level,
        draws=count,
    )


def _interval(totals: FloatArray, tail: float) -> tuple[float, float]:
    # What comes is one more draw: its rank among n + 1 is what the level speaks of.
    low, high = np.quantile(totals, (tail, 1 - tail), method="weibull").tolist()
    return low, high
