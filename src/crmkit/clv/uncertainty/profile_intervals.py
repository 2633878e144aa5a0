"""Profile-likelihood intervals of the parameters of a fitted model."""

from math import inf

import numpy as np

from ..._check import fraction, instance, typed
from ..._frames import read, refuse
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import FitReport, Interval, profile_interval
from ...kernels.base.newton import Objective
from ...kernels.purchases import gamma_gamma
from ...typing import HISTORY, HistoryColumns, IntoFrame
from ..models.fitting import fetch_histories, fetch_spending
from ..models.gamma_gamma import GammaGamma
from ..models.histories import known_id
from ..models.parameters import parameters_of
from ..models.purchase_methods import PurchaseMethods
from ..models.spend_columns import spending_rules
from .parameter_draws import Fitted

__all__ = ["profile_intervals"]

_ROUNDING = 1e-9  # of a sum: beyond it, a likelihood is that of other data


@typed
def profile_intervals(
    customers: IntoFrame,
    *,
    fit: Fitted,
    level: float = 0.95,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
) -> dict[str, Interval]:
    """Return a profile-likelihood interval of every parameter of a fitted model.

    They are more accurate than Wald intervals where the data are few or the likelihood
    is asymmetric, and cost a few dozen fits.

    Parameters
    ----------
    customers
        The data the model was fitted to.
    fit
        A fitted model of purchases or of spend, with its report.
    level
        The share of such intervals that hold the true parameter, between 0 and 1.
    columns
        The names of the columns read.
    weight_col
        How many customers a row counts for; None for one each.

    Returns
    -------
    dict
        The interval by parameter. An end is 0 or infinite where the likelihood hardly
        falls however far the parameter goes.

    Raises
    ------
    NotEnoughDataError
        If the model was built by hand.
    InvalidValueError
        If the model was fitted with a penalty, so that it is not at the top of the
        likelihood, or to other customers than these.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.clv import fit_gamma_gamma, fit_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> profile_intervals(customers, fit=fit_nbd(customers))["r"]
    Interval(lower=0.3459, upper=0.4283, level=0.95)
    >>> lower, upper = profile_intervals(customers, fit=fit_gamma_gamma(customers))["q"]
    >>> lower, upper
    (3.24, 4.39)
    """
    share = fraction("level", level)
    report = _report(fit)
    objective = _objective(fit, customers, columns, weight_col)
    here, fitted = objective(np.log(report.estimates))[0], report.log_likelihood
    if abs(here - fitted) > _ROUNDING * (report.n_customers + abs(fitted)):
        raise InvalidValueError(
            subject="the customers",
            found=f"a log-likelihood of {here:,.3f} where the fit had {fitted:,.3f}",
            remedy="Pass the customers the model was fitted to.",
        )
    ends = {
        name: profile_interval(objective, report, name, level=share)
        for name in report.names
    }
    # Parameters are positive: without an end below, all the way to 0 is plausible.
    return {
        name: Interval(
            lower=0.0 if lower is None else lower,
            upper=inf if upper is None else upper,
            level=share,
        )
        for name, (lower, upper) in ends.items()
    }


def _objective(
    fit: Fitted, customers: IntoFrame, columns: HistoryColumns, weight_col: str | None
) -> Objective:
    """Prepare the log-likelihood of the customers, as the model's own fit does."""
    if isinstance(fit, PurchaseMethods):
        data = fetch_histories(customers, columns.history, weight_col=weight_col)
        fixed = parameters_of(fit, fit.formulas.fixed)
        return fit.formulas.kernel.objective(*data.columns, data.weights, **fixed)
    instance("fit", fit, GammaGamma)
    asked = columns.spend
    frame = read(customers, asked if weight_col is None else (*asked, weight_col))
    # Repeat customers whose mean amount is 0 or less take no part, as in the fit.
    rules = spending_rules(asked, sign="any")(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    data = fetch_spending(frame, asked, weight_col=weight_col)
    x, amounts = data.columns
    return gamma_gamma.objective(x, amounts, data.weights)


def _report(model: Fitted) -> FitReport:
    report = getattr(model, "report", None)
    if report is None:
        raise NotEnoughDataError(
            needed="a fitted model",
            got="one built by hand",
            remedy="Fit it to these customers first.",
        )
    found: FitReport = report
    if found.penalty:
        raise InvalidValueError(
            subject="the fit",
            found=f"a penalty of {found.penalty:g}",
            remedy="Fit it with penalty=0, or use the Wald intervals of its report.",
        )
    return found
