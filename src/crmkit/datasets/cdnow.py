"""CDNOW: every purchase of a cohort of music buyers, 1997 to mid 1998."""

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from ..typing import FloatArray, IntArray, IntoDataFrame
from .backend import Backend, Column, from_columns
from .wheel import data_file

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["load_cdnow", "load_cdnow_sample"]


@overload
def load_cdnow(*, backend: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def load_cdnow(*, backend: Literal["polars"]) -> "pl.DataFrame": ...
@overload
def load_cdnow(*, backend: Literal["pyarrow"]) -> "pa.Table": ...
def load_cdnow(*, backend: Backend = "pandas") -> IntoDataFrame:
    """Load every purchase of 23,570 customers who first bought from CDNOW in 1997.

    All of them made their first purchase in January, February or March 1997; the log
    follows them to 30 June 1998. It is read from the installed lifetimes package
    (extra ``demo``), which is located and never imported.

    Parameters
    ----------
    backend
        The library of the frame: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    DataFrame
        69,659 rows of ``customer_id``, ``date``, ``quantity`` (compact discs) and
        ``amount`` (US dollars). 80 rows have an amount of zero.

    Raises
    ------
    MissingExtraError
        If lifetimes, or the library asked for, is not installed.

    References
    ----------
    Fader, P. S. and Hardie, B. G. S. (2001), Forecasting repeat sales at CDNOW: a
    case study, Interfaces 31(3), S94-S107.

    Examples
    --------
    >>> from crmkit.datasets import load_cdnow
    >>> log = load_cdnow()
    >>> len(log), log["customer_id"].nunique()
    (69659, 23570)
    >>> float(log["amount"].sum().round(2))
    2500315.63
    """
    path = data_file("lifetimes", "datasets", "CDNOW_master.txt", package="lifetimes")
    numbers = np.loadtxt(path, skiprows=1, dtype=np.float64)
    return from_columns(_columns(numbers), backend)


@overload
def load_cdnow_sample(*, backend: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def load_cdnow_sample(*, backend: Literal["polars"]) -> "pl.DataFrame": ...
@overload
def load_cdnow_sample(*, backend: Literal["pyarrow"]) -> "pa.Table": ...
def load_cdnow_sample(*, backend: Backend = "pandas") -> IntoDataFrame:
    """Load the published one-tenth sample of CDNOW: 2,357 customers.

    The sample most papers on buying models fit. Its ``customer_id`` is the one of
    the full log, so the two can be joined. Read as ``load_cdnow`` is.

    Parameters
    ----------
    backend
        The library of the frame: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    DataFrame
        6,919 rows of ``customer_id``, ``date``, ``quantity`` and ``amount``.

    Raises
    ------
    MissingExtraError
        If lifetimes, or the library asked for, is not installed.

    Examples
    --------
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample(backend="polars")
    >>> log.height, log["customer_id"].n_unique()
    (6919, 2357)
    """
    path = data_file("lifetimes", "datasets", "CDNOW_sample.txt", package="lifetimes")
    numbers = np.loadtxt(path, usecols=(0, 2, 3, 4), dtype=np.float64)
    return from_columns(_columns(numbers), backend)


def _columns(numbers: FloatArray) -> dict[str, Column]:
    return {
        "customer_id": numbers[:, 0].astype(np.int64),
        "date": _days(numbers[:, 1].astype(np.int64)),
        "quantity": numbers[:, 2].astype(np.int64),
        "amount": numbers[:, 3].copy(),
    }


def _days(written: IntArray) -> Column:
    """Read days written as one number, 19970131."""
    year, month, day = written // 10000, written // 100 % 100, written % 100
    months = ((year - 1970) * 12 + (month - 1)).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    return (first + day - 1).astype("datetime64[D]")
