"""Shifted-beta-geometric retention: customers differ, and the loyal ones remain."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, nonnegative_array, positive, rate, whole
from ...fits import FitReport, from_document, to_document
from ...kernels.survival import shifted_beta_geometric as kernel
from ...kernels.survival.life_table import discounted_residual
from ...typing import FloatArray, IntoFrame, IntoFrameT
from .renewal_fitting import approved, fit_renewals
from .renewals import Renewals, cohort_renewals, spell_renewals
from .retention_projection import RetentionProjection, project
from .value_ahead import residual_terms, tenure_array, with_tenure_scores

__all__ = [
    "ShiftedBetaGeometric",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedBetaGeometric:
    """A fitted or hand-made shifted-beta-geometric model of contracts.

    At every renewal a customer leaves with an own probability; these differ between
    customers by a beta distribution. Nobody grows more loyal, yet the retention rate of
    a cohort rises, for those quick to leave go first.

    Attributes
    ----------
    a, b
        The beta distribution of the probability to leave at a renewal. Its mean is
        ``a / (a + b)``, the share lost at the first renewal.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        A label for printing, such as ``"year"``: the time from renewal to renewal.

    Notes
    -----
    ``tenure`` is the number of renewals already made; a customer of tenure 0 has paid
    once. Rates of discount are effective rates per renewal.

    References
    ----------
    Fader and Hardie (2007), "How to project customer retention", Journal of Interactive
    Marketing 21, 76-90. Fader and Hardie (2010), "Customer-base valuation in a
    contractual setting", Marketing Science 29, 85-93.

    Examples
    --------
    >>> model = ShiftedBetaGeometric(a=0.7041, b=1.1820, time_unit="year")
    >>> model.retention([1, 2, 3, 4]).round(4)
    array([0.6267, 0.756 , 0.8188, 0.8559])
    >>> model.survival([12]).round(3)
    array([0.17])
    >>> model.discounted_residual_lifetime([0, 5], discount_rate=0.1).round(2)
    array([2.96, 6.26])
    """

    a: float
    b: float
    report: FitReport | None = None
    time_unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers."""
        positive("a", self.a)
        positive("b", self.b)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {"a": self.a, "b": self.b}

    @property
    def polarisation(self) -> float:
        """How much customers differ: 0 when all are alike, 1 when all or nothing."""
        return 1 / (self.a + self.b + 1)

    def retention(self, renewals: ArrayLike) -> FloatArray:
        """Return the share kept at each renewal (from 1) of those there before it."""
        t = tenure_array(nonnegative_array("renewals", renewals))
        return kernel.retention(np.maximum(t, 1.0), **self.parameters)

    def survival(self, renewals: ArrayLike, *, tenure: int = 0) -> FloatArray:
        """Return the share still there ``renewals`` later, given ``tenure`` made."""
        t = tenure_array(nonnegative_array("renewals", renewals))
        n = float(whole("tenure", tenure))
        ahead = kernel.log_survival(n + t, **self.parameters)
        return np.exp(ahead - kernel.log_survival(np.array([n]), **self.parameters))

    def expected_residual_lifetime(self, tenure: ArrayLike) -> FloatArray:
        """Return the renewals still to expect, undiscounted; infinite if ``a <= 1``."""
        n = tenure_array(nonnegative_array("tenure", tenure))
        return kernel.expected_residual_lifetime(n, **self.parameters)

    def discounted_lifetime(self, *, discount_rate: float) -> float:
        """Return the payments to expect of a new customer, the first one undiscounted.

        This is the discounted expected lifetime (DEL) of Fader and Hardie (2010).
        """
        return kernel.discounted_lifetime(
            discount_rate=positive("discount_rate", discount_rate), **self.parameters
        )

    def discounted_residual_lifetime(
        self, tenure: ArrayLike, *, discount_rate: float, horizon: float = math.inf
    ) -> FloatArray:
        """Return the payments to expect, valued just before the next renewal.

        ``horizon`` counts the renewals added; the next one is the first, undiscounted.
        """
        n = tenure_array(nonnegative_array("tenure", tenure))
        ahead = nonnegative("horizon", horizon, infinite=True)
        if math.isinf(ahead):
            return kernel.discounted_residual_lifetime(
                n,
                discount_rate=positive("discount_rate", discount_rate),
                **self.parameters,
            )
        terms = residual_terms(ahead, rate("discount_rate", discount_rate))
        last = n.max(initial=0.0) + terms + 1
        curve = kernel.log_survival(np.arange(last), **self.parameters)
        discount = 1 / (1 + discount_rate)
        return discounted_residual(curve, n, terms=terms, discount=discount)

    def with_residual_value(
        self,
        customers: IntoFrameT,
        *,
        discount_rate: float,
        horizon: float = math.inf,
        tenure_col: str = "tenure",
        margin_col: str = "margin",
        customer_id_col: str = "customer_id",
        output_col: str = "residual_value",
    ) -> IntoFrameT:
        """Add what each contract is still worth: margin times payments to expect.

        ``margin_col`` holds the margin of one payment; see
        ``discounted_residual_lifetime``.
        """
        return with_tenure_scores(
            customers,
            tenure_col=tenure_col,
            margin_col=margin_col,
            score=partial(
                self.discounted_residual_lifetime,
                discount_rate=discount_rate,
                horizon=horizon,
            ),
            output_col=output_col,
            id_col=customer_id_col,
        )

    def with_churn_risk(
        self,
        customers: IntoFrameT,
        *,
        horizon: int = 1,
        tenure_col: str = "tenure",
        customer_id_col: str = "customer_id",
        output_col: str = "churn_risk",
    ) -> IntoFrameT:
        """Add the probability to be lost within the next ``horizon`` renewals."""
        ahead = whole("horizon", horizon, at_least=1)

        def lost(tenure: FloatArray) -> FloatArray:
            after = kernel.log_survival(tenure + ahead, **self.parameters)
            before = kernel.log_survival(tenure, **self.parameters)
            return np.asarray(-np.expm1(after - before), dtype=np.float64)

        return with_tenure_scores(
            customers,
            tenure_col=tenure_col,
            margin_col=None,
            score=lost,
            output_col=output_col,
            id_col=customer_id_col,
        )

    def projection(self, *, horizon: int, level: float = 0.95) -> RetentionProjection:
        """Project survival and retention, with intervals by the delta method."""

        def log_survival(t: FloatArray, parameters: FloatArray) -> FloatArray:
            return kernel.log_survival(t, a=parameters[0], b=parameters[1])

        return project(log_survival, self.report, horizon=horizon, level=level)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ShiftedBetaGeometric":
        """Build the model from its JSON document, to the last bit."""
        return from_document(cls, document)


def fit_shifted_beta_geometric(
    cohorts: IntoFrame,
    *,
    cohort_col: str = "cohort",
    renewals_col: str = "renewals",
    customers_col: str = "customers",
    time_unit: str | None = None,
) -> ShiftedBetaGeometric:
    """Fit the model to a table of how many of each cohort were left.

    Parameters
    ----------
    cohorts
        One row per cohort and renewal: how many customers remained after 0 (the
        start), 1, 2, ... renewals. Cohorts may be followed for unequal times.
    cohort_col, renewals_col, customers_col
        The columns read.
    time_unit
        A label for printing.

    Returns
    -------
    ShiftedBetaGeometric
        The maximum-likelihood fit with its report.

    Raises
    ------
    InvalidValueError
        If a cohort has a gap, or grows.
    NotEnoughDataError
        If nobody was lost.
    ConvergenceError
        If the search stopped short; the fit it reached is on the error.

    Notes
    -----
    The log-likelihood is the sum over cohorts of equation B3 of Fader and Hardie
    (2007), each with its own last renewal.

    Examples
    --------
    The high-end customers of Fader and Hardie (2007), seven years, per 1000:

    >>> import pandas as pd
    >>> cohorts = pd.DataFrame(
    ...     {
    ...         "cohort": "high end",
    ...         "renewals": range(8),
    ...         "customers": [1000, 869, 743, 653, 593, 551, 517, 491],
    ...     }
    ... )
    >>> model = fit_shifted_beta_geometric(cohorts, time_unit="year")
    >>> round(model.a, 4), round(model.b, 4), round(model.report.log_likelihood, 3)
    (0.6681, 3.8061, -1611.158)
    """
    renewals = cohort_renewals(
        cohorts,
        cohort_col=cohort_col,
        renewals_col=renewals_col,
        customers_col=customers_col,
    )
    return _fitted(renewals, time_unit)


def fit_shifted_beta_geometric_spells(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> ShiftedBetaGeometric:
    """Fit the model to one row per contract.

    Parameters
    ----------
    spells
        One row per contract, or per kind of contract with a weight; lazy frames
        welcome.
    duration_col
        With an event: the renewal at which the customer was lost (1, 2, ...). Without:
        the renewals made so far.
    event_col
        Whether the loss was seen; booleans, or 0 and 1.
    entry_col
        Renewals already made when observation began, for customers who are known only
        because they had survived until then.
    weight_col
        How many contracts a row stands for.
    time_unit
        A label for printing.

    Returns
    -------
    ShiftedBetaGeometric
        The maximum-likelihood fit with its report.

    Raises
    ------
    InvalidValueError
        If a duration, event, entry or weight is impossible.
    NotEnoughDataError
        If nobody was lost.
    ConvergenceError
        If the search stopped short; the fit it reached is on the error.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame(
    ...     {
    ...         "duration": [1, 2, 3, 4, 4],
    ...         "event_observed": [1, 1, 1, 1, 0],
    ...         "customers": [369, 163, 86, 56, 326],
    ...     }
    ... )
    >>> model = fit_shifted_beta_geometric_spells(spells, weight_col="customers")
    >>> round(model.a, 4), round(model.b, 4)
    (0.7637, 1.2958)
    """
    renewals = spell_renewals(
        spells,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=entry_col,
        weight_col=weight_col,
    )
    return _fitted(renewals, time_unit)


def _fitted(renewals: Renewals, time_unit: str | None) -> ShiftedBetaGeometric:
    report = fit_renewals(
        renewals, kernel.log_likelihood_sums, ("a", "b"), start=_start(renewals)
    )
    a, b = report.estimates
    fit = ShiftedBetaGeometric(a=a, b=b, report=report, time_unit=time_unit)
    approved(fit, report)
    return fit


def _start(renewals: Renewals) -> FloatArray:
    # One customer's worth of prior on the share lost at the first renewals.
    lost, kept = renewals.lost.sum(), renewals.kept.sum()
    share = (lost + 0.5) / (lost + kept + 1)
    return np.log([2 * share, 2 * (1 - share)])
