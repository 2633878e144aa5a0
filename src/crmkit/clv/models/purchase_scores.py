"""What a purchase model says of arrays of customers: written once, for all models."""

from functools import partial
from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    MOST_REPEATS,
    known_history,
    nonnegative,
    random_source,
    together,
    whole,
    whole_array,
)
from ...fits import FitReport, JsonResult
from ...typing import FloatArray, IntArray
from .discounting import discounting
from .from_lifetimes import lifetimes_parameters
from .histories import by_blocks
from .parameters import check_parameters, parameters_of, show_fit, show_html
from .purchase_formulas import Formula, PurchaseFormulas

__all__ = ["PurchaseScores"]


class PurchaseScores(JsonResult):
    """The methods of a purchase model that take and return arrays.

    No method is overridden: what tells one model from another is the value
    ``formulas``. Histories are ``frequency, recency, T`` in this order, of one length
    or broadcast. ``horizon``, ``start``, ``elapsed`` and rates are in the unit of
    ``T``. All methods refuse an impossible history, or an impossible span, with
    ``InvalidValueError``.
    """

    __slots__ = ()

    formulas: ClassVar[PurchaseFormulas]
    report: FitReport | None

    __str__ = show_fit
    _repr_html_ = show_html

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers."""
        check_parameters(self, self.formulas.names)

    @final
    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name, as lifetimes names them in ``params_``."""
        return parameters_of(self, self.formulas.names)

    @final
    def log_likelihood(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return the log-likelihood of each history, in the unit of ``T``."""
        return self._score(self.formulas.kernel.log_likelihood, frequency, recency, T)

    @final
    def probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0.0,
    ) -> FloatArray:
        """Return the probability that each customer is active, ``elapsed`` after ``T``.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        elapsed
            How long after ``T``, without news of the customer since.

        Returns
        -------
        array
            Probabilities from 0 to 1.
        """
        kernel = self.formulas.kernel
        formula = self._now_or_later(
            kernel.probability_alive, kernel.probability_alive_after, elapsed
        )
        return self._score(formula, frequency, recency, T)

    @final
    def log_probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0.0,
    ) -> FloatArray:
        """Return the logarithm of the probability that each customer is active.

        It is exact where the probability itself is too small for a float.
        """
        formula = self._now_or_later(
            self.formulas.kernel.log_probability_alive,
            self.formulas.log_probability_alive_after,
            elapsed,
        )
        return self._score(formula, frequency, recency, T)

    @final
    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        start: float = 0.0,
    ) -> FloatArray:
        """Return the expected purchases in ``(T + start, T + start + horizon]``.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        horizon
            How long a span is looked at, finite.
        start
            How long after ``T`` the span begins. The purchases in ``(t, t + k]`` after
            ``T`` are those of ``start=t, horizon=k``.

        Returns
        -------
        array
            Expected numbers, in which the chance of having left is counted.
        """
        span = self.formulas.clock.span
        begin = span("start", start)
        return self._score(
            self.formulas.kernel.expected_purchases,
            frequency,
            recency,
            T,
            start=begin,
            end=begin + span("horizon", horizon),
        )

    @final
    def discounted_expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        discount_rate: float,
    ) -> FloatArray:
        """Return the expected purchases in ``(T, T + horizon]``, discounted to ``T``.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        horizon
            How long a span is looked at; ``math.inf`` for a lifetime.
        discount_rate
            The effective rate per unit of ``T``. Each purchase is discounted from the
            moment it is expected.

        Returns
        -------
        array
            Expected numbers; infinite where purchases never cease and nothing
            discounts them.
        """
        span = self.formulas.clock.span("horizon", horizon, infinite=True)
        return self._score(
            self.formulas.kernel.discounted_expected_purchases,
            frequency,
            recency,
            T,
            **discounting(span, discount_rate),
        )

    @final
    def variance_of_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, *, horizon: float
    ) -> FloatArray:
        """Return the variance of the number of purchases in ``(T, T + horizon]``."""
        return self._score(
            self.formulas.kernel.variance_of_purchases,
            frequency,
            recency,
            T,
            horizon=self.formulas.clock.span("horizon", horizon),
        )

    @final
    def probability_of_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        """Return the probability of exactly ``n`` purchases in ``(T, T + horizon]``.

        With ``n=0`` it is the probability of no purchase, by customers who have left
        and by those who only pause.
        """
        counted = whole("n", n, at_most=MOST_REPEATS)
        log_probability = self._score(
            partial(self.formulas.kernel.log_pmf, counted),
            frequency,
            recency,
            T,
            horizon=self.formulas.clock.span("horizon", horizon),
        )
        return np.exp(log_probability)

    @final
    def posterior_mean_rate(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected purchases per unit of time while active.

        For the BG/BB it is the expected probability of using an opportunity.
        """
        return self._score(
            self.formulas.kernel.posterior_mean_rate, frequency, recency, T
        )

    @final
    def posterior_mean_dropout(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected dropout.

        For BG/NBD and MBG/NBD it is the probability of leaving after a purchase, for
        the Pareto/NBD the rate of leaving per unit of time, for the BG/BB the
        probability of leaving before an opportunity, for the NBD always 0.
        """
        return self._score(
            self.formulas.kernel.posterior_mean_dropout, frequency, recency, T
        )

    @final
    def expected_purchases_new_customer(self, t: ArrayLike) -> FloatArray:
        """Return the expected repeat purchases of a new customer by age ``t``."""
        age = self.formulas.clock.ages("t", t)
        kernel = self.formulas.kernel
        return kernel.expected_purchases_new_customer(age, **self._arguments)

    @final
    def probability_of_n_purchases_new_customer(
        self, n: ArrayLike, t: ArrayLike
    ) -> FloatArray:
        """Return the probability of ``n`` repeat purchases by age ``t``."""
        ages = self.formulas.clock.ages("t", t)
        count, age = together(whole_array("n", n), ages, ("n", "t"))
        whole("n", int(count.max(initial=0.0)), at_most=MOST_REPEATS)
        kernel = self.formulas.kernel
        return np.exp(kernel.log_pmf_new_customer(count, age, **self._arguments))

    @final
    def sample_purchase_times(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]:
        """Draw one future of each customer, given the history.

        Parameters
        ----------
        frequency, recency, T
            Repeat purchases, time to the last of them, and time observed.
        horizon
            How long a span is looked at, finite.
        rng
            The source of randomness.

        Returns
        -------
        tuple of array
            The row of the customer, and the time after ``T``, of each purchase drawn.
        """
        random_source(rng)
        clock = self.formulas.clock
        history = known_history(*clock.history(frequency, recency, T))
        x, t_x, age = (np.ravel(np.asarray(column)) for column in history)
        span = clock.span("horizon", horizon)
        # Who is active comes first: the rest of the draws is for these alone.
        chance = np.ravel(self.probability_alive(*history))
        alive = rng.random(x.size) < chance
        there = np.flatnonzero(alive)
        spans = np.full(there.size, span)
        rows, times = self.formulas.futures(
            (x[there], t_x[there], age[there]), spans, rng, **self._arguments
        )
        order = np.lexsort((times, rows))
        return there[rows[order]], times[order]

    @final
    @classmethod
    def from_lifetimes(cls, fitter: object) -> Self:
        """Build the model from a fitted fitter of the same model in lifetimes."""
        kind, names = cls.formulas.lifetimes, cls.formulas.names
        return cls(**lifetimes_parameters(fitter, names, kind=kind))

    @final
    @property
    def _arguments(self) -> dict[str, float]:
        return {**self.parameters, **parameters_of(self, self.formulas.fixed)}

    @final
    def _now_or_later(self, now: Formula, later: Formula, elapsed: float) -> Formula:
        # The formula for a later time costs more, and at 0 would say the same.
        clock = self.formulas.clock
        after = (clock.span if clock.counted else nonnegative)("elapsed", elapsed)
        return partial(later, elapsed=after) if after else now

    @final
    def _score(
        self,
        formula: Formula,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        **options: float,
    ) -> FloatArray:
        history = self.formulas.clock.history(frequency, recency, T)
        return by_blocks(partial(formula, **options, **self._arguments), *history)
