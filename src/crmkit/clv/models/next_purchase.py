"""When the next purchase comes, and how many at least: for all purchase models."""

from functools import partial
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._check import fraction, known_history, whole
from ...typing import FloatArray, IntArray
from .given_active import given_active
from .histories import by_blocks
from .purchase_scores import PurchaseScores

__all__ = ["NextPurchaseScores"]

_NEAREST, _FARTHEST = 1e-12, 1e9  # of T: shorter is at once, longer is never
_HALVINGS = 60  # of 48 in the logarithm: to the last digit
_MOST_PURCHASES = 100_000  # each one costs a pass over all customers
_MOST_OPPORTUNITIES = 1024  # each one costs a step: a thousand years of yearly gifts


class NextPurchaseScores(PurchaseScores):
    """What follows from the probabilities of counts: at least, until, and if active.

    As ``PurchaseScores``: histories are ``frequency, recency, T`` in this order, and an
    impossible one is refused with ``InvalidValueError``.
    """

    __slots__ = ()

    @final
    def probability_of_at_least_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        """Return the probability of ``n`` purchases or more in ``(T, T + horizon]``.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        n
            How many at least. With 1 it is the probability that the next purchase
            comes within the horizon: the distribution of the time to it.
        horizon
            How long a span is looked at, finite.

        Returns
        -------
        array
            Probabilities from 0 to 1, exact to about 1e-15: one minus those of fewer
            purchases.
        """
        least = whole("n", n, at_most=_MOST_PURCHASES)
        span = self.formulas.clock.span("horizon", horizon)
        history = known_history(*self.formulas.clock.history(frequency, recency, T))
        fewer = np.full(history[0].shape, -np.inf)
        for count in range(least):
            log_pmf = partial(self.formulas.kernel.log_pmf, count)
            each = self._score(log_pmf, *history, horizon=span)
            fewer = np.logaddexp(fewer, each)
        # Rounding can bring a sum of probabilities a hair above 1.
        return np.asarray(-np.expm1(np.minimum(fewer, 0.0)))

    @final
    def time_to_next_purchase(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        probability: float = 0.5,
    ) -> FloatArray:
        """Return the time after ``T`` by which the next purchase has probably come.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        probability
            The probability of a purchase by that time, between 0 and 1; 0.5 gives the
            median.

        Returns
        -------
        array
            Times in the unit of ``T``, without news of the customer until then.
            Infinite for a customer whose next purchase never becomes that likely,
            because they may have left; also where it takes more than a billion times
            ``T``, or for the BG/BB more than 1,024 opportunities.
        """
        log_none = np.log1p(-fraction("probability", probability))
        history = self.formulas.clock.history(frequency, recency, T)
        waited = self._opportunities if self.formulas.clock.counted else self._waited
        return by_blocks(partial(waited, log_none), *history)

    @final
    def expected_purchases_if_active(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        start: float = 0.0,
    ) -> FloatArray:
        """Return the expected purchases of customers known to be active at ``T``.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        horizon
            How long a span is looked at, finite.
        start
            How long after ``T`` the span begins.

        Returns
        -------
        array
            Expected numbers in ``(T + start, T + start + horizon]``. That a customer
            may leave after ``T`` is counted, that they may have left before is not.
        """
        counted = partial(self.expected_purchases, horizon=horizon, start=start)
        history = known_history(*self.formulas.clock.history(frequency, recency, T))
        return given_active(self, counted, *history)

    @final
    def _log_none(
        self, x: FloatArray, t_x: FloatArray, T: FloatArray, span: FloatArray
    ) -> FloatArray:
        """Return the log probability of no purchase, each row with its own span."""
        return self.formulas.kernel.log_pmf(
            0, x, t_x, T, horizon=span, **self._arguments
        )

    @final
    def _waited(
        self, log_none: float, x: FloatArray, t_x: FloatArray, T: FloatArray
    ) -> FloatArray:
        """Halve the logarithm of the time until no purchase is as likely as asked."""
        scale = np.where(T > 0, T, 1.0)
        lower = np.log(_NEAREST * scale)
        upper = np.log(_FARTHEST * scale)
        never = self._log_none(x, t_x, T, np.exp(upper)) > log_none
        for _ in range(_HALVINGS):
            middle = (lower + upper) / 2
            before = self._log_none(x, t_x, T, np.exp(middle)) > log_none
            lower = np.where(before, middle, lower)
            upper = np.where(before, upper, middle)
        return np.where(never, np.inf, np.exp(upper))

    @final
    def _opportunities(
        self, log_none: float, x: FloatArray, t_x: FloatArray, T: FloatArray
    ) -> FloatArray:
        """Halve whole numbers of opportunities likewise: the first that is enough."""
        lower: IntArray = np.zeros(x.size, dtype=np.int64)
        upper = np.full(x.size, _MOST_OPPORTUNITIES)
        never = self._log_none(x, t_x, T, upper.astype(float)) > log_none
        while np.any(upper - lower > 1):
            middle = (lower + upper) // 2
            before = self._log_none(x, t_x, T, middle.astype(float)) > log_none
            lower = np.where(before, middle, lower)
            upper = np.where(before, upper, middle)
        return np.where(never, np.inf, upper.astype(float))
