"""The profit of the best campaign that a ranking by uplift allows (MPU)."""

from functools import partial

import numpy as np

from ..._check import HUGE, nonnegative, positive
from ...kernels.base import ranking
from ...kernels.targeting import uplift as kernel
from ...typing import FloatArray, IntoDataFrame, Progress
from ..offers.maximum_profit import MaximumProfit
from ..offers.resampled_profit import resampled_interval
from .randomised_outcomes import read_randomised

__all__ = ["maximum_uplift_profit"]


def maximum_uplift_profit(
    customers: IntoDataFrame,
    *,
    clv: float,
    incentive: float,
    contact_cost: float,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    retained_col: str = "retained",
    progress: Progress | None = None,
) -> MaximumProfit:
    """Measure the profit of the best cut of a ranking by uplift (MPU).

    Unlike ``maximum_profit``, it needs no assumed rate of acceptance: the control group
    shows who would have stayed without the treatment.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    clv
        The value of a customer who stays.
    incentive
        The cost per treated customer who stays, persuaded or not.
    contact_cost
        The cost of treating a customer.
    rng
        The source of randomness of a bootstrap interval over customers; without it
        there is no interval.
    n_resamples, level
        The number of resamples, and the confidence level of the interval.
    uplift_col
        The predicted effect, or any score: higher first.
    treated_col
        Whether the customer was treated: true and false, or 1 and 0.
    retained_col
        Whether the customer stayed: true and false, or 1 and 0.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    MaximumProfit
        Profit per customer, the share targeted (0 and 0 if no campaign pays), and the
        interval if ``rng`` was passed.

    Raises
    ------
    InvalidValueError
        If an outcome is neither 0 nor 1: money has its value already.
    NotEnoughDataError
        If one of the groups is empty.

    Notes
    -----
    As the best of many cuts it is too high on average, and so is its interval: see
    ``maximum_profit``. Subtract a fixed cost of the campaign from the total; if that is
    below 0, no campaign pays.

    References
    ----------
    Devriendt, Berrevoets and Verbeke (2021), "Why you should stop predicting customer
    churn and start using uplift models", Information Sciences 548, 497-515.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame(
    ...     {
    ...         "uplift": [0.9, 0.9, 0.1, 0.1],
    ...         "treated": [1, 0, 1, 0],
    ...         "retained": [1, 0, 1, 1],
    ...     }
    ... )
    >>> best = maximum_uplift_profit(campaign, clv=200, incentive=10, contact_cost=1)
    >>> best.profit, best.share_targeted
    (94.5, 0.5)
    """
    curve = partial(
        kernel.campaign_profit,
        clv=nonnegative("clv", positive("clv", clv), at_most=HUGE),
        incentive=nonnegative("incentive", incentive, at_most=HUGE),
        contact=nonnegative("contact_cost", contact_cost, at_most=HUGE),
    )
    read = read_randomised(
        customers,
        uplift_col=uplift_col,
        treated_col=treated_col,
        outcome_col=retained_col,
        binary=True,
    )

    def profit(times: FloatArray) -> FloatArray:
        return curve(*read.sums(times))

    found = profit(np.ones(read.score.size))
    return MaximumProfit(
        profit=float(found.max()),
        share_targeted=ranking.share_above(int(np.argmax(found)), read.ends),
        resampled=resampled_interval(
            lambda times: float(profit(times).max()),
            rows=(read.score, read.treated, read.outcome),
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )
