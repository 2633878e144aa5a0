"""Donations: who gave in which year, already counted into cells."""

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from ..typing import IntoDataFrame
from .backend import Backend, from_columns
from .wheel import data_file

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["load_donations"]


@overload
def load_donations(*, backend: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def load_donations(*, backend: Literal["polars"]) -> "pl.DataFrame": ...
@overload
def load_donations(*, backend: Literal["pyarrow"]) -> "pa.Table": ...
def load_donations(*, backend: Backend = "pandas") -> IntoDataFrame:
    """Load the yearly giving of 11,104 donors, counted into 22 histories.

    Each donor first gave in 1995 and then gave, or did not, in each of the six years
    1996 to 2001: ``T`` is that number of opportunities, ``frequency`` how many were
    taken, ``recency`` the last one taken. Read from the installed lifetimes package
    (extra ``demo``), which is located and never imported.

    Parameters
    ----------
    backend
        The library of the frame: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    DataFrame
        22 rows of ``frequency``, ``recency``, ``T`` and ``weight`` (donors).

    Raises
    ------
    MissingExtraError
        If lifetimes, or the library asked for, is not installed.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Shang, J. (2010), Customer-base analysis in a
    discrete-time noncontractual setting, Marketing Science 29(6), 1086-1108.

    Examples
    --------
    >>> from crmkit.datasets import load_donations
    >>> cells = load_donations()
    >>> len(cells), int(cells["weight"].sum())
    (22, 11104)
    """
    path = data_file("lifetimes", "datasets", "donations.csv", package="lifetimes")
    numbers = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.int64)
    names = ("frequency", "recency", "T", "weight")
    columns = {name: numbers[:, i].copy() for i, name in enumerate(names)}
    return from_columns(columns, backend)
