"""From renewals to a fitted model of contracts: what all of its fits share."""

import warnings
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from ..._check import level_of_caller
from ...errors import ConvergenceError, IdentifiabilityWarning
from ...fits import FitReport, Penalty, estimate
from ...kernels.base.newton import Derivatives
from ...typing import FloatArray
from .contract_methods import ContractFormulas, ContractMethods
from .renewals import Renewals

__all__ = ["fit_renewals"]

_Model = TypeVar("_Model", bound=ContractMethods)


def fit_renewals(
    model: type[_Model], renewals: Renewals, time_unit: str | None
) -> _Model:
    """Fit a model of contracts to renewals kept and lost."""
    report = _report(renewals, model.formulas)
    given: Mapping[str, object] = {
        **dict(zip(report.names, report.estimates, strict=True)),
        "report": report,
        "time_unit": time_unit,
    }
    fit = model(**given)
    _require_converged(fit, report)
    open_ = dict.fromkeys((*report.boundary, *report.weakly_identified))
    if open_:
        warnings.warn(
            f"the data leave {', '.join(open_)} all but free: customers hardly differ "
            "in these data. The curve within the data holds; projections beyond it "
            "rest on the shape alone.",
            IdentifiabilityWarning,
            stacklevel=level_of_caller(),
        )
    return fit


def _report(renewals: Renewals, formulas: ContractFormulas) -> FitReport:
    """Maximise the log-likelihood of the renewals over log-parameters."""

    def of_parameters(log_parameters: FloatArray) -> Derivatives:
        return formulas.kernel.log_likelihood_sums(
            renewals.renewal,
            renewals.lost,
            renewals.kept,
            log_parameters=log_parameters,
        )

    return estimate(
        of_parameters,
        formulas.names,
        start=_start(renewals, len(formulas.names)),
        n_customers=renewals.customers,
        n_cells=int(np.count_nonzero(renewals.lost + renewals.kept)),
        penalty=Penalty(weight=0.0, centre=(0.0,) * len(formulas.names)),
    )


def _start(renewals: Renewals, size: int) -> FloatArray:
    # One customer's worth of prior on the share lost at the first renewals.
    lost, kept = renewals.lost.sum(), renewals.kept.sum()
    share = (lost + 0.5) / (lost + kept + 1)
    # A third parameter starts at 1, where the model is the shifted-beta-geometric.
    return np.append(np.log([2 * share, 2 * (1 - share)]), np.zeros(size - 2))


def _require_converged(fit: object, report: FitReport) -> None:
    # At the boundary the slope may never vanish: there the warning tells all.
    if report.converged or report.boundary:
        return
    message = (
        f"the fit did not converge in {report.iterations} iterations "
        f"({report.message} Largest slope {report.gradient_norm:.2g}). "
        "The fit it reached is on this error as 'fit'."
    )
    raise ConvergenceError(message, fit=fit)
