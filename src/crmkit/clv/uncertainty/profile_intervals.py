"""Profile-likelihood intervals of the parameters of a fitted model."""

from typing import Protocol

import numpy as np

from ..._check import fraction
from ..._frames import read, refuse
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import FitReport, profile_interval
from ...kernels.base.newton import Objective
from ...kernels.purchases import gamma_gamma
from ...typing import IntoFrame
from ..models.fitting import fetch_histories, fetch_spending
from ..models.gamma_gamma import GammaGamma
from ..models.histories import known_id
from ..models.parameters import parameters_of
from ..models.purchase_formulas import PurchaseFormulas
from ..models.spend_columns import spending_rules
from .parameter_draws import Fitted

__all__ = ["purchases_profile_intervals", "spend_profile_intervals"]

_ROUNDING = 1e-9  # of a sum: beyond it, a likelihood is that of other data


class _Purchases(Fitted, Protocol):
    @property
    def formulas(self) -> PurchaseFormulas: ...


def purchases_profile_intervals(
    customers: IntoFrame,
    *,
    purchases: _Purchases,
    level: float = 0.95,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
) -> dict[str, tuple[float | None, float | None]]:
    """Return a profile-likelihood interval of every parameter of a purchase model.

    They are truer than Wald intervals where the data are few or the likelihood is
    lopsided, and cost a few dozen fits.

    Parameters
    ----------
    customers
        The data the model was fitted to.
    purchases
        The fit, with its report.
    level
        The share of such intervals that hold the truth, between 0 and 1.
    frequency_col, recency_col, T_col, weight_col
        The columns read.

    Returns
    -------
    dict
        The two ends by parameter; None where there is no end, because the likelihood
        hardly falls however far the parameter goes.

    Raises
    ------
    NotEnoughDataError
        If the model was built by hand.
    InvalidValueError
        If it was fitted with a penalty: it is not at the top of the likelihood. Or if
        these are not the customers it was fitted to.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.clv import fit_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> purchases_profile_intervals(customers, purchases=fit_nbd(customers))["r"]
    (0.3459, 0.4283)
    """
    report = _report(purchases)
    data = fetch_histories(
        customers, (frequency_col, recency_col, T_col), weight_col=weight_col
    )
    x, t_x, T = data.columns
    formulas = purchases.formulas
    prepare = formulas.kernel.objective
    fixed = parameters_of(purchases, formulas.fixed)
    return _intervals(prepare(x, t_x, T, data.weights, **fixed), report, level)


def spend_profile_intervals(
    customers: IntoFrame,
    *,
    spend: GammaGamma,
    level: float = 0.95,
    frequency_col: str = "frequency",
    monetary_value_col: str = "monetary_value",
    weight_col: str | None = None,
) -> dict[str, tuple[float | None, float | None]]:
    """Return a profile-likelihood interval of every parameter of a spend model.

    Parameters
    ----------
    customers
        The data the model was fitted to; repeat customers whose mean amount is 0 or
        less are left out.
    spend
        The fit, with its report.
    level
        The share of such intervals that hold the truth, between 0 and 1.
    frequency_col, monetary_value_col, weight_col
        The columns read.

    Returns
    -------
    dict
        The two ends by parameter; None where there is no end.

    Raises
    ------
    NotEnoughDataError
        If the model was built by hand.
    InvalidValueError
        If it was fitted with a penalty: it is not at the top of the likelihood. Or if
        these are not the customers it was fitted to.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.clv import fit_gamma_gamma
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> spend = fit_gamma_gamma(customers)
    >>> spend_profile_intervals(customers, spend=spend)["q"]
    (3.24, 4.39)
    """
    report = _report(spend)
    columns = (frequency_col, monetary_value_col)
    frame = read(customers, columns if weight_col is None else (*columns, weight_col))
    refuse(frame, spending_rules(columns, sign="any")(frame), id_col=known_id(frame))
    data = fetch_spending(frame, columns, weight_col=weight_col)
    x, amounts = data.columns
    prepared = gamma_gamma.objective(x, amounts, data.weights)
    return _intervals(prepared, report, level)


def _intervals(
    objective: Objective, report: FitReport, level: float
) -> dict[str, tuple[float | None, float | None]]:
    share = fraction("level", level)
    here, fitted = objective(np.log(report.estimates))[0], report.log_likelihood
    if abs(here - fitted) > _ROUNDING * (report.n_customers + abs(fitted)):
        raise InvalidValueError(
            subject="the customers",
            found=f"a log-likelihood of {here:,.3f} where the fit had {fitted:,.3f}",
            remedy="Pass the customers the model was fitted to.",
        )
    return {
        name: profile_interval(objective, report, name, level=share)
        for name in report.names
    }


def _report(model: Fitted) -> FitReport:
    if model.report is None:
        raise NotEnoughDataError(
            needed="a fitted model",
            got="one built by hand",
            remedy="Fit it to these customers first.",
        )
    if model.report.penalty:
        raise InvalidValueError(
            subject="the fit",
            found=f"a penalty of {model.report.penalty:g}",
            remedy="Fit it with penalty=0, or use the Wald intervals of its report.",
        )
    return model.report
