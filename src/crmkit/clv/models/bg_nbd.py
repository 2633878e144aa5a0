"""BG/NBD: buying at a steady rate until, after some purchase, a customer leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, nonnegative_array, whole, whole_array
from ...fits import FitReport, from_document, to_document
from ...kernels.base.newton import Objective
from ...kernels.purchases import alive_later, bg_nbd
from ...typing import FloatArray, IntArray, IntoFrameT
from .discounting import discounting
from .from_lifetimes import lifetimes_parameters
from .futures import coin_times
from .histories import now_or_later, on_histories, with_history_scores
from .parameters import check_parameters, parameters_of, show_fit, show_html

__all__ = ["BgNbd"]

_NAMES = ("r", "alpha", "a", "b")
_FITTER = "BetaGeoFitter"


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd:
    """A fitted or hand-made BG/NBD model of repeat purchases.

    While alive a customer buys at random at an own steady rate; after each repeat
    purchase the customer leaves for good with an own probability. Rates differ between
    customers by a gamma distribution, probabilities by a beta distribution. A customer
    who never came back has had no chance to leave, and counts as alive.

    Attributes
    ----------
    r, alpha
        Shape of the gamma distribution of rates, and its scale in the unit of ``T``.
        The mean rate is ``r / alpha``.
    a, b
        The beta distribution of the probability to leave after a purchase. Its mean is
        ``a / (a + b)``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        A label for printing. It converts nothing.

    Notes
    -----
    Array methods take ``frequency, recency, T`` in this order, of one length or
    broadcast, and return float64 arrays. ``horizon``, ``start``, ``elapsed`` and rates
    are in the unit of ``T``.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting your customers the easy way: an alternative
    to the Pareto/NBD model", Marketing Science 24.

    Examples
    --------
    >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week")
    >>> model.probability_alive([26, 1], [30.857, 2.0], [31, 39]).round(3)
    array([0.969, 0.221])
    >>> model.expected_purchases([26, 1], [30.857, 2.0], [31, 39], horizon=52).round(2)
    array([25.76,  0.27])
    """

    r: float
    alpha: float
    a: float
    b: float
    report: FitReport | None = None
    time_unit: str | None = None

    __str__ = show_fit
    _repr_html_ = show_html

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers."""
        check_parameters(self, _NAMES)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return parameters_of(self, _NAMES)

    def log_likelihood(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return the log-likelihood of each history (note 004, equation 6)."""
        return on_histories(
            bg_nbd.log_likelihood, frequency, recency, T, self.parameters
        )

    def probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0.0,
    ) -> FloatArray:
        """Return the probability to be a customer still, ``elapsed`` after ``T``."""
        formula = now_or_later(
            bg_nbd.probability_alive, bg_nbd.probability_alive_after, elapsed
        )
        return on_histories(formula, frequency, recency, T, self.parameters)

    def log_probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0.0,
    ) -> FloatArray:
        """Return its logarithm, exact where the probability underflows."""
        formula = now_or_later(
            bg_nbd.log_probability_alive, alive_later.bg_nbd, elapsed
        )
        return on_histories(formula, frequency, recency, T, self.parameters)

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        start: float = 0.0,
    ) -> FloatArray:
        """Return the purchases to expect in ``(T + start, T + start + horizon]``."""
        begin = nonnegative("start", start)
        return on_histories(
            bg_nbd.expected_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            start=begin,
            end=begin + nonnegative("horizon", horizon),
        )

    def discounted_expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        discount_rate: float,
    ) -> FloatArray:
        """Return the same from ``T`` on, each purchase discounted to ``T``."""
        return on_histories(
            bg_nbd.discounted_expected_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            **discounting(horizon, discount_rate),
        )

    def variance_of_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, *, horizon: float
    ) -> FloatArray:
        """Return the variance of the purchases in ``(T, T + horizon]``."""
        return on_histories(
            bg_nbd.variance_of_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            horizon=nonnegative("horizon", horizon),
        )

    def probability_of_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        """Return the probability of exactly ``n`` purchases in ``(T, T + horizon]``."""
        log_probability = on_histories(
            partial(bg_nbd.log_pmf, whole("n", n)),
            frequency,
            recency,
            T,
            self.parameters,
            horizon=nonnegative("horizon", horizon),
        )
        return np.exp(log_probability)

    def posterior_mean_rate(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected purchases per unit of time while alive."""
        return on_histories(
            bg_nbd.posterior_mean_rate, frequency, recency, T, self.parameters
        )

    def posterior_mean_dropout(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected probability to leave after a purchase."""
        return on_histories(
            bg_nbd.posterior_mean_dropout, frequency, recency, T, self.parameters
        )

    def expected_purchases_new_customer(self, t: ArrayLike) -> FloatArray:
        """Return the repeat purchases to expect of a new customer by age ``t``."""
        age = nonnegative_array("t", t)
        return bg_nbd.expected_purchases_new_customer(age, **self.parameters)

    def probability_of_n_purchases_new_customer(
        self, n: ArrayLike, t: ArrayLike
    ) -> FloatArray:
        """Return the probability of ``n`` repeat purchases by age ``t``."""
        count, age = np.broadcast_arrays(whole_array("n", n), nonnegative_array("t", t))
        return np.exp(bg_nbd.log_pmf_new_customer(count, age, **self.parameters))

    def sample_purchase_times(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]:
        """Draw one future of each customer: row and time after ``T`` of purchases."""
        return coin_times(
            self.probability_alive,
            (frequency, recency, T),
            self.parameters,
            stayed=0,
            horizon=horizon,
            rng=rng,
        )

    def objective(
        self, frequency: FloatArray, recency: FloatArray, T: FloatArray, w: FloatArray
    ) -> Objective:
        """Prepare the log-likelihood of weighted data, a function of log-parameters."""
        return bg_nbd.objective(frequency, recency, T, w)

    def with_probability_alive(
        self,
        customers: IntoFrameT,
        *,
        elapsed: float = 0.0,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "probability_alive",
    ) -> IntoFrameT:
        """Add the probability to be a customer still, ``elapsed`` after ``T``."""
        score = partial(self.probability_alive, elapsed=elapsed)
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(customers, columns, {output_col: score})

    def with_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        start: float = 0.0,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "expected_purchases",
    ) -> IntoFrameT:
        """Add the purchases to expect in ``(T + start, T + start + horizon]``."""
        score = partial(self.expected_purchases, horizon=horizon, start=start)
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(customers, columns, {output_col: score})

    def with_discounted_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        discount_rate: float,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "discounted_expected_purchases",
    ) -> IntoFrameT:
        """Add the purchases to expect in the horizon, each discounted to ``T``."""
        score = partial(
            self.discounted_expected_purchases,
            horizon=horizon,
            discount_rate=discount_rate,
        )
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(customers, columns, {output_col: score})

    def with_probability_of_n_purchases(
        self,
        customers: IntoFrameT,
        *,
        n: int,
        horizon: float,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "probability_of_n_purchases",
    ) -> IntoFrameT:
        """Add the probability of exactly ``n`` purchases in ``(T, T + horizon]``."""
        score = partial(self.probability_of_n_purchases, n=n, horizon=horizon)
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(customers, columns, {output_col: score})

    def with_log_likelihood(
        self,
        customers: IntoFrameT,
        *,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "log_likelihood",
    ) -> IntoFrameT:
        """Add the log-likelihood of each history."""
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(
            customers, columns, {output_col: self.log_likelihood}
        )

    def with_posterior_mean_rate(
        self,
        customers: IntoFrameT,
        *,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "posterior_mean_rate",
    ) -> IntoFrameT:
        """Add each customer's expected purchases per unit of time while alive."""
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(
            customers, columns, {output_col: self.posterior_mean_rate}
        )

    def with_posterior_mean_dropout(
        self,
        customers: IntoFrameT,
        *,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "posterior_mean_dropout",
    ) -> IntoFrameT:
        """Add each customer's expected probability to leave after a purchase."""
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(
            customers, columns, {output_col: self.posterior_mean_dropout}
        )

    def with_variance_of_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "variance_of_purchases",
    ) -> IntoFrameT:
        """Add the variance of the purchases in ``(T, T + horizon]``."""
        score = partial(self.variance_of_purchases, horizon=horizon)
        columns = (frequency_col, recency_col, T_col)
        return with_history_scores(customers, columns, {output_col: score})

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "BgNbd":
        """Build the model from its JSON document, to the last bit."""
        return from_document(cls, document)

    def to_lifetimes_params(self) -> dict[str, float]:
        """Return the parameters by the names of ``BetaGeoFitter.params_``."""
        return self.parameters

    @classmethod
    def from_lifetimes(cls, fitter: object) -> "BgNbd":
        """Build the model from a fitted ``BetaGeoFitter`` of lifetimes."""
        found = lifetimes_parameters(fitter, _NAMES, kind=_FITTER)
        return cls(r=found["r"], alpha=found["alpha"], a=found["a"], b=found["b"])
