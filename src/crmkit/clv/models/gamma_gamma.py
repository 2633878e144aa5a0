"""Gamma-Gamma: what a customer's purchase occasion is worth."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..._check import (
    instance,
    level_of_caller,
    nonnegative_array,
    number_array,
    one_of,
    positions,
    random_source,
    together,
    typed,
    whole_array,
)
from ..._frames import read, refuse
from ...errors import IdentifiabilityWarning, InvalidValueError
from ...fits import FitReport, JsonResult, checked
from ...kernels.base.cells import Cells
from ...kernels.purchases import gamma_gamma
from ...kernels.value.rank_correlation import rank_correlation, rank_p_value
from ...typing import (
    HISTORY,
    FloatArray,
    HistoryColumns,
    IntArray,
    IntoFrame,
    IntoFrameT,
)
from .fitting import approved, fetch_spending, fit_cells, require_customers
from .from_lifetimes import lifetimes_parameters
from .histories import by_blocks, known_id
from .parameters import check_parameters, parameters_of, show_fit, show_html
from .spend_columns import spending_rules, with_spend_score

__all__ = ["GammaGamma", "fit_gamma_gamma"]

_NAMES = ("p", "q", "v")
_BELIEVED = 0.5  # weight of an own mean from which on customers plainly differ
_NO_SPREAD = 1e7  # a q at which all customers have one mean
_UNSURE = 0.05  # p-value from which on chance explains what is seen
_RELATED = 0.1  # rank correlation of spend and frequency up to which it does little


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class GammaGamma(JsonResult):
    """A Gamma-Gamma model of the amount of a purchase, fitted or built by hand.

    Each customer's amounts scatter about their own mean; the means differ between
    customers. The expected spend of a customer lies between the mean seen so far and
    the mean of the population, nearer to the former the more purchases there were. How
    often customers buy is assumed to be independent of how much they spend: see
    ``spend_independence``.

    Attributes
    ----------
    p, q, v
        Shape of the amounts of one customer, shape of the customers, and the scale, in
        the unit of money. The population mean is ``p v / (q - 1)``, infinite at
        ``q <= 1``.
    report
        How the fit came about; None for a model built by hand.

    Notes
    -----
    The model holds amounts above 0. A mean amount of exactly 0 after a repeat purchase,
    such as free samples, is read as the limit of ever smaller amounts: the expected
    spend has one, and the log-likelihood goes to minus infinity where ``p x > 1`` (to
    infinity where ``p x < 1``). A fit refuses or drops such customers.

    References
    ----------
    Fader and Hardie (2013), "The gamma-gamma model of monetary value", brucehardie.com
    note 025.

    Examples
    --------
    >>> model = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> model.expected_spend([2, 1, 7, 0], [22.35, 11.77, 73.74, 0.0]).round(2)
    array([24.66, 18.92, 71.47, 35.22])
    """

    p: float
    q: float
    v: float
    report: FitReport | None = None

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
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> FloatArray:
        """Return the log-likelihood of each mean amount; 0 without a repeat purchase.

        A mean amount of 0 after a repeat purchase gives the limit, which is infinite.
        """
        x, amount = _spending(frequency, monetary_value)
        return _of(gamma_gamma.log_likelihood, x, amount, self.parameters)

    def expected_spend(
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> FloatArray:
        """Return the expected mean amount of each customer's next purchases.

        ``monetary_value`` is the mean amount of the ``frequency`` repeat purchases, 0
        or more. Where frequency is 0 it is not read, and the result is the population
        mean.
        """
        x, amount = _spending(frequency, monetary_value)
        expected = _of(gamma_gamma.expected_spend, x, amount, self.parameters)
        _refuse_infinite(expected)
        return expected

    def expected_spend_new_customer(self) -> float:
        """Return the population mean of the amount of a purchase."""
        return float(self.expected_spend([0], [0.0])[0])

    @typed
    def sample_amounts(
        self,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        *,
        customer: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Draw the amount of each purchase, made by the customer in that row."""
        x, amount = _spending(frequency, monetary_value)
        sampled = partial(gamma_gamma.sample_rates, rng=random_source(rng))
        rates = _of(sampled, x, amount, self.parameters)
        who = positions("customer", customer, n_rows=rates.size)
        return rng.gamma(self.p, size=who.size) / rates[who]

    @typed
    def with_expected_spend(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "expected_spend",
    ) -> IntoFrameT:
        """Add the expected mean amount of each customer's next purchases."""
        named = instance("columns", columns, HistoryColumns)
        scores = {output_col: self.expected_spend}
        return with_spend_score(
            customers, named.spend, scores, id_col=named.customer_id
        )

    @typed
    def with_log_likelihood(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "log_likelihood",
    ) -> IntoFrameT:
        """Add the log-likelihood of each mean amount; 0 without a repeat purchase."""
        named = instance("columns", columns, HistoryColumns)
        scores = {output_col: self.log_likelihood}
        return with_spend_score(
            customers, named.spend, scores, id_col=named.customer_id
        )

    @classmethod
    def from_lifetimes(cls, fitter: object) -> "GammaGamma":
        """Build the model from a fitted ``GammaGammaFitter`` of lifetimes."""
        found = lifetimes_parameters(fitter, _NAMES, kind="GammaGammaFitter")
        return cls(p=found["p"], q=found["q"], v=found["v"])


def fit_gamma_gamma(
    customers: IntoFrame,
    *,
    nonpositive: Literal["error", "drop"] = "error",
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
) -> GammaGamma:
    """Fit a Gamma-Gamma model of spend by maximum likelihood.

    Customers without a repeat purchase have no repeat amount and are left out.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, or one per distinct pair of
        frequency and amount with ``weight_col``. Of a lazy frame, only the distinct
        pairs of customers who came back are fetched.
    nonpositive
        What to do about repeat customers whose mean amount is 0 or less, which the
        model cannot hold: ``"error"`` refuses them, ``"drop"`` leaves them out of the
        fit.
    penalty
        Pulls the logarithms of the parameters towards 0 (``p``, ``q``) and towards the
        mean amount (``v``): one over the variance of a normal prior. 0 is maximum
        likelihood.
    columns
        The names of the columns read.
    weight_col
        How many customers a row stands for; None for one each.

    Returns
    -------
    GammaGamma
        The parameters, and a report of how they were found.

    Raises
    ------
    NotEnoughDataError
        If fewer than two customers came back.
    InvalidValueError
        If a repeat amount is missing or infinite; or 0 or less, with
        ``nonpositive="error"``. If a weight is negative or missing, or all are zero.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave a parameter all but free; if the mean of the population is
        infinite (``q <= 1``); or if customers do not differ in
        mean spend by more than chance.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "frequency": [1, 4, 2, 0, 3, 6, 1, 2],
    ...     "monetary_value": [12.0, 30.5, 22.0, 0.0, 41.0, 33.3, 20.0, 15.0],
    ... })
    >>> fit_gamma_gamma(customers, penalty=1).q
    3.8195
    """
    one_of("nonpositive", nonpositive, ("error", "drop"))
    named = instance("columns", columns, HistoryColumns)
    asked = named.spend if weight_col is None else (*named.spend, weight_col)
    frame = read(customers, asked)
    sign: Literal["any", "positive"] = "positive" if nonpositive == "error" else "any"
    rules = spending_rules(named.spend, sign=sign)(frame)
    refuse(frame, rules, id_col=known_id(frame, named.customer_id))
    spending = fetch_spending(frame, named.spend, weight_col=weight_col)
    require_customers(
        float(spending.weights.sum()),
        who=f" who came back (column {named.frequency!r})",
    )
    weights, (x, amounts) = spending.weights, spending.columns
    report = fit_cells(
        weights,
        gamma_gamma.objective(x, amounts, weights),
        _NAMES,
        start=gamma_gamma.start_values(x, amounts, weights),
        centre=(0.0, 0.0, log(float(weights @ amounts / weights.sum()))),
        penalty=penalty,
    )
    p, q, v = report.estimates
    p_value = _no_difference(GammaGamma(p=p, q=q, v=v), report, spending)
    report = replace(
        report,
        difference_p_value=p_value,
        notes=_notes_of(report, spending),
    )
    fit = approved(GammaGamma(p=p, q=q, v=v, report=report), report)
    if q <= 1:
        warnings.warn(
            f"q = {q:.3g} is 1 or less: the mean spend of the population is infinite, "
            "and customers without a repeat purchase have no expected spend. Fit with "
            "a penalty.",
            IdentifiabilityWarning,
            stacklevel=level_of_caller(),
        )
    if p_value is not None and p_value > _UNSURE:
        warnings.warn(
            f"customers do not differ in mean spend by more than chance (q = {q:.3g}): "
            "a ranking by expected spend is noise. If frequent customers spend more or "
            "less, fit_credibility_spend can tell them apart.",
            IdentifiabilityWarning,
            stacklevel=level_of_caller(),
        )
    return fit


def _no_difference(fit: GammaGamma, report: FitReport, spending: Cells) -> float | None:
    """Return the chance of as much gain over one mean for all; None if plainly so."""
    (x, amounts), weights = spending.columns, spending.weights
    most = fit.p * float(x.max())
    if most / (most + abs(fit.q - 1.0)) > _BELIEVED:
        return None  # own means count for much: not worth the passes over all rows
    mean = float((weights * x) @ amounts / (weights @ x))

    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - slow to import

    def one_mean(log_p: float) -> float:
        p = float(np.exp(log_p))
        common = {"p": p, "q": _NO_SPREAD, "v": mean * _NO_SPREAD / p}
        return -float(weights @ gamma_gamma.log_likelihood(x, amounts, **common))

    centre = log(fit.p)
    best = minimize_scalar(one_mean, bounds=(centre - 3.0, centre + 3.0))
    gained = max(2.0 * (report.log_likelihood + float(best.fun)), 0.0)
    # One mean for all lies on the boundary: the chi-square is 0 half of the time.
    return float(chdtrc(1, gained)) / 2 if gained else 1.0


def _notes_of(report: FitReport, spending: Cells) -> tuple[str, ...]:
    """Say where the data contradict what the model assumes."""
    (x, amounts), weights = spending.columns, spending.weights
    notes = []
    if report.estimates[1] <= 1:
        notes.append("the mean spend of the population is infinite: q is 1 or less")
    ranked = rank_correlation(x, amounts, weights)
    p_value = rank_p_value(ranked, report.n_customers)
    if abs(ranked) > _RELATED and p_value < _UNSURE:
        way = "rises" if ranked > 0 else "falls"
        notes.append(
            f"spend {way} with frequency (rank correlation {ranked:+.2f}, "
            f"p = {p_value:.2g}): try fit_credibility_spend"
        )
    return tuple(notes)


def _of(
    formula: Callable[..., FloatArray],
    frequency: FloatArray,
    amount: FloatArray,
    parameters: Mapping[str, float],
) -> FloatArray:
    return by_blocks(partial(formula, **parameters), frequency, amount)


def _spending(
    frequency: ArrayLike, monetary_value: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    given = number_array("monetary_value", monetary_value)
    x, amount = together(
        whole_array("frequency", frequency), given, ("frequency", "monetary_value")
    )
    return x, nonnegative_array("monetary_value", np.where(x > 0, amount, 0.0))


def _refuse_infinite(expected: FloatArray) -> None:
    infinite = ~np.isfinite(expected)
    if not np.any(infinite):
        return
    raise InvalidValueError(
        subject="the expected spend",
        found="infinite value",
        count=int(np.count_nonzero(infinite)),
        total=expected.size,
        remedy=(
            "With p x + q <= 1 a customer with x repeat purchases has no finite mean: "
            "score customers with more purchases, or fit with a penalty."
        ),
    )
