"""NBD: buying at a steady rate for ever, the yardstick of models with dropout."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, purchase_history, random_source, whole
from ...errors import InvalidValueError
from ...fits import FitReport, from_document, to_document
from ...kernels.base.newton import Objective
from ...kernels.purchases import nbd, pareto_nbd
from ...typing import FloatArray, IntArray, IntoFrame
from .discounting import discounting
from .fitting import approved, fetch_histories, fit_histories
from .histories import on_histories
from .parameters import check_parameters, parameters_of, show_fit, show_html

__all__ = ["Nbd", "fit_nbd"]

_NAMES = ("r", "alpha")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nbd:
    """A model of customers who never leave: a baseline, not a forecast.

    Attributes
    ----------
    r, alpha
        Shape of the gamma distribution of rates, and its scale in the unit of ``T``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        A label for printing. It converts nothing.

    References
    ----------
    Ehrenberg (1959), "The pattern of consumer purchases", Applied Statistics 8.

    Examples
    --------
    >>> model = Nbd(r=0.385, alpha=12.072)
    >>> model.expected_purchases([2, 0], [30.0, 0.0], [38.9, 38.9], horizon=39).round(3)
    array([1.825, 0.295])
    """

    r: float
    alpha: float
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
        """Return the log-likelihood of each history, comparable with BG/NBD's."""
        return on_histories(nbd.log_likelihood, frequency, recency, T, self.parameters)

    def probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return 1 for everybody."""
        return np.ones(purchase_history(frequency, recency, T)[0].shape)

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
    ) -> FloatArray:
        """Return the purchases to expect in ``(T, T + horizon]``."""
        x, _, age = purchase_history(frequency, recency, T)
        return (self.r + x) / (self.alpha + age) * nonnegative("horizon", horizon)

    def discounted_expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        discount_rate: float,
    ) -> FloatArray:
        """Return the same, each purchase discounted to ``T``."""
        span, log_rate = discounting(horizon, discount_rate).values()
        if np.isinf(span) and log_rate <= 0:
            raise InvalidValueError(
                subject="argument 'horizon'",
                found="an infinite value",
                remedy="Nobody leaves in this model: give a horizon or a discount.",
            )
        paid = -np.expm1(-log_rate * span) / log_rate if log_rate else span
        x, _, age = purchase_history(frequency, recency, T)
        return (self.r + x) / (self.alpha + age) * paid

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
            partial(nbd.log_pmf, whole("n", n)),
            frequency,
            recency,
            T,
            self.parameters,
            horizon=nonnegative("horizon", horizon),
        )
        return np.exp(log_probability)

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
        random_source(rng)
        x, _, age = (np.ravel(c) for c in purchase_history(frequency, recency, T))
        pace = rng.gamma(self.r + x) / (self.alpha + age)
        span = np.full(x.size, nonnegative("horizon", horizon))
        for_ever = np.full(x.size, np.inf)
        return pareto_nbd.sample_purchase_times(pace, for_ever, span, rng)

    def objective(
        self, frequency: FloatArray, recency: FloatArray, T: FloatArray, w: FloatArray
    ) -> Objective:
        """Prepare the log-likelihood of weighted data, a function of log-parameters."""
        return nbd.objective(frequency, recency, T, w)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Nbd":
        """Build the model from its JSON document, to the last bit."""
        return from_document(cls, document)


def fit_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> Nbd:
    """Fit an NBD model by maximum likelihood; the arguments are ``fit_bg_nbd``'s.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "frequency": [2, 0, 1, 5, 0], "recency": [30.0, 0, 5, 37, 0],
    ...     "T": [38.0, 38, 36, 38, 39],
    ... })
    >>> model = fit_nbd(customers)
    >>> model.r, model.alpha
    (1.0, 23.7)
    """
    histories = fetch_histories(
        customers, (frequency_col, recency_col, T_col), weight_col=weight_col
    )
    report = fit_histories(
        histories,
        nbd.objective,
        nbd.start_values,
        _NAMES,
        timed=("alpha",),
        penalty=penalty,
    )
    r, alpha = report.estimates
    return approved(Nbd(r=r, alpha=alpha, report=report, time_unit=time_unit), report)
