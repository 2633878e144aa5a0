"""Beta-discrete-Weibull retention: customers differ, and habits grow or wear off."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, nonnegative_array, positive, rate, whole
from ...fits import FitReport, from_document, to_document
from ...kernels.survival import beta_discrete_weibull as kernel
from ...kernels.survival.life_table import discounted_residual
from ...typing import FloatArray, IntoFrame, IntoFrameT
from .renewal_fitting import approved, fit_renewals
from .renewals import Renewals, cohort_renewals, spell_renewals
from .retention_projection import RetentionProjection, project
from .value_ahead import residual_terms, tenure_array, with_tenure_scores

__all__ = [
    "BetaDiscreteWeibull",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaDiscreteWeibull:
    """A fitted or hand-made beta-discrete-Weibull model of contracts.

    As ``ShiftedBetaGeometric``, with one parameter more: a single customer's chance to
    leave may itself rise or fall with tenure.

    Attributes
    ----------
    a, b
        The beta distribution of the probability to leave at the first renewal.
    c
        Above 1 a customer grows likelier to leave with every renewal, below 1 less
        likely; at 1 this is the shifted-beta-geometric.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        A label for printing: the time from renewal to renewal.

    Notes
    -----
    S(t) = B(a, b + t^c) / B(a, b).

    References
    ----------
    Fader, Hardie, Liu, Davin and Steenburgh (2018), "How to project customer retention
    revisited: the role of duration dependence", Journal of Interactive Marketing 43.

    Examples
    --------
    >>> model = BetaDiscreteWeibull(a=0.668, b=3.806, c=1.2)
    >>> model.survival([0, 1, 4]).round(3)
    array([1.   , 0.851, 0.55 ])
    """

    a: float
    b: float
    c: float
    report: FitReport | None = None
    time_unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers."""
        positive("a", self.a)
        positive("b", self.b)
        positive("c", self.c)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {"a": self.a, "b": self.b, "c": self.c}

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

    def discounted_residual_lifetime(
        self, tenure: ArrayLike, *, discount_rate: float, horizon: float = math.inf
    ) -> FloatArray:
        """Return the payments to expect, valued just before the next renewal.

        ``horizon`` counts the renewals added; the next one is the first, undiscounted.
        """
        n = tenure_array(nonnegative_array("tenure", tenure))
        ahead = nonnegative("horizon", horizon, infinite=True)
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
        """Add what each contract is still worth: margin times payments to expect."""
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
            a, b, c = parameters.tolist()
            return kernel.log_survival(t, a=a, b=b, c=c)

        return project(log_survival, self.report, horizon=horizon, level=level)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "BetaDiscreteWeibull":
        """Build the model from its JSON document, to the last bit."""
        return from_document(cls, document)


def fit_beta_discrete_weibull(
    cohorts: IntoFrame,
    *,
    cohort_col: str = "cohort",
    renewals_col: str = "renewals",
    customers_col: str = "customers",
    time_unit: str | None = None,
) -> BetaDiscreteWeibull:
    """Fit the model to a table of how many of each cohort were left.

    Parameters and errors are those of ``fit_shifted_beta_geometric``. It needs a longer
    curve: five renewals or more.

    Examples
    --------
    >>> import pandas as pd
    >>> cohorts = pd.DataFrame(
    ...     {
    ...         "cohort": "high end",
    ...         "renewals": range(8),
    ...         "customers": [1000, 869, 743, 653, 593, 551, 517, 491],
    ...     }
    ... )
    >>> model = fit_beta_discrete_weibull(cohorts)
    >>> round(model.c, 2)
    1.72
    """
    renewals = cohort_renewals(
        cohorts,
        cohort_col=cohort_col,
        renewals_col=renewals_col,
        customers_col=customers_col,
    )
    return _fitted(renewals, time_unit)


def fit_beta_discrete_weibull_spells(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BetaDiscreteWeibull:
    """Fit the model to one row per contract.

    Parameters and errors are those of ``fit_shifted_beta_geometric_spells``.

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
    >>> model = fit_beta_discrete_weibull_spells(spells, weight_col="customers")
    >>> round(model.c, 2)
    1.2
    """
    renewals = spell_renewals(
        spells,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=entry_col,
        weight_col=weight_col,
    )
    return _fitted(renewals, time_unit)


def _fitted(renewals: Renewals, time_unit: str | None) -> BetaDiscreteWeibull:
    lost, kept = renewals.lost.sum(), renewals.kept.sum()
    share = (lost + 0.5) / (lost + kept + 1)
    report = fit_renewals(
        renewals,
        kernel.log_likelihood_sums,
        ("a", "b", "c"),
        start=np.append(np.log([2 * share, 2 * (1 - share)]), 0.0),
    )
    a, b, c = report.estimates
    fit = BetaDiscreteWeibull(a=a, b=b, c=c, report=report, time_unit=time_unit)
    approved(fit, report)
    return fit
