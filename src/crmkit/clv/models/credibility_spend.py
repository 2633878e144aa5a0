"""Spend by credibility: each customer's mean, shrunk by how much it can be believed."""

import warnings
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    LONGEST,
    finite_array,
    instance,
    level_of_caller,
    nonnegative,
    number,
    number_array,
    one_of,
    positions,
    random_source,
    together,
    typed,
    whole_array,
)
from ..._frames import (
    Frame,
    Rule,
    collect,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    whole_rules,
)
from ...errors import IdentifiabilityWarning, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.purchases import credibility_spend
from ...typing import (
    HISTORY,
    FloatArray,
    HistoryColumns,
    IntArray,
    IntoFrame,
    IntoFrameT,
)
from .histories import known_id
from .spend_columns import with_spend_score

__all__ = ["CredibilitySpend", "fit_credibility_spend"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CredibilitySpend(JsonResult):
    """A credibility model of the amount of a purchase, fitted or built by hand.

    Each customer's amounts scatter about their own mean; the means scatter about a line
    that may rise or fall with the logarithm of the frequency. The expected spend of a
    customer lies between the mean seen so far and the line, nearer to the former the
    more purchases there were. Only means and variances are used: amounts may have any
    shape, and may be zero or negative, such as net values after returns.

    Attributes
    ----------
    collective_mean
        Expected mean amount of a customer without a repeat purchase.
    slope
        Change of the expected mean amount for each unit of ``log(1 + frequency)``; 0
        where spend is taken to be independent of frequency.
    within
        Variance of the amounts of one customer about their own mean.
    between
        Variance of the customers' own means about the line; 0 where they differ no more
        than chance makes them.
    collective_mean_error, slope_error
        Standard errors; None for a model built by hand.
    n_customers
        Customers with a repeat purchase that the model was fitted to.

    References
    ----------
    Buhlmann and Gisler (2005), "A course in credibility theory and its applications",
    Springer, chapter 4; Hachemeister (1975), "Credibility for regression models with
    application to trend".

    Examples
    --------
    >>> model = CredibilitySpend(
    ...     collective_mean=30.0, slope=0.0, within=200.0, between=50.0
    ... )
    >>> model.expected_spend([0, 1, 4, 16], [0.0, 50.0, 50.0, 50.0])
    array([30., 34., 40., 46.])
    """

    collective_mean: float
    slope: float = 0.0
    within: float
    between: float
    collective_mean_error: float | None = None
    slope_error: float | None = None
    n_customers: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite, and variances below 0."""
        for name in ("collective_mean", "slope"):
            object.__setattr__(self, name, number(name, getattr(self, name)))
        for name in ("within", "between"):
            object.__setattr__(self, name, nonnegative(name, getattr(self, name)))

    @property
    def parameters(self) -> dict[str, float]:
        """The line and the variances, by name."""
        return {
            "collective_mean": self.collective_mean,
            "slope": self.slope,
            "within": self.within,
            "between": self.between,
        }

    def expected_spend(
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> FloatArray:
        """Return the expected mean amount of each customer's next purchases.

        ``monetary_value`` is the mean amount of the ``frequency`` repeat purchases.
        Where frequency is 0 it is not read.
        """
        x, mean = _spending(frequency, monetary_value)
        return credibility_spend.expected_spend(x, mean, **self.parameters)

    def credibility(self, frequency: ArrayLike) -> FloatArray:
        """Return the weight of a customer's own mean, between 0 and 1."""
        x = whole_array("frequency", frequency)
        return credibility_spend.belief(x, within=self.within, between=self.between)

    @typed
    def sample_amounts(
        self,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        *,
        customer: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Draw the amount of each purchase, made by the customer in that row.

        Own means and amounts are drawn from normal distributions of the model's
        variances, so that single amounts may be negative; their totals are right in
        mean and variance.
        """
        random_source(rng)
        expected = self.expected_spend(frequency, monetary_value).ravel()
        # What credibility has not yet learned of a customer stays uncertain.
        unsure = self.between * (1.0 - self.credibility(frequency).ravel())
        spread = np.sqrt(np.broadcast_to(unsure, expected.shape))
        own = expected + spread * rng.standard_normal(expected.size)
        who = positions("customer", customer, n_rows=own.size)
        noise = np.sqrt(self.within) * rng.standard_normal(who.size)
        amounts: FloatArray = own[who] + noise
        return amounts

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
        return with_spend_score(
            customers,
            named.spend,
            {output_col: self.expected_spend},
            rules=partial(_spend_rules, columns=named.spend),
            id_col=named.customer_id,
        )


def fit_credibility_spend(
    customers: IntoFrame,
    *,
    frequency_effect: Literal["linear", "none"] = "linear",
    monetary_variance_col: str = "monetary_variance",
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
) -> CredibilitySpend:
    """Fit a credibility model of spend by moments.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` and ``with_occasion_details`` make it.
        Customers without a repeat purchase have no repeat amount and are left out.
    frequency_effect
        ``"linear"`` fits a line in ``log(1 + frequency)``: frequent customers may spend
        more or less at a time. ``"none"`` takes spend to be independent of frequency.
    monetary_variance_col
        The sample variance of a customer's repeat amounts.
    columns
        The names of the other columns read.
    weight_col
        How many customers a row stands for; None for one each.

    Returns
    -------
    CredibilitySpend
        The line and the variances.

    Raises
    ------
    NotEnoughDataError
        If fewer than three customers came back, or none of them twice.
    InvalidValueError
        If a number of a returning customer is missing or infinite, or a variance is
        negative.

    Warns
    -----
    IdentifiabilityWarning
        If customers do not differ in mean spend beyond chance: every expected spend is
        then on the line, and a ranking by it is one by frequency, or by nothing.

    Examples
    --------
    >>> from crmkit import rfm_summary, with_occasion_details
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log, end = load_cdnow_sample(), "1997-09-30"
    >>> customers = rfm_summary(log, observation_period_end=end).pipe(
    ...     with_occasion_details, transactions=log, observation_period_end=end
    ... )
    >>> model = fit_credibility_spend(customers, frequency_effect="none")
    >>> round(model.collective_mean, 2), round(float(model.credibility(3)), 2)
    (36.58, 0.42)
    """
    one_of("frequency_effect", frequency_effect, ("linear", "none"))
    named = instance("columns", columns, HistoryColumns)
    asked = (*named.spend, monetary_variance_col)
    weighing = () if weight_col is None else (weight_col,)
    frame = read(customers, (*asked, *weighing))
    require_numbers(frame, (*asked, *weighing))
    refuse(
        frame,
        whole_rules(frame, named.frequency, at_most=LONGEST),
        id_col=known_id(frame, named.customer_id),
    )
    # Only repeat purchases are averaged: without one, monetary_value says nothing.
    back = frame.filter(nw.col(named.frequency) > 0)
    rules = [
        *number_rules(back, named.monetary_value, sign="any"),
        *number_rules(back, monetary_variance_col, sign="nonnegative"),
        *(
            rule
            for col in weighing
            for rule in number_rules(back, col, sign="positive")
        ),
    ]
    refuse(back, rules, id_col=known_id(back, named.customer_id))
    rows = collect(back.select(*asked, *weighing))
    x, mean, variance = (numbers(rows, column) for column in asked)
    weights = numbers(rows, weight_col) if weight_col is not None else np.ones(x.size)
    _require_repeats(x, weights, named.frequency)
    # Sums in the order of the values: that of the rows must move no digit.
    order = np.lexsort((weights, variance, mean, x))
    x, mean, variance, weights = x[order], mean[order], variance[order], weights[order]
    # One frequency gives no line: the slope is left at 0, without an error.
    sloping = frequency_effect == "linear" and np.unique(x).size > 1
    found = credibility_spend.estimate_structure(
        x, mean, variance, weights, sloping=sloping
    )
    if found.between == 0:
        warnings.warn(
            f"column {named.monetary_value!r}: customers do not differ in mean spend "
            f"by more than chance (within {found.within:.4g}, between 0). A ranking by "
            "expected spend is noise.",
            IdentifiabilityWarning,
            stacklevel=level_of_caller(),
        )
    errors = np.sqrt(np.diag(found.covariance)).tolist()
    return CredibilitySpend(
        collective_mean=found.collective_mean,
        slope=found.slope,
        within=found.within,
        between=found.between,
        collective_mean_error=errors[0],
        slope_error=errors[1] if sloping else None,
        n_customers=float(weights.sum()),
    )


def _spend_rules(frame: Frame, *, columns: tuple[str, str]) -> list[Rule]:
    require_numbers(frame, columns)
    frequency, amount = columns
    repeat = nw.col(frequency) > 0
    return [
        *whole_rules(frame, frequency, at_most=LONGEST),
        # Without a repeat purchase the amount is not read.
        *(
            replace(rule, broken=repeat & rule.broken)
            for rule in number_rules(frame, amount)
        ),
    ]


def _require_repeats(x: FloatArray, weights: FloatArray, column: str) -> None:
    customers = float(weights.sum())
    if customers <= 2:
        raise NotEnoughDataError(
            needed=f"at least 3 customers who came back (column {column!r}) to fit a "
            "model",
            got=f"{customers:g}",
            remedy="Pass more customers.",
        )
    if not np.any(x > 1):
        raise NotEnoughDataError(
            needed=f"a customer with two repeat purchases (column {column!r} above 1)",
            got="0",
            remedy="Observe for longer: one amount each has no variance.",
        )


def _spending(
    frequency: ArrayLike, monetary_value: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    x, mean = together(
        whole_array("frequency", frequency),
        number_array("monetary_value", monetary_value),
        ("frequency", "monetary_value"),
    )
    # The mean of no purchase is read as 0, whatever the column holds there.
    return x, finite_array("monetary_value", np.where(x > 0, mean, 0.0))
