"""The Gini coefficient: how unequally value is spread over customers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..._frames import close_values
from ...errors import NotEnoughDataError
from ...fits import Interval, checked, resampled_interval_of
from ...kernels.groups import lorenz
from ...typing import IntArray, IntoFrame, Progress
from .holdings import Holdings, open_holdings
from .resampled_limits import resampled_interval

__all__ = ["GiniCoefficient", "gini"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class GiniCoefficient:
    """How unequally value is spread over customers.

    Attributes
    ----------
    coefficient
        From 0 (all customers hold the same value) to ``1 - 1/n_customers`` (one
        customer holds everything).
    n_customers
        Number of customers, or the sum of their weights.
    total
        Total value of all customers.
    n_negative
        Number of customers with a value below zero. If there are any, the coefficient
        is the normalised one of Raffinetti, Siletti and Vernizzi, which stays within
        0 to 1.
    resampled
        The bootstrap interval of ``coefficient``; None without ``rng``. Read it with
        :meth:`interval`.

    Examples
    --------
    >>> from crmkit.segments import GiniCoefficient
    >>> found = GiniCoefficient(
    ...     coefficient=0.6, n_customers=4.0, total=100.0, n_negative=0.0
    ... )
    >>> found.corrected
    0.8
    """

    coefficient: float
    n_customers: float
    total: float
    n_negative: float
    resampled: Interval | None = None

    @property
    def corrected(self) -> float | None:
        """The coefficient times n / (n - 1), which reaches 1; None for one customer."""
        n = self.n_customers
        return self.coefficient * n / (n - 1) if n > 1 else None

    def interval(self, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the coefficient.

        Parameters
        ----------
        level
            The level that was resampled; None accepts whichever it was.

        Raises
        ------
        NotEnoughDataError
            If the coefficient was measured without ``rng``, or at another level.
        """
        return resampled_interval_of(
            self.resampled, level, remedy="Pass rng and this level to gini."
        )


def gini(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    weight_col: str | None = None,
    rng: np.random.Generator | None = None,
    n_resamples: int = 999,
    level: float = 0.95,
    progress: Progress | None = None,
) -> GiniCoefficient:
    """Measure how unequally value is spread over customers.

    0 means that all customers hold the same value; near 1, one customer holds nearly
    everything.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, only the distinct values are fetched; of
        more than a million rows, without ``rng``, values within 0.02% as their mean,
        so that the coefficient is at most a millionth too low.
    value_col
        The value of each customer, which may be negative.
    weight_col
        How many customers a row stands for; each row counts once without it.
    rng
        A source of randomness. With it, the customers are resampled and the result
        has an interval.
    n_resamples, level
        Number of bootstrap resamples, and the level of the interval.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    The coefficient, its small-sample form, and what it was computed from.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a weight is not positive.
    NotEnoughDataError
        If there are no customers, or every value is 0.

    Notes
    -----
    The coefficient is the mean absolute difference between two customers over twice
    the mean absolute value, ``sum |x_i - x_j| / (2 n sum |x_i|)``. Without negative
    values this is the ordinary coefficient. With negative values it is the normalised
    form; the ordinary one could exceed 1.

    References
    ----------
    Raffinetti, Siletti & Vernizzi (2015), On the Gini coefficient normalization when
    attributes with negative values are considered.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"clv": [0.0, 0.0, 0.0, 0.0, 50.0]})
    >>> ck.segments.gini(customers).coefficient
    0.8
    """
    # Resamples draw every customer; the coefficient itself needs no two close values.
    fetch = close_values if rng is None else None
    _, held = open_holdings(customers, value_col, weight_col, fetch=fetch)
    if not held.holds_anything():
        raise NotEnoughDataError(
            needed=f"a value other than 0 in column {value_col!r}",
            got="none",
            remedy="Pass customers of whom at least one has a value.",
        )
    return GiniCoefficient(
        coefficient=_coefficient(held),
        n_customers=held.n_customers,
        total=held.total,
        n_negative=held.n_negative,
        resampled=resampled_interval(
            held,
            _coefficients,
            rng=rng,
            n_resamples=n_resamples,
            level=level,
            progress=progress,
        ),
    )


def _coefficient(held: Holdings) -> float:
    return lorenz.gini(held.value, held.weight)


def _coefficients(held: Holdings) -> Callable[[IntArray], float]:
    return lorenz.gini_of_draws(held.value, held.weight)
