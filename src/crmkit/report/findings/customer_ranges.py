"""The range of the value of each customer, for as many as the page can afford."""

import numpy as np

from ..._frames import EagerFrame, native, numbers, nw, read_eager, with_arrays
from ...clv import GammaGamma, ModelError, Ranges, with_clv_interval
from ...errors import NotEnoughDataError
from ...typing import IntArray, IntoDataFrame
from ..question import Question
from .purchase_models import PurchaseFit

__all__ = ["with_value_ranges"]

_ENDS = ("clv_lower", "clv_upper")
_DRAWS = 399
_SEED = 1
# Customers whose futures are drawn: of more, only those that the page shows.
_MOST_RANGED = 30_000


def with_value_ranges(
    table: EagerFrame,
    history: EagerFrame,
    like: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: GammaGamma,
    errors: ModelError | None,
    shown: IntArray,
    question: Question,
) -> EagerFrame:
    """Add the ends of a 95% range for the value of each customer: missing if unknown.

    They are those of ``with_clv_interval`` for the customers of ``history``, or for the
    rows ``shown`` of a large base.
    """
    n_customers = len(history)
    rows = np.arange(n_customers) if n_customers <= _MOST_RANGED else np.sort(shown)
    some: EagerFrame = history if rows.size == n_customers else history[rows.tolist()]
    ends = np.full((2, n_customers), np.nan)
    try:
        drawn = with_clv_interval(
            native(_without_spend_of_zero(some), like),
            purchases=purchases,
            spend=spend,
            horizon=question.horizon_weeks,
            discount_rate=question.weekly_discount_rate,
            margin=question.margin,
            ranges=Ranges(
                n_draws=_DRAWS,
                model_error=ModelError(time_unit="week") if errors is None else errors,
            ),
            rng=np.random.default_rng(_SEED),
        )
        found = read_eager(drawn, _ENDS)
        ends[:, rows] = [numbers(found, name) for name in _ENDS]
        ends[:, rows[_brought_nothing(some)]] = 0.0
    except NotEnoughDataError:
        pass  # parameters that the data hardly determine cannot be drawn
    wide = with_arrays(table, dict(zip(_ENDS, ends, strict=True)))
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in _ENDS]
    return wide.with_columns(
        *(each.alias(name) for each, name in zip(known, _ENDS, strict=True))
    )


def _brought_nothing(history: EagerFrame) -> np.ndarray:
    """Mark whose repeat purchases brought nothing: they are worth 0."""
    repeats = numbers(history, "frequency") > 0
    return np.flatnonzero(repeats & (numbers(history, "monetary_value") <= 0))


def _without_spend_of_zero(history: EagerFrame) -> EagerFrame:
    # Amounts are drawn for all alike; a mean of zero has no spend model to draw from.
    nothing = (nw.col("frequency") > 0) & (nw.col("monetary_value") <= 0)
    spent = nw.when(nothing).then(nw.lit(1.0)).otherwise(nw.col("monetary_value"))
    return history.with_columns(spent.alias("monetary_value"))
