"""Which products are bought together more often than chance explains."""

from functools import partial
from typing import Any

import numpy as np

from ..._check import fraction, whole
from ..._frames import native, nw, table
from ...fits import told
from ...kernels.base.intervals import wilson
from ...kernels.campaigns.pair_counts import holdings, together
from ...kernels.campaigns.rule_measures import fisher_greater, lift_limits, measures
from ...typing import FloatArray, IntArray, IntoDataFrameT, Progress
from .false_discoveries import adjusted
from .purchased_products import mean_margins, read_products

__all__ = ["association_rules"]


def association_rules(
    lines: IntoDataFrameT,
    *,
    basket_col: str = "order_id",
    product_col: str = "product_id",
    margin_col: str | None = None,
    min_count: int = 10,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Find pairs of products that are bought together more often than chance explains.

    Parameters
    ----------
    lines
        One row per line of a receipt.
    basket_col
        What counts as together: the order for one basket, or the customer for products
        that a customer bought at any time.
    product_col
        The product, or a category of products.
    margin_col
        The margin of the line. With it, the result says what a rule is worth.
    min_count
        The number of baskets that must hold a product, and a pair, to be looked at.
    false_discovery_rate
        The share of the rules returned that may be chance, on average; 1 returns all
        pairs of ``min_count`` baskets.
    level
        The confidence level of the intervals of confidence and lift.
    progress
        Is called with the number of blocks of products done and of all; None for
        silence.

    Returns
    -------
    DataFrame
        Two rows per pair, one in each direction, the highest lift first:
        ``antecedent``, ``consequent``; ``n_baskets`` with both, ``n_antecedent``,
        ``n_consequent``; ``support``, ``confidence`` and ``lift`` (with ``_lower`` and
        ``_upper``), ``leverage``, ``conviction``, ``zhang``, ``jaccard``,
        ``kulczynski``, ``certainty``, ``odds_ratio``; ``p_value`` of Fisher's one-sided
        test and ``adjusted_p_value``. With ``margin_col`` also ``margin``, what the
        consequent brings on average in a basket that holds it, and ``expected_margin``,
        the confidence times that.

    Raises
    ------
    InvalidValueError
        If a basket, a product or a margin is missing.
    NotEnoughDataError
        If fewer than two products are in ``min_count`` baskets.

    Notes
    -----
    Rules of one product on each side only. Counts are sparse, so that memory grows with
    the lines and not with the number of possible pairs or item sets. All pairs of
    products that are frequent enough are tested, and the adjustment (Benjamini and
    Hochberg) counts all of them, also those never bought together.

    A rule says what is bought together. Whether an offer of the second sells more of it
    needs a control group: much of the ``expected_margin`` comes without an offer.

    References
    ----------
    Agrawal, Imielinski and Swami (1993), "Mining association rules between sets of
    items in large databases"; Benjamini and Hochberg (1995); Hämäläinen and Webb
    (2019), "A tutorial on statistically sound pattern discovery".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "order_id": [*range(40), *range(30), *range(40, 60)],
    ...     "product_id": ["tea"] * 40 + ["cups"] * 30 + ["nuts"] * 20,
    ... })
    >>> found = campaigns.association_rules(lines)
    >>> found[["antecedent", "consequent", "confidence", "lift", "certainty"]]
      antecedent consequent  confidence  lift  certainty
    0       cups        tea        1.00   1.5        1.0
    1        tea       cups        0.75   1.5        0.5
    """
    least = whole("min_count", min_count, at_least=1)
    rate = fraction("false_discovery_rate", false_discovery_rate, closed=True)
    inside = fraction("level", level)
    read = read_products(
        lines,
        unit_col=basket_col,
        product_col=product_col,
        min_count=least,
        others=() if margin_col is None else (margin_col,),
    )
    margin = None if margin_col is None else mean_margins(read, margin_col)
    n, held = float(read.shape[0]), read.n_units
    baskets = holdings(read.unit, read.product, read.shape)
    blocks = together(baskets, minimum=least, through=partial(told, progress=progress))
    parts = list(blocks)
    first, second, both = (np.concatenate(part) for part in zip(*parts, strict=True))
    p = fisher_greater(both.astype(np.float64), held[first], held[second], n)
    q = adjusted(p, tests=held.size * (held.size - 1) // 2)
    kept = q <= rate
    columns = _columns(
        (np.append(first[kept], second[kept]), np.append(second[kept], first[kept])),
        np.tile(both[kept].astype(np.float64), 2),
        held,
        n,
        level=inside,
    )
    columns |= {"p_value": np.tile(p[kept], 2), "adjusted_p_value": np.tile(q[kept], 2)}
    if margin is not None:
        columns["margin"] = margin[columns["consequent"]]
        columns["expected_margin"] = columns["confidence"] * columns["margin"]
    # Equal lifts are told apart by confidence, then by the order of the products.
    order = np.lexsort((-columns["confidence"], -columns["lift"]))
    names: dict[str, np.ndarray | nw.Series[Any]] = {
        side: read.products[columns.pop(side)[order]]
        for side in ("antecedent", "consequent")
    }
    sorted_columns = {name: values[order] for name, values in columns.items()}
    return native(table(read.frame, names | sorted_columns), lines)


def _columns(
    sides: tuple[IntArray, IntArray],
    both: FloatArray,
    held: FloatArray,
    n: float,
    *,
    level: float,
) -> dict[str, np.ndarray]:
    a, c = held[sides[0]], held[sides[1]]
    found = measures(both, a, c, n)
    limits = {
        "confidence": wilson(both, a, level=level),
        "lift": lift_limits(both, a, c, n, level=level),
    }
    columns: dict[str, np.ndarray] = {
        "antecedent": sides[0],
        "consequent": sides[1],
        "n_baskets": both.astype(np.int64),
        "n_antecedent": a.astype(np.int64),
        "n_consequent": c.astype(np.int64),
    }
    for name, values in found.items():
        columns[name] = values
        if name in limits:
            columns[f"{name}_lower"], columns[f"{name}_upper"] = limits[name]
    return columns
