"""Which product customers buy after another one, and not before it."""

from functools import partial
from typing import Any

import numpy as np

from ..._check import fraction, whole
from ..._frames import native, nw, table
from ...errors import NotEnoughDataError
from ...fits import told
from ...kernels.base.intervals import wilson
from ...kernels.campaigns.mcnemar import exact_p
from ...kernels.campaigns.pair_counts import ordered_counts
from ...typing import IntoDataFrameT, Progress
from .false_discoveries import adjusted
from .purchased_products import first_purchases, mean_margins, read_products

__all__ = ["next_product_rules"]

_MOST = 5_000  # products: three tables of this width and height are 300 MB
_EVER = 2**31 - 1


def next_product_rules(
    lines: IntoDataFrameT,
    *,
    within_days: int | None = None,
    min_count: int = 10,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
    customer_id_col: str = "customer_id",
    product_col: str = "product_id",
    date_col: str = "date",
    margin_col: str | None = None,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Find products that customers start to buy after another one, not before it.

    Parameters
    ----------
    lines
        One row per purchase.
    within_days
        The longest time from the first purchase of the antecedent to that of the
        consequent; None is any time.
    min_count
        The number of customers who must have bought a product, and both in this order.
    false_discovery_rate
        The share of the rules returned whose order may be chance, on average.
    level
        The confidence level of the interval.
    customer_id_col, product_col, date_col
        The customer, the product or category, and the day.
    margin_col
        The margin of the line. With it, the result says what a rule is worth.
    progress
        Is called with the number of parts of the customers done and of all; None for
        silence.

    Returns
    -------
    DataFrame
        One row per rule, the highest lift first: ``antecedent``, ``consequent``;
        ``n_customers`` who bought the consequent for the first time on a later day than
        the antecedent; ``n_reversed``, who did it the other way round; ``n_at_risk``,
        who bought the antecedent and did not have the consequent yet; ``confidence``,
        the first divided by the third, with ``_lower`` and ``_upper``; ``lift``, the
        confidence divided by the share of all customers who bought the consequent;
        ``p_value`` of the exact McNemar test that both orders are equally common, and
        ``adjusted_p_value``. With ``margin_col`` also ``margin``, what the consequent
        brings on average from a customer who buys it, in the whole log, and
        ``expected_margin``, the confidence times that. Only the more common order of a
        pair is returned.

    Raises
    ------
    InvalidValueError
        If a customer, product, date or margin is missing.
    NotEnoughDataError
        If fewer than two products, or more than 5,000, have ``min_count`` customers.

    Notes
    -----
    Products that many buy early, such as a large category, come first in most orders:
    the order is unlikely to be chance, but one purchase need not lead to the other.
    Customers who bought the antecedent shortly before the end of the log had
    little time, so confidence is low for them.

    References
    ----------
    McNemar (1947), "Note on the sampling error of the difference between correlated
    proportions or percentages".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "customer_id": [*range(20), *range(15)],
    ...     "product_id": ["camera"] * 20 + ["lens"] * 15,
    ...     "date": pd.to_datetime(["2024-01-01"] * 20 + ["2024-02-01"] * 15),
    ... })
    >>> found = campaigns.next_product_rules(lines)
    >>> found[["antecedent", "consequent", "n_customers", "n_at_risk", "confidence"]]
      antecedent consequent  n_customers  n_at_risk  confidence
    0     camera       lens           15         20        0.75
    """
    least = whole("min_count", min_count, at_least=1)
    within = _EVER if within_days is None else whole("within_days", within_days)
    rate = fraction("false_discovery_rate", false_discovery_rate, closed=True)
    inside = fraction("level", level)
    read = read_products(
        lines,
        unit_col=customer_id_col,
        product_col=product_col,
        min_count=least,
        others=(date_col, *([] if margin_col is None else [margin_col])),
    )
    if read.shape[1] > _MOST:
        raise NotEnoughDataError(
            needed=f"at most {_MOST:,} products",
            got=f"{read.shape[1]:,}",
            remedy="Raise min_count, or pass categories as product_col.",
        )
    margin = None if margin_col is None else mean_margins(read, margin_col)
    customer, product, day = first_purchases(read, date_col)
    later, soon, same = ordered_counts(
        customer,
        product,
        day,
        products=read.shape[1],
        within=within,
        through=partial(told, progress=progress),
    )
    a, b = np.nonzero((soon >= least) & (soon > soon.T))
    forth, back = (soon[x, y].astype(np.float64) for x, y in ((a, b), (b, a)))
    held = read.n_units
    risk = held[a] - later[b, a] - same[a, b]
    p = exact_p(forth, back)
    q = adjusted(p, tests=held.size * (held.size - 1) // 2)
    lower, upper = wilson(forth, risk, level=inside)
    confidence = forth / risk
    columns: dict[str, np.ndarray] = {
        "n_customers": forth.astype(np.int64),
        "n_reversed": back.astype(np.int64),
        "n_at_risk": risk.astype(np.int64),
        "confidence": confidence,
        "confidence_lower": lower,
        "confidence_upper": upper,
        "lift": confidence / (held[b] / read.shape[0]),
        "p_value": p,
        "adjusted_p_value": q,
    }
    if margin is not None:
        columns["margin"] = margin[b]
        columns["expected_margin"] = confidence * margin[b]
    order = np.lexsort((-confidence, -columns["lift"]))
    order = order[q[order] <= rate]
    names: dict[str, np.ndarray | nw.Series[Any]] = {
        "antecedent": read.products[a[order]],
        "consequent": read.products[b[order]],
    }
    kept = {name: values[order] for name, values in columns.items()}
    return native(table(read.frame, names | kept), lines)
