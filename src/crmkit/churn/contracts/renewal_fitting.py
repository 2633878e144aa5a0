"""From renewals to a report: what the fits of this folder share."""

import warnings
from collections.abc import Callable

import numpy as np

from ...errors import ConvergenceError, IdentifiabilityWarning
from ...fits import FitReport, Penalty, estimate
from ...kernels.base.newton import Derivatives
from ...typing import FloatArray
from .renewals import Renewals

__all__ = ["approved", "fit_renewals"]


def fit_renewals(
    renewals: Renewals,
    sums: Callable[..., Derivatives],
    names: tuple[str, ...],
    *,
    start: FloatArray,
) -> FitReport:
    """Maximise the log-likelihood of the renewals over log-parameters."""

    def of_parameters(log_parameters: FloatArray) -> Derivatives:
        return sums(
            renewals.renewal,
            renewals.lost,
            renewals.kept,
            log_parameters=log_parameters,
        )

    return estimate(
        of_parameters,
        names,
        start=start,
        n_customers=renewals.customers,
        n_cells=int(np.count_nonzero(renewals.lost + renewals.kept)),
        penalty=Penalty(weight=0.0, centre=(0.0,) * len(names)),
    )


def approved(fit: object, report: FitReport) -> None:
    """Raise for a fit that stopped short; warn of one the data leave open."""
    if not report.converged and not report.boundary:
        message = (
            f"the fit did not converge in {report.iterations} iterations "
            f"({report.message} Largest slope {report.gradient_norm:.2g}). "
            "The fit it reached is on this error as 'fit'."
        )
        raise ConvergenceError(message, fit=fit)
    open_ = dict.fromkeys((*report.boundary, *report.weakly_identified))
    if open_:
        warnings.warn(
            f"the data leave {', '.join(open_)} all but free: customers hardly differ "
            "in these data. The curve within the data holds; projections beyond it "
            "rest on the shape alone.",
            IdentifiabilityWarning,
            stacklevel=3,
        )
