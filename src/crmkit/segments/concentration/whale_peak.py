"""The peak of the whale curve, and the profit that is lost behind it."""

from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from ..._check import one_of
from ..._frames import value_histogram
from ...fits import Interval, checked, resampled_interval_of
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray, IntoFrame, Progress
from .holdings import Holdings, open_holdings
from .resampled_limits import resampled_limits

__all__ = ["WhalePeak", "whale_peak"]

_Quantity: TypeAlias = Literal[
    "peak", "destroyed", "total", "unprofitable_share", "destroyed_share"
]
_QUANTITIES: tuple[_Quantity, ...] = (
    "peak",
    "destroyed",
    "total",
    "unprofitable_share",
    "destroyed_share",
)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class WhalePeak:
    """The highest point of the whale curve, and the profit that is lost behind it.

    Attributes
    ----------
    n_customers
        Number of customers, or the sum of their weights.
    n_profitable, n_unprofitable
        Number of customers above zero, over whom the curve rises, and below zero.
    peak
        What the profitable customers bring in together.
    total
        What all customers bring in together, losses subtracted.
    resampled
        The bootstrap intervals by the name of their quantity; empty without ``rng``.
        Read them with :meth:`interval`.

    Examples
    --------
    >>> from crmkit.segments import WhalePeak
    >>> whale = WhalePeak(
    ...     n_customers=10.0, n_profitable=6.0, n_unprofitable=3.0,
    ...     peak=215.0, total=160.0,
    ... )
    >>> print(whale)
    6 of 10 customers bring 134.4% of the total, and 3 take 34.4% away again
    """

    n_customers: float
    n_profitable: float
    n_unprofitable: float
    peak: float
    total: float
    resampled: tuple[tuple[str, Interval], ...] = ()

    def __str__(self) -> str:
        """Read as a sentence, in shares if the total is above zero."""
        brought, taken = f"{self.peak:,.6g}", f"{self.destroyed:,.6g}"
        if self.peak_share is not None and self.destroyed_share is not None:
            brought = f"{self.peak_share:.1%} of the total"
            taken = f"{self.destroyed_share:.1%}"
        return (
            f"{self.n_profitable:,.6g} of {self.n_customers:,.6g} customers bring "
            f"{brought}, and {self.n_unprofitable:,.6g} take {taken} away again"
        )

    @property
    def destroyed(self) -> float:
        """What the customers below zero take away again."""
        return self.peak - self.total

    @property
    def unprofitable_share(self) -> float:
        """Share of the customers who are below zero."""
        return self.n_unprofitable / self.n_customers

    @property
    def peak_share(self) -> float | None:
        """The peak over the total, 1 or more; None if the total is not above zero."""
        return self.peak / self.total if self._is_gain else None

    @property
    def destroyed_share(self) -> float | None:
        """What is destroyed over the total; None if the total is not above zero."""
        return self.destroyed / self.total if self._is_gain else None

    def interval(
        self, level: float | None = None, *, of: _Quantity = "destroyed"
    ) -> Interval:
        """Return the bootstrap interval of one of the quantities.

        Parameters
        ----------
        level
            The level that was resampled; None accepts whichever it was.
        of
            The quantity: ``"peak"``, ``"destroyed"``, ``"total"``,
            ``"unprofitable_share"`` or ``"destroyed_share"`` (the peak share is 1
            above it).

        Raises
        ------
        NotEnoughDataError
            If the peak was measured without ``rng``, or at another level, or if the
            total of a resample was not above zero, so that a share has no interval.
        """
        found = dict(self.resampled).get(one_of("of", of, _QUANTITIES))
        remedy = "Pass rng and this level to whale_peak."
        if found is None and self.resampled:
            remedy = "In some resamples the total is a loss: use the amounts instead."
        return resampled_interval_of(found, level, remedy=remedy)

    @property
    def _is_gain(self) -> bool:
        return bool(lorenz.is_gain(self.total, self.peak + self.destroyed))


def whale_peak(
    customers: IntoFrame,
    *,
    value_col: str = "profit",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> WhalePeak:
    """Measure how high profit would be without the customers below zero.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, without ``rng``, only sums by sign.
    value_col
        The profit of each customer, which is below zero for some.
    weight_col
        How many customers a row stands for; each row counts once without it.
    rng
        A source of randomness. With it, the customers are resampled and the result
        has intervals.
    n_resamples, level
        Number of bootstrap resamples, and the level of the intervals.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    The peak, the total, the profit destroyed between them, and by how many customers.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"profit": [90.0, 30.0, 0.0, -20.0]})
    >>> whale = ck.segments.whale_peak(customers)
    >>> whale.peak_share, whale.destroyed
    (1.2, 20.0)
    """
    # The peak lies at zero, where no value is needed but its sign.
    signs = partial(value_histogram, cuts=lambda value, _: value[:0])
    fetch = signs if rng is None else None
    _, held = open_holdings(customers, value_col, weight_col, fetch=fetch)
    counted, value = lorenz.curve(held.value, held.weight)
    profitable, peak = lorenz.peak(counted, value)
    return WhalePeak(
        n_customers=held.n_customers,
        n_profitable=profitable,
        n_unprofitable=held.n_negative,
        peak=peak,
        total=float(value[-1]),
        resampled=_resampled(
            held,
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )


def _resampled(
    held: Holdings,
    *,
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None,
) -> tuple[tuple[str, Interval], ...]:
    parts: FloatArray = np.zeros((4, 0))
    sizes: IntArray | int = 0
    if rng is not None:
        units, sizes = held.drawn_units()
        parts = lorenz.gains_and_losses(units.value, units.weight)

    def resampled(times: IntArray) -> FloatArray:
        gained, lost, below, counted = parts @ times
        total = gained - lost
        share = lost / total if lorenz.is_gain(total, gained + lost) else np.nan
        return np.array([gained, lost, total, below / counted, share])

    limits = resampled_limits(
        resampled,
        units=sizes,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
    )
    if limits is None:
        return ()
    # A share that is undefined in one resample has no interval; its name is left out.
    return tuple(
        (name, Interval(lower=float(lower), upper=float(upper), level=level))
        for name, lower, upper in zip(_QUANTITIES, *limits, strict=True)
        if np.isfinite(lower)
    )
