"""The best campaign a ranking of churn risks allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import fraction, positive, random_source, whole
from ..._frames import native, numbers, nw, read_eager, table
from ...churn.classifier.scored_outcomes import Scored, read_scored, refuse_overflow
from ...fits import checked, from_document, to_document
from ...kernels.base import ranking
from ...kernels.base.intervals import bootstrap, by_content, percentile_interval
from ...kernels.targeting import campaign_profit as kernel
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoDataFrameT
from .retention_offer import RetentionOffer

__all__ = [
    "CampaignProfit",
    "campaign_profit_curve",
    "instance_curve",
    "maximum_profit",
    "resampled_interval",
    "with_value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CampaignProfit:
    """The profit of the best cut, and the share of customers it targets.

    Attributes
    ----------
    profit
        Per customer of the base, targeted or not: times their number it is the total.
    share_targeted
        From 0 to 1, from the top of the ranking.
    lower, upper
        The bootstrap interval of the profit over customers; None unless asked for.
    level
        The confidence of that interval, or None.
    """

    profit: float
    share_targeted: float
    lower: float | None = None
    upper: float | None = None
    level: float | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "CampaignProfit":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def maximum_profit(
    customers: IntoDataFrame,
    *,
    offer: RetentionOffer,
    clv: float,
    rng: np.random.Generator | None = None,
    resamples: int = 500,
    level: float = 0.95,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
) -> CampaignProfit:
    """Measure the profit of the best cut of a ranking (MPC).

    One value for all customers, as published; where values differ see
    ``campaign_profit_curve``: churners are worth less than the average as a rule, and
    the mean then promises too much.

    Parameters
    ----------
    customers
        One row per customer: a score and what came.
    offer
        What is offered.
    clv
        The value of a customer who stays.
    rng
        The source of randomness of a bootstrap interval; without it there is none.
    resamples, level
        How many resamples of the customers, and the confidence of the interval.
    risk_col, churned_col
        The score (higher first, of any scale) and whether the customer left.

    Returns
    -------
    CampaignProfit
        Profit per customer, the share targeted, and the interval if asked for.

    Raises
    ------
    NotEnoughDataError
        If nobody left, or everybody.

    Notes
    -----
    The best of many cuts is partly luck, so the profit is too high on average, and so
    is its interval: each resample looks for a best cut of its own. The fewer the
    customers and the weaker the ranking, the more. ``held_out_profit`` says what a cut
    chosen elsewhere earns.

    References
    ----------
    Verbeke, Dejaeger, Martens, Hur and Baesens (2012), European Journal of Operational
    Research 218, 211-229.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    ...         "churned": [0, 1, 0, 1, 0, 1, 0, 1],
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> best = maximum_profit(judged, offer=offer, clv=200)
    >>> best.profit, best.share_targeted
    (23.875, 0.875)
    """
    value = positive("clv", clv)
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    order, ends = ranking.block_ends(scored.risk)
    y = scored.churned[order]

    def curve(times: FloatArray) -> FloatArray:
        return kernel.profit_curve(
            ranking.sums_at(times * y, ends),
            ranking.sums_at(times * (1 - y), ends),
            benefit=float(offer.profit_of_churner(value)),
            cost=float(offer.cost_of_loyal(value)),
        )

    profit = curve(np.ones(y.size))
    best = kernel.best_cut(profit)
    lower, upper, inside = resampled_interval(
        lambda times: float(curve(times).max()),
        rows=(scored.risk[order], y),
        rng=rng,
        resamples=resamples,
        level=level,
    )
    return CampaignProfit(
        profit=float(profit[best]),
        share_targeted=ranking.share_above(best, ends),
        lower=lower,
        upper=upper,
        level=inside,
    )


def resampled_interval(
    best: Callable[[FloatArray], float],
    *,
    rows: Sequence[FloatArray],
    rng: np.random.Generator | None,
    resamples: int,
    level: float,
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Return lower, upper and level of a measure told how often each row is drawn.

    Rows stay in the order of the ranking, so that nothing is sorted twice; ``rows`` are
    the columns that tell one customer from another.
    """
    inside = fraction("level", level)
    repeats = whole("resamples", resamples, at_least=2)
    if rng is None:
        return None, None, None
    source = random_source(rng)
    placed = by_content(rows)

    def measured(drawn: IntArray) -> FloatArray:
        return np.asarray(best(placed(drawn).astype(np.float64)))

    draws = bootstrap(measured, units=rows[0].size, resamples=repeats, rng=source)
    lower, upper = percentile_interval(draws, level=inside)
    return float(lower), float(upper), inside


def campaign_profit_curve(
    customers: IntoDataFrameT,
    *,
    offer: RetentionOffer,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    clv_col: str = "clv",
) -> IntoDataFrameT:
    """Summarise what each cut of the target list would have earned, value by value.

    Customers are ranked by the profit to *expect* of them, and then each is worth what
    really came: a churner's own value, or the cost of a needless offer.

    Parameters
    ----------
    customers
        One row per customer: risk, value, and what came.
    offer
        What is offered.
    risk_col, churned_col
        The columns read.
    clv_col
        The value lost by leaving: what a customer *who stays* brings, see
        ``with_campaign_profit``.

    Returns
    -------
    DataFrame
        One row per cut, from nobody to everybody: ``targeted`` (customers),
        ``share_targeted``, ``expected_profit`` (of the last one taken in; null in the
        first row), ``profit`` (per customer of the base).

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.2],
    ...         "churned": [1, 1, 0],
    ...         "clv": [10.0, 400.0, 100.0],
    ...     }
    ... )
    >>> offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    >>> curve = campaign_profit_curve(judged, offer=offer)
    >>> curve[["targeted", "profit"]].round(2)
       targeted  profit
    0       0.0    0.00
    1       1.0   38.67
    2       2.0   38.33
    3       3.0   34.67
    """
    scored, clv = with_value(customers, risk_col, churned_col, clv_col)
    cut, count, total = instance_curve(scored, clv, offer)
    n = scored.churned.size
    columns = {
        "targeted": count,
        "share_targeted": count / n,
        "expected_profit": np.concatenate(([np.nan], cut)),
        "profit": total / n,
    }
    frame = table(read_eager(customers, ()), columns)
    known = nw.when(nw.col("targeted") > 0).then(nw.col("expected_profit"))
    return native(frame.with_columns(known.alias("expected_profit")), customers)


def with_value(
    customers: IntoDataFrame, risk_col: str, churned_col: str, clv_col: str
) -> tuple[Scored, FloatArray]:
    """Read risks, outcomes and values."""
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, extra=(clv_col,)
    )
    clv = numbers(scored.frame, clv_col)
    refuse_overflow(clv, clv_col)
    return scored, clv


def instance_curve(
    scored: Scored, clv: FloatArray, offer: RetentionOffer
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, along the list by expected profit: the cuts, customers, and profit."""
    expected = offer.expected_profit(scored.risk, clv)
    realised = offer.realised_profit(scored.churned, clv)
    cut, (count, total) = ranking.blocks(expected, np.ones(clv.size), realised)
    return cut, count, total
