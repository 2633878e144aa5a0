"""The 95% range of the total value, from simulated futures."""

import numpy as np

from ..._frames import native, nw, read_eager
from ...clv import BgNbd, GammaGamma, Ranges, forecast
from ...errors import CrmkitError
from ...fits import FitReport, Interval
from ...typing import IntoDataFrame
from ..question import Question

__all__ = ["value_range"]

_DRAWS = 200
_SEED = 1
_MOST_WEEKS = 2_500_000  # customers times weeks: a few seconds


def value_range(
    customers: IntoDataFrame,
    *,
    purchases: BgNbd,
    spend: GammaGamma,
    question: Question,
    n_customers: int,
) -> Interval | None:
    """Return the range of the value in 95% of simulated futures; None if unknown.

    Very large bases are not simulated. Parameters that the data hardly determine are
    drawn from a fit with a light penalty.
    """
    weeks = question.horizon_weeks
    if n_customers * weeks > _MOST_WEEKS or not all(
        _settled(fit.report) for fit in (purchases, spend)
    ):
        return None
    frame = read_eager(customers, ("frequency", "monetary_value"))
    # Without a mean spend above zero a customer is worth 0: the total stays the same.
    paying = (nw.col("frequency") == 0) | (nw.col("monetary_value") > 0)
    try:
        drawn = forecast(
            native(frame.filter(paying), customers),
            purchases=purchases,
            spend=spend,
            horizon=weeks,
            discount_rate=question.weekly_discount_rate,
            margin=question.margin,
            ranges=Ranges(n_draws=_DRAWS),
            rng=np.random.default_rng(_SEED),
        )
    except CrmkitError:
        return None
    return drawn.interval("value")


def _settled(report: FitReport | None) -> bool:
    # What the data leave free is held by a light penalty: the range never vanishes.
    return report is not None and report.steadied.log_covariance is not None
