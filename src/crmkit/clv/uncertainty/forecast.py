"""The purchases and value of a set of customers together, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ..._check import (
    MOST_DAYS,
    able_to,
    listed,
    names_given,
    one_of,
    random_source,
    time_span,
    typed,
)
from ...errors import InvalidValueError
from ...fits import Interval, JsonResult, checked, resampled_interval_of
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoDataFrame, Progress
from ..value.customer_terms import own_terms, rate_for_all, share_for_all
from ..value.fitted_unit import unit_of
from ..value.opened_customers import open_customers
from .drawn_ends import interval_of_draws
from .drawn_totals import drawn_totals
from .error_scale import ErrorScale
from .forecast_part import ForecastPart, error_factors, groups_of, part_of
from .parameter_draws import steady
from .ranges import RANGES, Ranges, checked_ranges
from .simulated_futures import PurchaseSampler, SpendSampler
from .unseen_months import unseen_share

__all__ = ["Forecast", "ForecastPart", "forecast"]

Total: TypeAlias = Literal["purchases", "active", "value"]

_TOTALS: tuple[Total, ...] = ("purchases", "active", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Forecast(JsonResult):
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
    parts
        The totals of each group, in the order of their values; empty without ``by``.
        Their means add up to the totals.
    path
        The totals until each time in ``ranges.until``, from the same futures.
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
    parts: tuple[ForecastPart, ...] = ()
    path: tuple[ForecastPart, ...] = ()

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
        rests = [_rests_on(self.value_error), *_first_season(self.value_error)]
        return "\n".join([head, *lines, of, *rests, *self._groups])

    @property
    def _groups(self) -> list[str]:
        names = [", ".join(part.group) for part in self.parts]
        width = max(map(len, names), default=0)
        return [
            f"{name:<{width}}  {part.n_customers:>9,} customers  value "
            f"{part.value:>14,.2f}  {part.resampled_value.lower:,.2f} to "
            f"{part.resampled_value.upper:,.2f}"
            for name, part in zip(names, self.parts, strict=True)
        ]


def _rests_on(error: ErrorScale | None) -> str:
    if error is None:
        return "intervals assume that the model is right"
    if not error.n_cutoffs:
        return (
            f"intervals contain a model error of {error.scale:.1%}, the default: no "
            "past forecast was compared, so whether they hold is unknown"
        )
    return (
        f"intervals contain a model error of {error.scale:.1%}, from {error.n_cutoffs} "
        f"past cutoffs ({error.n_windows} spans apart)"
    )


def _first_season(error: ErrorScale | None) -> list[str]:
    """Say aloud how much of the span ahead a season may move unforeseen."""
    share = "0%" if error is None else f"{error.unseen:.0%}"
    words = (
        f"{share} of the span ahead lies in a time of year that the log has not seen: "
        "a season there is not in the forecast, and may leave its intervals"
    )
    return [] if share == "0%" else [words]


@typed
def forecast(
    customers: IntoDataFrame,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    horizon: float,
    discount_rate: float | None = None,
    margin: float = 1.0,
    by: str | Sequence[str] | None = None,
    ranges: Ranges = RANGES,
    rng: np.random.Generator,
    columns: HistoryColumns = HISTORY,
    progress: Progress | None = None,
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
        The effective rate per unit of ``T``; left out where ``columns`` names a column
        of each customer's own rate.
    margin
        The share of an amount that is profit; left out where ``columns`` names a column
        of each customer's own margin.
    by
        Columns of groups, such as a segment, that get totals and intervals too; None
        for the totals alone.
    ranges
        The level, how many futures to draw, and what past forecasts missed by, as
        ``fit_model_error`` learns it from the log.
    rng
        The source of randomness; the same seed gives the same forecast. Futures are
        drawn in the order of the rows, so another order has other draws.
    columns
        The names of the columns read.
    progress
        Is called with the number of parts done and of all; None for silence.

    Returns
    -------
    Forecast
        Purchases, active customers and value: their means over the futures drawn, and
        intervals. The error of the model widens the intervals and leaves the means. A
        log of less than a year has not seen every season: for the months ahead that it
        has not seen, the intervals are wider still, and the print says so.

    Raises
    ------
    InvalidValueError
        If a customer's expected spend is infinite, as it is for one who never came back
        in a gamma-gamma model of ``q <= 1``: draws of it have no mean. If the mean
        amount of a customer who came back is not above 0, or the draws are too few for
        the level. If ``model_error`` was learned in another unit of time, or a customer
        has no group.
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
    Interval(lower=1831., upper=3688., level=0.95)
    """
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "sample_amounts", "expected_spend")
    purchases, spend = steady(purchases), steady(spend)
    unit = unit_of(purchases)
    rate, share = (
        rate_for_all(discount_rate, columns, unit),
        share_for_all(margin, columns),
    )
    names = [] if by is None else names_given("by", by)
    opened = open_customers(customers, columns, purchases)
    labels, groups = groups_of(customers, names)
    # Refuses a spend without a mean, of which draws would have none either.
    spend.expected_spend(opened.history.frequency, opened.amounts)
    rates, shares = own_terms(opened.frame, columns, rate=rate, share=share)
    count, _, error = checked_ranges(ranges, unit)
    ahead = time_span("horizon", horizon, at_most=MOST_DAYS)
    times = _times(ranges.until, ahead)
    drawn = drawn_totals(
        opened.history,
        opened.amounts,
        purchases=purchases,
        spend=spend,
        horizon=ahead,
        discount_rate=rates,
        margin=shares,
        n_draws=count,
        rng=random_source(rng),
        groups=groups,
        until=times,
        progress=progress,
    )
    everyone = drawn.sum(axis=1)
    level, n_customers = ranges.level, opened.amounts.size
    age = float(np.max(opened.history.T, initial=0.0))

    def unseen(end: float) -> float:
        if error is None:
            return 0.0
        return unseen_share(age, end, unit=unit, error=error)

    news = unseen(ahead)
    factors = error_factors(error, count, horizon=ahead, rng=rng, unseen=news)
    total = part_of((), n_customers, everyone[-1], level=level, factors=factors)
    # Errors of other groups than those asked for say nothing about these.
    own = bool(names) and error is not None and error.by == tuple(names)
    grouped = zip(labels, groups or (), drawn[-1], strict=True) if names else ()
    parts = (
        part_of(
            label,
            rows.size,
            part,
            level=level,
            factors=error_factors(
                error, count, horizon=ahead, rng=rng, group=label, unseen=news
            )
            if own
            else factors,
        )
        for label, rows, part in grouped
    )
    found = replace(
        _forecast(total, everyone[-1], ranges=ranges, horizon=ahead, unseen=news),
        parts=tuple(parts),
    )
    path = (
        part_of(
            (),
            n_customers,
            totals,
            level=level,
            factors=error_factors(
                error, count, horizon=end, rng=rng, unseen=unseen(end)
            ),
        )
        for end, totals in zip(times, everyone, strict=False)
    )
    return replace(found, path=tuple(path))


def _times(until: Sequence[float], horizon: float) -> list[float]:
    """Check the earlier times: each above 0 and at most the horizon."""
    times = [time_span("until", each) for each in listed("until", until)]
    late = [each for each in times if each > horizon]
    if late:
        raise InvalidValueError(
            subject="argument 'until'",
            found=f"{late[0]:g}, which is after the horizon of {horizon:g}",
            remedy="Pass times within the horizon, or a longer one.",
        )
    return times


def _forecast(
    total: ForecastPart,
    totals: FloatArray,
    *,
    ranges: Ranges,
    horizon: float,
    unseen: float,
) -> Forecast:
    """Return the totals of all customers, with what their intervals rest on."""
    found = Forecast(
        n_customers=total.n_customers,
        purchases=total.purchases,
        active=total.active,
        value=total.value,
        n_draws=totals.shape[1],
        resampled_purchases=total.resampled_purchases,
        resampled_active=total.resampled_active,
        resampled_value=total.resampled_value,
    )
    error = ranges.model_error
    if error is None:
        return found
    return replace(
        found,
        purchases_error=error.at(horizon=horizon, total="purchases", unseen=unseen),
        value_error=error.at(horizon=horizon, total="value", unseen=unseen),
        plain_purchases=interval_of_draws(totals[0], ranges.level),
        plain_value=interval_of_draws(totals[2], ranges.level),
    )
