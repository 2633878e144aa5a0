"""Which dearer product of a category each customer may move to, and its worth."""

from typing import Any, Final

import numpy as np

from ..._check import day_count, typed, whole
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    day_numbers,
    group_rows,
    id_rules,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    table,
    time_zone,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.campaigns.price_ladder import climbing_rates, ladder, standing
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT

__all__ = ["up_sell_score"]

# Customers of the category's average rate added to each product: rates of rare products
# become more alike.
_PRIOR: Final = 20.0


@typed
def up_sell_score(
    lines: IntoDataFrameT,
    *,
    observation_period_end: Day,
    horizon_days: int,
    n_offers: int = 3,
    price_col: str = "price",
    margin_col: str | None = None,
    customer_id_col: str = "customer_id",
    category_col: str = "category",
    product_col: str = "product_id",
    date_col: str = "date",
) -> IntoDataFrameT:
    """Score the next dearer product of each category that a customer buys.

    Parameters
    ----------
    lines
        One row per purchase. Rows after ``observation_period_end`` are not read.
    observation_period_end
        The last day seen, inclusive.
    horizon_days
        The days ahead in which the customer would buy the dearer product.
    n_offers
        The number of categories returned for each customer, best first.
    price_col
        The price of one unit. The mean price of a product places it in its category.
    margin_col
        The margin of one unit; None scores the difference in price.
    customer_id_col, category_col, product_col, date_col
        The customer, the category, the product or tier in it, and the day.

    Returns
    -------
    DataFrame
        One row per customer and category, customers in order, best offer first: the
        category; the product, the dearest that the customer bought; ``next_product``,
        the next dearer one; ``probability`` that the customer buys it, or one dearer
        still, within the horizon; ``gain``, its mean price (or margin) above that of
        the present product; and ``score``, the product of the two. Customers who bought
        the dearest product of all their categories have no row.

    Raises
    ------
    InvalidValueError
        If a value is missing, a price is 0 or less, or a product is in two categories.
    NotEnoughDataError
        If no customer bought anything before the last horizon, or no category has two
        products.

    See Also
    --------
    cross_sell_score : The categories that a customer has not bought yet.

    Notes
    -----
    The chance is learned from the last ``horizon_days``: of the customers whose dearest
    product was the same, the share who then bought a dearer one. It is the chance
    without an offer. With hundreds of products in a category the next one is hardly
    dearer: pass tiers, such as basic, plus and premium, as ``product_col``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "customer_id": [*range(40), *range(10)], "category": "tea",
    ...     "product_id": ["bags"] * 40 + ["leaves"] * 10,
    ...     "price": [3.0] * 40 + [8.0] * 10,
    ...     "date": pd.to_datetime(["2024-01-01"] * 40 + ["2024-03-01"] * 10),
    ... })
    >>> found = campaigns.up_sell_score(
    ...     lines, observation_period_end="2024-03-31", horizon_days=60
    ... )
    >>> found.head(1)[["customer_id", "next_product", "probability", "gain", "score"]]
       customer_id next_product  probability  gain  score
    0           10       leaves         0.25   5.0   1.25
    """
    ahead = day_count("horizon_days", horizon_days, at_least=1)
    most = whole("n_offers", n_offers, at_least=1)
    names = [customer_id_col, category_col, product_col]
    frame = read_eager(
        lines,
        [*names, date_col, price_col, *([] if margin_col is None else [margin_col])],
    )
    day, end = _days(
        frame, names, date_col, price_col, margin_col, until=observation_period_end
    )
    seen = day <= end
    if not seen.any():
        raise NotEnoughDataError(
            needed="purchases up to 'observation_period_end'",
            got="none",
            remedy="Pass a later day.",
        )
    # Lines of the future are taken out before prices and ladders are looked at.
    frame, day = frame.filter(seen.tolist()), day[seen]
    customers, categories, products = (group_rows(frame, name) for name in names)
    category = _category_of(categories.codes, products.codes, product_col)
    price, worth = (
        _means(frame, name, products.codes)
        for name in (price_col, price_col if margin_col is None else margin_col)
    )
    order, top = ladder(price, category)
    rung = np.empty_like(order)
    rung[order] = np.arange(order.size)
    place = customers.codes * categories.count + categories.codes
    steps, early = rung[products.codes], day <= end - ahead
    before = standing(place, steps, early)
    if not before.place.size or top.all():
        raise NotEnoughDataError(
            needed="purchases before the last horizon, and a category of 2 products",
            got="fewer",
            remedy="Pass a longer log, a shorter horizon_days, or coarser categories.",
        )
    rates = climbing_rates(
        before,
        standing(place, steps, ~early),
        category=category[order],
        top=top,
        prior=_PRIOR,
    )
    now = standing(place, steps, np.ones(day.size, dtype=bool))
    below = ~top[now.rung]
    place, at = now.place[below], now.rung[below]
    gain = worth[order[at + 1]] - worth[order[at]]
    score = rates[at] * gain
    customer = place // categories.count
    best = np.lexsort((-score, customer))
    rank = np.arange(best.size)
    starts = np.flatnonzero(np.diff(customer[best], prepend=-1))
    rank -= np.repeat(starts, np.diff(starts, append=best.size))
    best = best[rank < most]
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        customer_id_col: customers.ids[customer[best]],
        category_col: categories.ids[place[best] % categories.count],
        product_col: products.ids[order[at[best]]],
        "next_product": products.ids[order[at[best] + 1]],
        "probability": rates[at[best]],
        "gain": gain[best],
        "score": score[best],
    }
    return native(table(frame, columns), lines)


def _days(
    frame: EagerFrame,
    names: list[str],
    date_col: str,
    price_col: str,
    margin_col: str | None,
    *,
    until: Day,
) -> tuple[IntArray, int]:
    """Check all columns, and return the days of the lines and the last one to read."""
    amounts = [price_col, *([] if margin_col is None else [margin_col])]
    for name in names:
        require_ids(frame, name)
    require_numbers(frame, amounts)
    dated, rules = require_dates(frame, date_col)
    rules = [*rules, *(rule for name in names for rule in id_rules(frame, name))]
    rules += number_rules(frame, price_col, sign="positive")
    if margin_col is not None:
        rules += number_rules(frame, margin_col)
    refuse(dated, rules)
    zone = time_zone(frame, date_col) if dated is frame else None
    end = day_number("observation_period_end", until, zone=zone)
    return day_numbers(dated, date_col), end


def _category_of(category: IntArray, product: IntArray, product_col: str) -> IntArray:
    """Return the category of each product; refuse a product that has two."""
    found = np.zeros(int(product.max(initial=-1)) + 1, dtype=np.int64)
    found[product] = category
    wrong = np.flatnonzero(found[product] != category)
    if wrong.size:
        raise InvalidValueError(
            subject=f"column {product_col!r}",
            found="product in two categories",
            count=wrong.size,
            total=product.size,
            first=f"row {int(wrong[0])}",
            remedy="Name products so that each is in one category.",
        )
    return found


def _means(frame: EagerFrame, column: str, product: IntArray) -> FloatArray:
    total = np.bincount(product, numbers(frame, column))
    return np.asarray(total / np.bincount(product), dtype=np.float64)
