"""Shifted-beta-geometric retention: customers differ, and the loyal ones remain."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from ..._check import nonnegative_array, positive, typed
from ...fits import FitReport, shown
from ...kernels.survival import shifted_beta_geometric as kernel
from ...typing import FloatArray, IntoFrame
from .contract_methods import ContractFormulas, ContractMethods
from .renewal_fitting import fit_renewals
from .renewals import cohort_renewals, spell_renewals
from .value_ahead import tenure_array

__all__ = [
    "ShiftedBetaGeometric",
    "fit_shifted_beta_geometric",
    "fit_shifted_beta_geometric_spells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class ShiftedBetaGeometric(ContractMethods):
    """A shifted-beta-geometric model of contracts, fitted or built by hand.

    At every renewal each customer leaves with their own constant probability; these
    probabilities differ between customers by a beta distribution. No single customer
    grows more loyal, yet the retention rate of a cohort rises, because those quick to
    leave go first.

    Attributes
    ----------
    a, b
        The beta distribution of the probability of leaving at a renewal. Its mean is
        ``a / (a + b)``, the share lost at the first renewal.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The time from renewal to renewal, such as ``"year"``. It converts nothing.

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

    formulas: ClassVar[ContractFormulas] = ContractFormulas(
        names=("a", "b"), kernel=kernel, endless=kernel.discounted_residual_lifetime
    )

    a: float
    b: float
    report: FitReport | None = None
    time_unit: str | None = None

    @property
    def polarisation(self) -> float:
        """How much customers differ: 0 when all are alike, 1 when all or nothing."""
        return 1 / (self.a + self.b + 1)

    def expected_residual_lifetime(self, tenure: ArrayLike) -> FloatArray:
        """Return the expected renewals ahead, undiscounted; infinite if ``a <= 1``."""
        n = tenure_array(nonnegative_array("tenure", tenure))
        return kernel.expected_residual_lifetime(n, **self.parameters)

    def discounted_lifetime(self, *, discount_rate: float) -> float:
        """Return a new customer's expected payments, the first one undiscounted.

        This is the discounted expected lifetime (DEL) of Fader and Hardie (2010).
        """
        a_renewal = positive("discount_rate", discount_rate)
        return kernel.discounted_lifetime(discount_rate=a_renewal, **self.parameters)


def fit_shifted_beta_geometric(
    cohorts: IntoFrame,
    *,
    cohort_col: str = "cohort",
    renewals_col: str = "renewals",
    customers_col: str = "customers",
    time_unit: str | None = None,
) -> ShiftedBetaGeometric:
    """Fit a shifted-beta-geometric model to the survivors of each cohort.

    Parameters
    ----------
    cohorts
        One row per cohort and renewal: how many customers remained after 0 (the
        start), 1, 2, ... renewals. Cohorts may be followed for unequal times.
    cohort_col, renewals_col, customers_col
        The columns read.
    time_unit
        The time from renewal to renewal, kept with the model.

    Raises
    ------
    InvalidValueError
        If a cohort has a gap, or grows.
    NotEnoughDataError
        If no customer was lost.
    ConvergenceError
        If the search stopped short; the fit it reached is on the error.

    Examples
    --------
    The high-end customers of Fader and Hardie (2007), seven years, per 1000:

    >>> import pandas as pd
    >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohorts = pd.DataFrame(
    ...     {"cohort": "high end", "renewals": range(8), "customers": left}
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
    return fit_renewals(ShiftedBetaGeometric, renewals, time_unit)


@typed
def fit_shifted_beta_geometric_spells(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> ShiftedBetaGeometric:
    """Fit a shifted-beta-geometric model to one row per contract.

    Parameters
    ----------
    spells
        One row per contract, or per kind of contract with a weight; lazy frames too.
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
        The time from renewal to renewal, kept with the model.

    Raises
    ------
    InvalidValueError
        If a duration, event, entry or weight is impossible.
    NotEnoughDataError
        If no customer was lost.
    ConvergenceError
        If the search stopped short; the fit it reached is on the error.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "duration": [1, 2, 3, 4, 4], "event_observed": [1, 1, 1, 1, 0],
    ...     "customers": [369, 163, 86, 56, 326],
    ... })
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
    return fit_renewals(ShiftedBetaGeometric, renewals, time_unit)
