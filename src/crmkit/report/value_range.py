"""The range of the headline's value over futures drawn, where the fits can carry it."""

import numpy as np

from .._frames import native, nw, read_eager
from ..clv import BgNbd, GammaGamma, forecast
from ..errors import CrmkitError
from ..fits import FitReport
from ..typing import HistoryColumns, IntoDataFrame
from .question import Question

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
    weekly_rate: float,
    spend_col: str,
    n_customers: int,
) -> tuple[float, float] | None:
    """Return where the value lies in 95 of 100 futures; None where it is not known.

    It is not drawn for very large bases, nor from fits held by a penalty or with
    parameters that the data leave all but free.
    """
    weeks = question.horizon_weeks
    if n_customers * weeks > _MOST_WEEKS or not all(
        _settled(fit.report) for fit in (purchases, spend)
    ):
        return None
    frame = read_eager(customers, ("frequency", spend_col))
    # Without a mean spend above zero a customer is worth 0: the total stays the same.
    paying = (nw.col("frequency") == 0) | (nw.col(spend_col) > 0)
    try:
        drawn = forecast(
            native(frame.filter(paying), customers),
            purchases=purchases,
            spend=spend,
            horizon=weeks,
            discount_rate=weekly_rate,
            margin=question.margin,
            n_draws=_DRAWS,
            rng=np.random.default_rng(_SEED),
            columns=HistoryColumns(monetary_value=spend_col),
        )
    except CrmkitError:
        return None
    lower, upper = drawn.interval("value")
    return lower, upper


def _settled(report: FitReport | None) -> bool:
    return report is not None and not (
        report.penalty or report.boundary or report.weakly_identified
    )
