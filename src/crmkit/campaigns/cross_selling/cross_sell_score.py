"""What each customer is likely to buy for the first time, and what it would earn."""

from typing import Any

import numpy as np

from ..._check import day_count, positive, typed, whole
from ..._dates import day_number
from ..._frames import (
    day_numbers,
    native,
    number_rules,
    numbers,
    nw,
    refuse,
    require_dates,
    require_numbers,
    table,
    time_zone,
)
from ...errors import NotEnoughDataError
from ...kernels.base.distinct_numbers import distinct_numbers
from ...kernels.campaigns.first_purchase_rates import (
    best_offers,
    calibration,
    first_purchase_rates,
)
from ...kernels.campaigns.pair_counts import holdings
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT
from .purchased_products import PurchasedProducts, read_products

__all__ = ["cross_sell_score"]


@typed
def cross_sell_score(
    lines: IntoDataFrameT,
    *,
    observation_period_end: Day,
    horizon_days: int,
    n_offers: int = 3,
    prior_customers: float = 20.0,
    margin_col: str | None = None,
    customer_id_col: str = "customer_id",
    category_col: str = "category",
    date_col: str = "date",
) -> IntoDataFrameT:
    """Score the categories that each customer has not bought yet: chance times margin.

    Parameters
    ----------
    lines
        One row per purchase. Rows after ``observation_period_end`` are not read.
    observation_period_end
        The last day seen, inclusive.
    horizon_days
        The days ahead in which the first purchase would come.
    n_offers
        The number of categories returned for each customer, best first.
    prior_customers
        How many customers of the average rate are added to each pair of categories:
        more makes rates of rare pairs more alike.
    margin_col
        The margin of the line. With it, the score is money: the chance times the mean
        margin that first buyers of the category brought within the horizon. Without
        it, the score is the chance.
    customer_id_col, category_col, date_col
        The customer, the category, and the day.

    Returns
    -------
    DataFrame
        One row per customer and offer, customers in order, best offer first:
        ``probability`` of a first purchase within the horizon, ``margin`` (with
        ``margin_col``) and ``score``. Customers who have every category have no row.

    Raises
    ------
    InvalidValueError
        If a value is missing, or no day is left before the horizon.
    NotEnoughDataError
        If fewer than two categories have a customer before the last horizon.

    Notes
    -----
    The chance is learned from the last ``horizon_days``: for each category owned
    before, the share of customers without the other category who then bought it. A
    customer's chance is the mean over the categories owned, scaled so that the chances
    of the last horizon add up to the first purchases seen in it. It is the chance
    without an offer: the effect of an offer needs a control group.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> day = pd.to_datetime(["2024-01-01"] * 30 + ["2024-03-01"] * 12)
    >>> lines = pd.DataFrame({
    ...     "customer_id": [*range(30), *range(12)],
    ...     "category": ["tea"] * 20 + ["nuts"] * 10 + ["cups"] * 10 + ["nuts"] * 2,
    ...     "date": day,
    ... })
    >>> found = campaigns.cross_sell_score(
    ...     lines, observation_period_end="2024-03-31", horizon_days=60, n_offers=1
    ... )
    >>> found[found["customer_id"] == 15].round(2)
        customer_id category  probability  score
    15           15     cups         0.39   0.39
    """
    ahead = day_count("horizon_days", horizon_days, at_least=1)
    most = whole("n_offers", n_offers, at_least=1)
    prior = positive("prior_customers", prior_customers)
    others = (date_col, *([margin_col] if margin_col is not None else []))
    read = read_products(
        lines,
        unit_col=customer_id_col,
        product_col=category_col,
        min_count=1,
        others=others,
    )
    dated, rules = require_dates(read.frame, date_col)
    if margin_col is not None:
        require_numbers(read.frame, [margin_col])
        rules = [*rules, *number_rules(read.frame, margin_col)]
    refuse(dated, rules)
    zone = time_zone(read.frame, date_col) if dated is read.frame else None
    end = day_number("observation_period_end", observation_period_end, zone=zone)
    day = day_numbers(dated, date_col)[read.rows]
    before, seen = day <= end - ahead, day <= end
    if np.unique(read.product[before]).size < 2:
        raise NotEnoughDataError(
            needed="customers of 2 categories before the last horizon",
            got="fewer",
            remedy="Pass a longer log, or a shorter horizon_days.",
        )
    known = np.zeros(read.shape[0], dtype=bool)
    known[read.unit[before]] = True
    owned = _held(read, before)
    bought = _held(read, seen & ~before & known[read.unit])
    rates = first_purchase_rates(owned, bought, prior=prior)
    rates = rates * calibration(owned, bought, rates)
    margin = None
    if margin_col is not None:
        money = numbers(read.frame, margin_col)[read.rows]
        margin = _margins(read, money, owned, seen & ~before & known[read.unit])
    unit, product, chance = best_offers(
        _held(read, seen),
        rates,
        worth=np.ones(read.shape[1]) if margin is None else margin,
        most=most,
    )
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        customer_id_col: read.units[unit],
        category_col: read.products[product],
        "probability": chance,
    }
    if margin is not None:
        columns["margin"] = margin[product]
    columns["score"] = chance if margin is None else chance * margin[product]
    return native(table(read.frame, columns), lines)


def _held(read: PurchasedProducts, rows: np.ndarray) -> Any:  # noqa: ANN401 - sparse
    return holdings(read.unit[rows], read.product[rows], read.shape)


def _margins(
    read: PurchasedProducts,
    money: FloatArray,
    owned: Any,  # noqa: ANN401 - sparse
    window: np.ndarray,
) -> FloatArray:
    """Return the mean margin that a first buyer of each category brought."""
    cells: IntArray = read.unit * read.shape[1] + read.product
    held = owned.tocoo()
    old = held.row.astype(np.int64) * read.shape[1] + held.col
    first = window & ~np.isin(cells, old)
    total = np.bincount(read.product[first], money[first], minlength=read.shape[1])
    buyers = distinct_numbers(cells[first]) % read.shape[1]
    count = np.bincount(buyers, minlength=read.shape[1])
    return np.asarray(total / np.maximum(count, 1), dtype=np.float64)
