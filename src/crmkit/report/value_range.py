"""The range of the headline's value over futures drawn, where the fits can carry it."""

import numpy as np

from ..clv import BgNbd, GammaGamma, forecast
from ..errors import CrmkitError
from ..fits import FitReport
from ..typing import IntoDataFrame
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
    try:
        drawn = forecast(
            customers,
            purchases=purchases,
            spend=spend,
            horizon=weeks,
            discount_rate=weekly_rate,
            margin=question.margin,
            draws=_DRAWS,
            rng=np.random.default_rng(_SEED),
            monetary_value_col=spend_col,
        )
    except CrmkitError:
        return None
    return drawn.value_interval


def _settled(report: FitReport | None) -> bool:
    return report is not None and not (
        report.penalty or report.boundary or report.weakly_identified
    )
