"""In which order customers take up products: the paths that most of them go."""

from typing import Any

import numpy as np

from ..._check import typed, whole
from ..._frames import native, nw, table
from ...typing import IntArray, IntoDataFrameT
from .purchased_products import PurchasedProducts, first_purchases, read_products

__all__ = ["purchase_paths"]

_ENDED = -1  # a path that has no such step


@typed
def purchase_paths(
    lines: IntoDataFrameT,
    *,
    n_steps: int = 3,
    min_count: int = 10,
    customer_id_col: str = "customer_id",
    product_col: str = "category",
    date_col: str = "date",
) -> IntoDataFrameT:
    """Summarise in which order customers bought products for the first time.

    Parameters
    ----------
    lines
        One row per purchase.
    n_steps
        The number of steps of a path. A step is a day on which a customer bought
        products new to her; later steps are not looked at.
    min_count
        The number of customers who must have gone a path for it to be returned.
    customer_id_col, product_col, date_col
        The customer, the product or category, and the day.

    Returns
    -------
    DataFrame
        One row per path, the most common first: ``step_1``, ``step_2``, ... with the
        product, or several joined by `` + `` that were new on one day (missing where
        the path has ended); ``n_customers``; ``share`` of all customers; and
        ``median_days`` from the first step to the last.

    Raises
    ------
    InvalidValueError
        If a customer, product or date is missing.

    See Also
    --------
    next_product_rules : Pairs of products whose order is not chance.

    Notes
    -----
    A customer who came shortly before the end of the log had little time for a second
    step, so short paths are more common than they will be.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "bob", "cyd"],
    ...     "category": ["tea", "cups", "tea", "tea", "cups", "nuts"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-05"] * 3),
    ... })
    >>> lines.loc[4, "date"] = pd.Timestamp("2024-01-09")
    >>> campaigns.purchase_paths(lines, n_steps=2, min_count=1).round(2).fillna("")
      step_1 step_2  n_customers  share  median_days
    0    tea   cups            2   0.67          6.0
    1   nuts                   1   0.33          0.0
    """
    steps = whole("n_steps", n_steps, at_least=1, at_most=20)
    least = whole("min_count", min_count, at_least=1)
    read = read_products(
        lines,
        unit_col=customer_id_col,
        product_col=product_col,
        min_count=1,
        others=(date_col,),
    )
    taken, names, spent = _steps(read, date_col, steps)
    paths, code, n = np.unique(taken, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(-n, kind="stable")
    order = order[n[order] >= least]
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        f"step_{at + 1}": _named(names, paths[order, at]) for at in range(steps)
    }
    by_path = np.argsort(code.ravel(), kind="stable")
    waits = np.split(spent[by_path], np.cumsum(n)[:-1])
    columns |= {
        "n_customers": n[order],
        "share": n[order] / len(read.units),
        "median_days": np.array([np.median(waits[at]) for at in order]),
    }
    return native(table(read.frame, columns), lines)


def _steps(
    read: PurchasedProducts, date_col: str, steps: int
) -> tuple[IntArray, list[str], IntArray]:
    """Return the numbers of the steps of each customer, their names, and the days."""
    unit, product, day = first_purchases(read, date_col)
    order = np.lexsort((product, day, unit))
    unit, product, day = unit[order], product[order], day[order]
    moved = np.diff(unit, prepend=-1) != 0
    new = moved | (np.diff(day, prepend=day[:1]) != 0)
    first = np.flatnonzero(new)
    size = np.diff(first, append=unit.size)
    number = np.cumsum(new[first]) - 1
    begins = np.flatnonzero(moved[first])
    place = number - np.repeat(begins, np.diff(begins, append=first.size))
    names = [str(name) for name in read.products.to_list()]
    kind = product[first].copy()
    known: dict[tuple[int, ...], int] = {}
    # Only days with several new products need a name that is put together.
    for at in np.flatnonzero(size > 1).tolist():
        together = tuple(product[first[at] : first[at] + size[at]].tolist())
        if together not in known:
            known[together] = len(names)
            names.append(" + ".join(names[each] for each in together))
        kind[at] = known[together]
    who, kept = unit[first], place < steps
    taken = np.full((len(read.units), steps), _ENDED, dtype=np.int64)
    taken[who[kept], place[kept]] = kind[kept]
    days = np.zeros(taken.shape, dtype=np.int64)
    days[who[kept], place[kept]] = day[first][kept] - day[first][begins][who[kept]]
    return taken, names, days.max(axis=1)


def _named(names: list[str], kinds: IntArray) -> np.ndarray:
    found = [names[kind] if kind != _ENDED else None for kind in kinds.tolist()]
    return np.asarray(found, dtype=object)
