"""Hand columns over as a frame of the library the caller asks for."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from .._check import one_of
from ..errors import MissingExtraError
from ..typing import IntoDataFrame

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MOST_SIMULATED", "Backend", "Column", "from_arrow", "from_columns"]

Backend: TypeAlias = Literal["pandas", "polars", "pyarrow"]
Column: TypeAlias = NDArray[np.generic]

# A slip of a few zeros is refused before it fills the memory.
MOST_SIMULATED: Final = 10_000_000

# Which extra of crmkit brings a library, where the user has not.
_EXTRA = {"pandas": "demo", "polars": "engines", "pyarrow": "demo"}


def from_columns(columns: Mapping[str, Column], backend: Backend) -> IntoDataFrame:
    """Return NumPy columns as a frame; days stay whole days in each library."""
    name = _installed(backend)
    if name == "pandas":
        import pandas as pd  # noqa: PLC0415 - only a caller who wants pandas loads it

        return pd.DataFrame(dict(columns))
    if name == "polars":
        import polars as pl  # noqa: PLC0415 - only a caller who wants polars loads it

        return pl.DataFrame(dict(columns))
    import pyarrow as pa  # noqa: PLC0415 - only a caller who wants pyarrow loads it

    table: IntoDataFrame = pa.table(dict(columns))
    return table


def from_arrow(table: "pa.Table", backend: Backend) -> IntoDataFrame:
    """Return an Arrow table as a frame; days are a date type in each library."""
    name = _installed(backend)
    if name == "pandas":
        frame: IntoDataFrame = table.to_pandas(date_as_object=False)
        return frame
    if name == "polars":
        import polars as pl  # noqa: PLC0415 - only a caller who wants polars loads it

        return pl.DataFrame(table)
    arrow: IntoDataFrame = table
    return arrow


def _installed(backend: Backend) -> str:
    name: str = one_of("backend", backend, get_args(Backend))
    try:
        import_module(name)
    except ImportError:
        raise MissingExtraError(package=name, extra=_EXTRA[name]) from None
    return name
