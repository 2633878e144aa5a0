"""What a campaign earns on customers that had no part in planning it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import fraction, random_source, whole
from ...fits import checked, from_document, to_document
from ...kernels.base import ranking
from ...kernels.base.intervals import bootstrap, percentile_interval
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntoDataFrame
from .campaign_profit import instance_curve, with_value
from .retention_offer import RetentionOffer

__all__ = ["HeldOutProfit", "held_out_profit"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class HeldOutProfit:
    """What a campaign earns on customers that had no part in planning it.

    Attributes
    ----------
    share_targeted
        The share that was best on the customers the plan was made on.
    planned_profit
        What it earned there, per customer: the best of many cuts, so too high.
    profit, lower, upper
        What it earns on the others, with a bootstrap interval over customers.
    level
        The confidence of the interval.
    profit_of_all
        What targeting everybody would earn. Targeting nobody earns 0.
    """

    share_targeted: float
    planned_profit: float
    profit: float
    lower: float
    upper: float
    level: float
    profit_of_all: float

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "HeldOutProfit":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def held_out_profit(
    customers: IntoDataFrame,
    *,
    planned_on: IntoDataFrame,
    offer: RetentionOffer,
    rng: np.random.Generator,
    resamples: int = 1000,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv",
) -> HeldOutProfit:
    """Measure a campaign on customers that had no part in choosing its size.

    The best cut of a noisy curve is partly luck: on the customers it was chosen on it
    always looks too good. So the share to target is chosen on ``planned_on``, and the
    profit is measured on ``customers``.

    Parameters
    ----------
    customers
        One row per customer to judge on: risk, value, and what came.
    planned_on
        The same for the customers the share is chosen on.
    offer
        What is offered.
    rng
        The source of randomness of the bootstrap.
    resamples
        How many resamples of the customers.
    level
        The confidence of the interval.
    risk_col, churned_col
        The columns read.
    clv_col
        The value lost by leaving: what a customer *who stays* brings, see
        ``with_campaign_profit``.

    Returns
    -------
    HeldOutProfit
        Planned and actual profit per customer, and the interval.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> risk = rng.beta(1, 4, 2000)
    >>> base = pd.DataFrame(
    ...     {"churn_risk": risk, "churned": rng.random(2000) < risk, "clv": 150.0}
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> found = held_out_profit(
    ...     base[1000:], planned_on=base[:1000], offer=offer, rng=rng, resamples=200
    ... )
    >>> found.lower < found.profit < found.upper
    True
    """
    inside = fraction("level", level)
    plan, plan_clv = with_value(planned_on, risk_col, churned_col, clv_col)
    _, count, total = instance_curve(plan, plan_clv, offer)
    best = kernel.best_cut(total)
    share = float(count[best] / plan.churned.size)
    judged, clv = with_value(customers, risk_col, churned_col, clv_col)
    expected = offer.expected_profit(judged.risk, clv)
    each = offer.realised_profit(judged.churned, clv)
    taken = _share_taken(expected, share)
    n = each.size
    earned = np.sort(each * taken)  # the order of the rows leaves no trace
    draws = bootstrap(
        lambda drawn: np.asarray(drawn @ earned / n),
        units=n,
        resamples=whole("resamples", resamples, at_least=2),
        rng=random_source(rng),
    )
    lower, upper = percentile_interval(draws, level=inside)
    return HeldOutProfit(
        share_targeted=share,
        planned_profit=float(total[best]) / plan.churned.size,
        profit=float(each @ taken) / n,
        lower=float(lower),
        upper=float(upper),
        level=inside,
        profit_of_all=float(each.mean()),
    )


def _share_taken(score: FloatArray, share: float) -> FloatArray:
    """Return how much of each row is taken in a top share; ties are taken evenly."""
    cut, (count,) = ranking.blocks(score, np.ones(score.size))
    wanted = share * score.size
    room = np.clip((wanted - count[:-1]) / np.diff(count), 0.0, 1.0)
    place = np.searchsorted(-cut, -score)
    return np.asarray(room[place], dtype=np.float64)
