"""Who bought what, as whole numbers: the products that enough units hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._frames import (
    EagerFrame,
    day_numbers,
    group_rows,
    id_rules,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...kernels.base.distinct_numbers import distinct_numbers
from ...typing import FloatArray, IntArray

__all__ = ["PurchasedProducts", "first_purchases", "mean_margins", "read_products"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchasedProducts:
    """Rows of frequent products: unit and product as numbers, and the names of both."""

    frame: EagerFrame
    rows: IntArray
    unit: IntArray
    product: IntArray
    units: nw.Series[Any]
    products: nw.Series[Any]
    n_units: FloatArray  # that hold each product

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of units and of frequent products."""
        return len(self.units), len(self.products)


def read_products(
    lines: object,
    *,
    unit_col: str,
    product_col: str,
    min_count: int,
    others: tuple[str, ...] = (),
) -> PurchasedProducts:
    """Read lines; keep products that ``min_count`` different units hold."""
    frame = read_eager(lines, (unit_col, product_col, *others))
    for name in (unit_col, product_col):
        require_ids(frame, name)
    refuse(frame, [*id_rules(frame, unit_col), *id_rules(frame, product_col)])
    units, products = group_rows(frame, unit_col), group_rows(frame, product_col)
    # Each product counts once in a unit, however often it was bought there.
    cells = distinct_numbers(units.codes * max(products.count, 1) + products.codes)
    held = np.bincount(cells % max(products.count, 1), minlength=products.count)
    frequent = held >= min_count
    if frequent.sum() < 2:
        raise NotEnoughDataError(
            needed=f"2 products or more that {min_count} of {unit_col!r} hold",
            got=str(int(frequent.sum())),
            remedy="Pass more lines, coarser products or a lower min_count.",
        )
    number = np.cumsum(frequent) - 1
    rows = np.flatnonzero(frequent[products.codes])
    return PurchasedProducts(
        frame=frame,
        rows=rows,
        unit=units.codes[rows],
        product=number[products.codes[rows]],
        units=units.ids,
        products=products.ids.filter(frequent.tolist()),
        n_units=held[frequent].astype(np.float64),
    )


def mean_margins(read: PurchasedProducts, margin_col: str) -> FloatArray:
    """Return the margin of each product, on average of the units that hold it."""
    require_numbers(read.frame, [margin_col])
    refuse(read.frame, number_rules(read.frame, margin_col))
    money = numbers(read.frame, margin_col)[read.rows]
    total = np.bincount(read.product, money, minlength=read.shape[1])
    return np.asarray(total / read.n_units, dtype=np.float64)


def first_purchases(
    read: PurchasedProducts, date_col: str
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the first purchase of each product by each unit, by unit."""
    dated, rules = require_dates(read.frame, date_col)
    refuse(dated, rules)
    days = day_numbers(dated, date_col)[read.rows]
    order = np.lexsort((days, read.product, read.unit))
    unit, product = read.unit[order], read.product[order]
    first = (np.diff(unit, prepend=-1) != 0) | (np.diff(product, prepend=-1) != 0)
    return unit[first], product[first], days[order][first]
