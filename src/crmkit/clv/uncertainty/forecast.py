"""The purchases and value of a set of customers together, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from ..._arguments import able_to, instance
from ..._check import one_of, random_source, time_span
from ...errors import InvalidValueError
from ...fits import Interval, checked, from_document, resampled_interval_of, to_document
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoDataFrame
from ..models.model_arguments import finite_margin
from ..value.fitted_unit import rate_in_unit, unit_of
from ..value.opened_customers import open_customers
from .drawn_ends import enough_draws, interval_of_draws
from .drawn_totals import drawn_totals
from .model_error import ErrorScale, ModelError
from .simulated_futures import PurchaseSampler, SpendSampler

__all__ = ["UNTRIED", "Forecast", "forecast"]

Total: TypeAlias = Literal["purchases", "active", "value"]

_TOTALS: tuple[Total, ...] = ("purchases", "active", "value")
UNTRIED: Final = ModelError()
_REPEATS = 20  # errors drawn for each future: cheap, and ends that scatter less


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
    purchases_error, value_error
        The error of the model that the intervals contain, and how many past cutoffs it
        rests on; None where the model was taken as right.
    plain_purchases, plain_value
        The narrower intervals that a right model would have; None likewise.
    """

    n_customers: int
    purchases: float
    active: float
    value: float
    n_draws: int
    resampled_purchases: Interval
    resampled_active: Interval
    resampled_value: Interval
    purchases_error: ErrorScale | None = None
    value_error: ErrorScale | None = None
    plain_purchases: Interval | None = None
    plain_value: Interval | None = None

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
        return "\n".join([head, *lines, of, _rests_on(self.value_error)])


def _rests_on(error: ErrorScale | None) -> str:
    if error is None:
        return "intervals assume that the model is right"
    if not error.n_cutoffs:
        return (
            f"intervals contain a model error of {error.scale:.1%}, the default: no "
            "past forecast was compared"
        )
    return (
        f"intervals contain a model error of {error.scale:.1%}, from {error.n_cutoffs} "
        f"past cutoffs ({error.n_windows} spans apart)"
    )


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
    model_error: ModelError | None = UNTRIED,
    rng: np.random.Generator,
    columns: HistoryColumns = HISTORY,
) -> Forecast:
    """Forecast what a set of customers will buy and pay together.

    Chance averages out over many customers. The uncertainty of the parameters does not,
    nor does the error of the model itself: seasons, campaigns and shocks move the whole
    total. The intervals contain all three.

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
    model_error
        What past forecasts missed by, as ``fit_model_error`` learns it from the log.
        Left out, it is the default of ``ModelError()``: a typical error of 10%. None
        takes the model as right, which real data seldom bear out.
    rng
        The source of randomness; the same seed gives the same forecast.
    columns
        The names of the columns read.

    Returns
    -------
    Forecast
        Purchases, active customers and value: their means over the futures drawn, and
        intervals. The error of the model widens the intervals and leaves the means.

    Raises
    ------
    InvalidValueError
        If a customer's expected spend is infinite, as it is for one who never came back
        in a gamma-gamma model of ``q <= 1``: draws of it have no mean. If the mean
        amount of a customer who came back is not above 0, or the draws are too few for
        the level. If ``model_error`` was learned in another unit of time.
    InvalidTypeError
        If ``rng`` is not a ``numpy.random.Generator``, a model cannot draw, or
        ``model_error`` is something else.
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
    >>> ahead.plain_purchases
    Interval(lower=2294., upper=2905., level=0.95)
    >>> ahead.interval("purchases")
    Interval(lower=1924., upper=3499., level=0.95)
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts", "expected_spend")
    share = finite_margin(margin)
    opened = open_customers(customers, columns)
    # Refuses a spend without a mean, of which draws would have none either.
    spend.expected_spend(opened.history.frequency, opened.amounts)
    error = _in_unit(model_error, unit_of(purchases))
    count, _ = enough_draws(n_draws, level)
    totals = drawn_totals(
        opened.history,
        opened.amounts,
        purchases=purchases,
        spend=spend,
        horizon=time_span("horizon", horizon),
        discount_rate=rate_in_unit(discount_rate, unit_of(purchases)),
        n_draws=count,
        rng=random_source(rng),
    )
    totals[2] *= share
    bought, active, value = totals.mean(axis=1).tolist()
    plain = [interval_of_draws(total, level) for total in totals]
    result = Forecast(
        n_customers=opened.amounts.size,
        purchases=bought,
        active=active,
        value=value,
        n_draws=count,
        resampled_purchases=plain[0],
        resampled_active=plain[1],
        resampled_value=plain[2],
    )
    if error is None:
        return result
    return _widened(result, totals, error=error, horizon=horizon, rng=rng)


def _in_unit(error: ModelError | None, unit: str | None) -> ModelError | None:
    if error is None:
        return None
    learned = instance("model_error", error, ModelError).time_unit
    if learned is not None and unit is not None and learned != unit:
        raise InvalidValueError(
            subject="argument 'model_error'",
            found=f"errors of spans in {learned!r}, beside a model in {unit!r}",
            remedy=f"Learn it with a summary whose time_unit is {unit!r}.",
        )
    return error


def _widened(
    plain: Forecast,
    totals: FloatArray,
    *,
    error: ModelError,
    horizon: float,
    rng: np.random.Generator,
) -> Forecast:
    """Return the forecast with intervals of totals times drawn errors of the model."""
    level = plain.resampled_value.level
    of_purchases = error.at(horizon=horizon, total="purchases")
    of_value = error.at(horizon=horizon, total="value")
    times = of_purchases.sample(totals.shape[1] * _REPEATS, rng=rng)
    money = of_value.sample(times.size, rng=rng)
    bought, active, value = np.repeat(totals, _REPEATS, axis=1)
    ends = [
        interval_of_draws(bought * times, level),
        # More customers than there are cannot buy.
        interval_of_draws(np.minimum(active * times, plain.n_customers), level),
        interval_of_draws(value * money, level),
    ]
    before = (plain.resampled_purchases, plain.resampled_active, plain.resampled_value)
    wider = [_hull(one, other) for one, other in zip(before, ends, strict=True)]
    return replace(
        plain,
        resampled_purchases=wider[0],
        resampled_active=wider[1],
        resampled_value=wider[2],
        purchases_error=of_purchases,
        value_error=of_value,
        plain_purchases=before[0],
        plain_value=before[2],
    )


def _hull(one: Interval, other: Interval) -> Interval:
    # Draws scatter: an error that is all but 0 must not narrow what chance alone spans.
    return Interval(
        lower=min(one.lower, other.lower),
        upper=max(one.upper, other.upper),
        level=one.level,
    )
