"""BG/BB: purchases at numbered opportunities, and leaving between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ..._check import whole, whole_array
from ...fits import FitReport, from_document, to_document
from ...kernels.base.newton import Objective
from ...kernels.purchases import alive_later, bg_bb
from ...typing import FloatArray, IntArray, IntoFrameT
from .discounting import discounting
from .from_lifetimes import lifetimes_parameters
from .histories import now_or_later
from .opportunities import (
    bb_times,
    opportunities,
    opportunity_score,
    with_opportunity_scores,
)
from .parameters import check_parameters, parameters_of, show_fit, show_html

__all__ = ["BgBb"]

_NAMES = ("alpha", "beta", "gamma", "delta")
_FITTER = "BetaGeoBetaBinomFitter"


@dataclass(frozen=True, slots=True, kw_only=True)
class BgBb:
    """A fitted or hand-made BG/BB model of purchases at opportunities.

    There are occasions to buy that can be numbered: yearly appeals, issues, concerts.
    While alive a customer uses each with an own probability; before each the customer
    leaves for good with an own probability. Both differ between customers by beta
    distributions.

    Attributes
    ----------
    alpha, beta
        The beta distribution of the probability to use an opportunity. Its mean is
        ``alpha / (alpha + beta)``.
    gamma, delta
        The beta distribution of the probability to leave before an opportunity. Its
        mean is ``gamma / (gamma + delta)``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        A label for printing. It converts nothing.

    Notes
    -----
    ``T`` is the number of opportunities after the first purchase, ``recency`` the
    number of the last one used, ``frequency`` how many were used. ``horizon``,
    ``start`` and ``elapsed`` are whole numbers of opportunities.

    References
    ----------
    Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time
    noncontractual setting", Marketing Science 29.

    Examples
    --------
    >>> model = BgBb(alpha=1.2035, beta=0.7497, gamma=0.6568, delta=2.7838)
    >>> model.probability_alive([0, 2, 6], [0, 4, 6], 6, elapsed=1).round(2)
    array([0.11, 0.59, 0.93])
    >>> model.expected_purchases([0, 4], [0, 5], 6, horizon=10).round(2)
    array([0.13, 3.63])
    """

    alpha: float
    beta: float
    gamma: float
    delta: float
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
        """Return the log-likelihood of each history (equation 1)."""
        return opportunity_score(
            bg_bb.log_likelihood, frequency, recency, T, self.parameters
        )

    def probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0,
    ) -> FloatArray:
        """Return the probability to be a customer still, ``elapsed`` after ``T``."""
        now, later = bg_bb.probability_alive, bg_bb.probability_alive_after
        formula = now_or_later(now, later, opportunities("elapsed", elapsed))
        return opportunity_score(formula, frequency, recency, T, self.parameters)

    def log_probability_alive(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        elapsed: float = 0,
    ) -> FloatArray:
        """Return its logarithm, exact where the probability underflows."""
        now, later = bg_bb.log_probability_alive, alive_later.bg_bb
        formula = now_or_later(now, later, opportunities("elapsed", elapsed))
        return opportunity_score(formula, frequency, recency, T, self.parameters)

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        start: float = 0,
    ) -> FloatArray:
        """Return the purchases to expect in ``(T + start, T + start + horizon]``."""
        begin = opportunities("start", start)
        return opportunity_score(
            bg_bb.expected_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            start=begin,
            end=begin + opportunities("horizon", horizon),
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
        return opportunity_score(
            bg_bb.discounted_expected_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            **discounting(
                opportunities("horizon", horizon, infinite=True), discount_rate
            ),
        )

    def variance_of_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, *, horizon: float
    ) -> FloatArray:
        """Return the variance of the purchases in ``(T, T + horizon]``."""
        return opportunity_score(
            bg_bb.variance_of_purchases,
            frequency,
            recency,
            T,
            self.parameters,
            horizon=opportunities("horizon", horizon),
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
        log_probability = opportunity_score(
            partial(bg_bb.log_pmf, whole("n", n)),
            frequency,
            recency,
            T,
            self.parameters,
            horizon=opportunities("horizon", horizon),
        )
        return np.exp(log_probability)

    def posterior_mean_rate(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected probability to use an opportunity."""
        return opportunity_score(
            bg_bb.posterior_mean_rate, frequency, recency, T, self.parameters
        )

    def posterior_mean_dropout(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return each customer's expected probability to leave before one."""
        return opportunity_score(
            bg_bb.posterior_mean_dropout, frequency, recency, T, self.parameters
        )

    def expected_purchases_new_customer(self, t: ArrayLike) -> FloatArray:
        """Return the purchases to expect of a new customer at ``t`` opportunities."""
        age = whole_array("t", t)
        return bg_bb.expected_purchases_new_customer(age, **self.parameters)

    def probability_of_n_purchases_new_customer(
        self, n: ArrayLike, t: ArrayLike
    ) -> FloatArray:
        """Return the probability of ``n`` purchases at ``t`` opportunities."""
        count, age = np.broadcast_arrays(whole_array("n", n), whole_array("t", t))
        return np.exp(bg_bb.log_pmf_new_customer(count, age, **self.parameters))

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
        return bb_times(
            self.probability_alive,
            (frequency, recency, T),
            self.parameters,
            horizon=horizon,
            rng=rng,
        )

    def objective(
        self, frequency: FloatArray, recency: FloatArray, T: FloatArray, w: FloatArray
    ) -> Objective:
        """Prepare the log-likelihood of weighted data, a function of log-parameters."""
        return bg_bb.objective(frequency, recency, T, w)

    def with_probability_alive(
        self,
        customers: IntoFrameT,
        *,
        elapsed: float = 0,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "probability_alive",
    ) -> IntoFrameT:
        """Add the probability to be a customer still, ``elapsed`` after ``T``."""
        score = partial(self.probability_alive, elapsed=elapsed)
        columns = (frequency_col, recency_col, T_col)
        return with_opportunity_scores(customers, columns, {output_col: score})

    def with_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        start: float = 0,
        frequency_col: str = "frequency",
        recency_col: str = "recency",
        T_col: str = "T",
        output_col: str = "expected_purchases",
    ) -> IntoFrameT:
        """Add the purchases to expect in ``(T + start, T + start + horizon]``."""
        score = partial(self.expected_purchases, horizon=horizon, start=start)
        columns = (frequency_col, recency_col, T_col)
        return with_opportunity_scores(customers, columns, {output_col: score})

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
        return with_opportunity_scores(customers, columns, {output_col: score})

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
        return with_opportunity_scores(customers, columns, {output_col: score})

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
        return with_opportunity_scores(
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
        """Add each customer's expected probability to use an opportunity."""
        columns = (frequency_col, recency_col, T_col)
        return with_opportunity_scores(
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
        """Add each customer's expected probability to leave before one."""
        columns = (frequency_col, recency_col, T_col)
        return with_opportunity_scores(
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
        return with_opportunity_scores(customers, columns, {output_col: score})

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "BgBb":
        """Build the model from its JSON document, to the last bit."""
        return from_document(cls, document)

    def to_lifetimes_params(self) -> dict[str, float]:
        """Return the parameters by the names of ``BetaGeoBetaBinomFitter.params_``."""
        return self.parameters

    @classmethod
    def from_lifetimes(cls, fitter: object) -> "BgBb":
        """Build the model from a fitted ``BetaGeoBetaBinomFitter`` of lifetimes."""
        found = lifetimes_parameters(fitter, _NAMES, kind=_FITTER)
        alpha, beta, gamma, delta = (found[name] for name in _NAMES)
        return cls(alpha=alpha, beta=beta, gamma=gamma, delta=delta)
