"""Who the members of a segment are, compared with all customers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import chdtrc

from ..._check import fraction, names_given
from ..._frames import (
    collect,
    native,
    numbers,
    nw,
    read,
    require_present,
    result_table,
)
from ...errors import NotEnoughDataError
from ...kernels.base.intervals import benjamini_hochberg, wilson
from ...typing import FloatArray, IntoFrameT

__all__ = ["segment_profile"]

_COUNT = "crmkit_count"


def segment_profile(
    customers: IntoFrameT,
    *,
    attribute_cols: Sequence[str],
    segment_col: str = "segment",
    level: float = 0.95,
) -> IntoFrameT:
    """Compare the members of each segment with all other customers, by attribute.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame is counted in its engine.
    attribute_cols
        The columns that describe customers: age band, region, channel, product held.
        Cut numbers into bands first, and name missing values, such as ``"unknown"``.
    segment_col
        The segment or tier.
    level
        The confidence level of the Wilson interval of the share.

    Returns
    -------
    DataFrame
        One row per segment, attribute and value (in no order if the frame is lazy):
        ``attribute``, ``value`` as text; ``n_customers``; ``share`` of the segment with
        ``_lower`` and ``_upper``; ``base_share`` of all customers; ``lift``, the first
        share divided by the second; ``p_value`` that the segment and the other
        customers have the same share (chi-square, corrected for continuity);
        ``adjusted_p_value``, which holds the share of false discoveries over the whole
        table (Benjamini and Hochberg).

    Raises
    ------
    InvalidValueError
        If a segment or an attribute is missing.
    NotEnoughDataError
        If there are fewer than two segments.

    References
    ----------
    Yates (1934), "Contingency tables involving small numbers and the chi-square test";
    Benjamini and Hochberg (1995), "Controlling the false discovery rate".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import segments
    >>> customers = pd.DataFrame({
    ...     "segment": ["best"] * 40 + ["rest"] * 60,
    ...     "region": ["north"] * 30 + ["south"] * 10 + ["north"] * 20 + ["south"] * 40,
    ... })
    >>> found = segments.segment_profile(customers, attribute_cols=["region"])
    >>> found[["segment", "value", "share", "base_share", "lift"]].round(2)
      segment  value  share  base_share  lift
    0    best  north   0.75         0.5  1.50
    1    best  south   0.25         0.5  0.50
    2    rest  north   0.33         0.5  0.67
    3    rest  south   0.67         0.5  1.33
    """
    inside = fraction("level", level)
    attributes = names_given("attribute_cols", attribute_cols)
    opened = read(customers, [segment_col, *attributes])
    require_present(opened, segment_col, *attributes)
    parts: list[tuple[nw.DataFrame[Any], str]] = []
    for name in attributes:
        rows = opened.select(segment_col, nw.col(name).cast(nw.String).alias("value"))
        counted = rows.group_by(segment_col, "value").agg(nw.len().alias(_COUNT))
        parts.append((collect(counted).sort(segment_col, "value"), name))
    together: nw.DataFrame[Any] = nw.concat([part for part, _ in parts])
    label = np.repeat([name for _, name in parts], [len(part) for part, _ in parts])
    count = numbers(together, _COUNT)
    columns = _shares(
        together[segment_col].to_list(),
        list(zip(label.tolist(), together["value"].to_list(), strict=True)),
        count,
        level=inside,
    )
    named: dict[str, np.ndarray | nw.Series[Any]] = {
        segment_col: together[segment_col],
        "attribute": label,
        "value": together["value"],
    }
    return native(result_table(opened, named | columns), customers)


def _shares(
    segment: list[Any], cell: list[tuple[str, Any]], count: FloatArray, *, level: float
) -> dict[str, np.ndarray]:
    of_segment, of_cell = _places(segment), _places(cell)
    # Each attribute counts all customers once, so any of them gives the sizes.
    first = np.array([name == cell[0][0] for name, _ in cell])
    size = np.bincount(of_segment, count * first)
    if size.size < 2:
        raise NotEnoughDataError(
            needed="2 segments or more",
            got=str(size.size),
            remedy="Pass the other customers as well: they are the base.",
        )
    n, total = size[of_segment].astype(np.float64), size.sum()
    whole = np.bincount(of_cell, count)[of_cell].astype(np.float64)
    share, base = count / n, whole / total
    lower, upper = wilson(count, n, level=level)
    p = _chi_square_p(count, n, whole, total)
    return {
        "n_customers": count.astype(np.int64),
        "share": share,
        "share_lower": lower,
        "share_upper": upper,
        "base_share": base,
        "lift": share / base,
        "p_value": p,
        "adjusted_p_value": benjamini_hochberg(p),
    }


def _places(values: Sequence[object]) -> np.ndarray:
    number: dict[object, int] = {}
    places = [number.setdefault(value, len(number)) for value in values]
    # NumPy makes floats of an empty list, and floats count nothing.
    return np.array(places, dtype=np.int64)


def _chi_square_p(
    count: FloatArray, n: FloatArray, whole: FloatArray, total: float
) -> FloatArray:
    """Return the p-value of the table inside or outside, with the value or without."""
    off = np.abs(count - n * whole / total)
    base = n * (total - n) * whole * (total - whole) / total**3
    some = base > 0
    # Half a customer less, but never past 0 (Yates).
    statistic = np.maximum(off - 0.5, 0.0) ** 2 / np.where(some, base, 1.0)
    return np.asarray(np.where(some, chdtrc(1, statistic), 1.0), dtype=np.float64)
