"""Beta-discrete-Weibull retention: customers differ, and habits grow or wear off."""

from dataclasses import dataclass
from typing import ClassVar

from ..._check import typed
from ...fits import FitReport, shown
from ...kernels.survival import beta_discrete_weibull as kernel
from ...typing import IntoFrame
from .contract_methods import ContractFormulas, ContractMethods
from .renewal_fitting import fit_renewals
from .renewals import cohort_renewals, spell_renewals

__all__ = [
    "BetaDiscreteWeibull",
    "fit_beta_discrete_weibull",
    "fit_beta_discrete_weibull_spells",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class BetaDiscreteWeibull(ContractMethods):
    """A beta-discrete-Weibull model of contracts, fitted or built by hand.

    It has one parameter more than ``ShiftedBetaGeometric``: a single customer's
    probability of leaving may itself rise or fall with tenure.

    Attributes
    ----------
    a, b
        The beta distribution of the probability of leaving at the first renewal.
    c
        Above 1 a customer grows likelier to leave with every renewal, below 1 less
        likely; at 1 this is the shifted-beta-geometric.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The time from renewal to renewal, such as ``"year"``. It converts nothing.

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

    formulas: ClassVar[ContractFormulas] = ContractFormulas(
        names=("a", "b", "c"), kernel=kernel
    )

    a: float
    b: float
    c: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_beta_discrete_weibull(
    cohorts: IntoFrame,
    *,
    cohort_col: str = "cohort",
    renewals_col: str = "renewals",
    customers_col: str = "customers",
    time_unit: str | None = None,
) -> BetaDiscreteWeibull:
    """Fit a beta-discrete-Weibull model to the survivors of each cohort.

    Parameters and errors are those of ``fit_shifted_beta_geometric``. It needs a longer
    curve: five renewals or more.

    Examples
    --------
    >>> import pandas as pd
    >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohorts = pd.DataFrame(
    ...     {"cohort": "high end", "renewals": range(8), "customers": left}
    ... )
    >>> round(fit_beta_discrete_weibull(cohorts).c, 2)
    1.72
    """
    renewals = cohort_renewals(
        cohorts,
        cohort_col=cohort_col,
        renewals_col=renewals_col,
        customers_col=customers_col,
    )
    return fit_renewals(BetaDiscreteWeibull, renewals, time_unit)


@typed
def fit_beta_discrete_weibull_spells(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BetaDiscreteWeibull:
    """Fit a beta-discrete-Weibull model to one row per contract.

    Parameters and errors are those of ``fit_shifted_beta_geometric_spells``.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame({
    ...     "duration": [1, 2, 3, 4, 4], "event_observed": [1, 1, 1, 1, 0],
    ...     "customers": [369, 163, 86, 56, 326],
    ... })
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
    return fit_renewals(BetaDiscreteWeibull, renewals, time_unit)
