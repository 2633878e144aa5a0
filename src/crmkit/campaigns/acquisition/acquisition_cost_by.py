"""The cost of a new customer: fully loaded, and of the next one."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import LONGEST, fraction, names_given
from ..._frames import (
    Rule,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...typing import FloatArray, IntoFrameT
from ..measurement.sums_by_group import (
    N_ROWS,
    centred,
    groups_of,
    summary_by_group,
    sums_by_group,
)

__all__ = ["acquisition_cost_by"]

_COST, _NEW, _SQUARES, _CROSS, _NEW2 = (
    f"crmkit_{name}" for name in ("cost", "new", "squares", "cross", "new2")
)
_LEAST = 1e-12  # of the mean cost: spending that varies less is the same spending


def acquisition_cost_by(
    periods: IntoFrameT,
    *,
    by: str | Sequence[str] | None = None,
    cost_cols: Sequence[str],
    n_customers_col: str = "n_customers",
    level: float = 0.95,
) -> IntoFrameT:
    """Summarise what a new customer costs: fully loaded, and the next one.

    Parameters
    ----------
    periods
        One row per period (and channel): all that was spent to win customers, and the
        customers that this spending won. If customers come weeks after the spending,
        put them into the row of the spending first. A lazy frame is counted in its
        engine.
    by
        The column or columns that make a group; None takes all rows together.
    cost_cols
        The columns of cost that together are the full cost: media, sales, onboarding,
        incentives.
    n_customers_col
        The number of customers won.
    level
        The confidence level of the interval of the marginal cost.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted): ``n_periods``;
        ``cost``; ``n_customers``; ``cost_per_customer``, missing without customers;
        ``marginal_cost``, what one more customer costs if the spending changes as it
        changed between the periods, with ``_lower`` and ``_upper``. It is missing with
        fewer than three periods or equal spending, and infinite where more spending
        did not win more customers.

    Raises
    ------
    InvalidValueError
        If a value is missing or negative.

    Notes
    -----
    The marginal cost is the inverse slope of customers against cost, by least squares;
    its limits are the inverse limits of that slope. Spending follows season and
    expectation, so it describes the periods: an experiment is needed for a cause.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> periods = pd.DataFrame({
    ...     "media": [100.0, 200.0, 300.0, 400.0], "sales": [20.0, 40.0, 60.0, 80.0],
    ...     "n_customers": [10, 15, 18, 22],
    ... })
    >>> found = campaigns.acquisition_cost_by(periods, cost_cols=["media", "sales"])
    >>> found[["cost", "cost_per_customer", "marginal_cost"]].round(1)
         cost  cost_per_customer  marginal_cost
    0  1200.0               18.5           30.8
    """
    groups = groups_of(by)
    inside = fraction("level", level)
    costs = names_given("cost_cols", cost_cols)
    opened = read(periods, [*groups, *costs, n_customers_col])
    require_numbers(opened, [*costs, n_customers_col])
    refuse(
        opened,
        [
            rule
            for name in (*costs, n_customers_col)
            for rule in number_rules(opened, name, sign="nonnegative")
        ]
        + [
            Rule(
                column=n_customers_col,
                broken=nw.col(n_customers_col) > LONGEST,
                found=f"count beyond {LONGEST:g}",
                remedy="Pass the number of customers won.",
            )
        ],
    )
    cost, new = nw.lit(0.0), nw.col(n_customers_col).cast(nw.Float64)
    for name in costs:
        cost = cost + nw.col(name).cast(nw.Float64)
    summed = sums_by_group(opened, groups, {_COST: cost, _NEW: new})
    n, spent, won = (numbers(summed, name) for name in (N_ROWS, _COST, _NEW))
    away, x, y = (
        centred(opened, groups, {_COST: cost, _NEW: new}),
        nw.col(_COST),
        nw.col(_NEW),
    )
    products = {_SQUARES: x**2, _CROSS: x * y, _NEW2: y**2}
    spread = sums_by_group(away, groups, products)
    slope, lower, upper = _slopes(
        n,
        spent / np.maximum(n, 1.0),
        (numbers(spread, _SQUARES), numbers(spread, _CROSS), numbers(spread, _NEW2)),
        level=inside,
    )
    columns = {
        "n_periods": n.astype(np.int64),
        "cost": spent,
        "n_customers": won.astype(np.int64),
        "cost_per_customer": np.where(won > 0, spent / np.maximum(won, 1.0), np.nan),
        "marginal_cost": _inverse(slope),
        # The steepest slope is the cheapest customer.
        "marginal_cost_lower": _inverse(upper),
        "marginal_cost_upper": _inverse(lower),
    }
    return summary_by_group(opened, periods, summed, groups, columns)


def _inverse(slope: FloatArray) -> FloatArray:
    positive = slope > 0
    cost = np.where(positive, 1 / np.where(positive, slope, 1.0), np.inf)
    return np.where(np.isnan(slope), np.nan, cost)


def _slopes(
    n: FloatArray,
    mean: FloatArray,
    products: tuple[FloatArray, FloatArray, FloatArray],
    *,
    level: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the slope of customers against cost in each group, with its limits."""
    xx, xy, yy = products
    known = (n > 2) & (np.sqrt(xx / np.maximum(n, 1.0)) > _LEAST * mean)
    base = np.where(known, xx, 1.0)
    slope = xy / base
    left = np.maximum(yy - slope * xy, 0.0)
    freedom = np.maximum(n - 2, 1.0)
    reach = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(left / freedom / base)
    slope, reach = (np.where(known, value, np.nan) for value in (slope, reach))
    return slope, slope - reach, slope + reach
