"""One fixture that builds the same frame in every library crmkit reads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "crmkit",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("crmkit")

_APPROX = pytest.approx


def _relative_approx(
    expected: Any,
    rel: float | None = None,
    abs: float | None = None,  # noqa: A002 - the name that pytest gives it
    nan_ok: bool = False,  # noqa: FBT001, FBT002 - as pytest has it
) -> Any:
    """Compare relatively: a test that wants an absolute tolerance says so.

    The approx of pytest adds 1e-12 unasked, which passes any two numbers below it.
    """
    if abs is None:
        rel, abs = 1e-6 if rel is None else rel, 0.0  # noqa: A001 - as above
    return _APPROX(expected, rel=rel, abs=abs, nan_ok=nan_ok)


pytest.approx = _relative_approx  # type: ignore[assignment]

Frame = Any  # a native frame of some library: the tests are written once for all
Columns = dict[str, Any]


def _pandas(columns: Columns) -> Frame:
    import pandas as pd

    return pd.DataFrame(columns)


def _pandas_arrow(columns: Columns) -> Frame:
    import pandas as pd
    import pyarrow as pa

    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)


def _polars(columns: Columns) -> Frame:
    import polars as pl

    return pl.DataFrame(columns)


def _polars_lazy(columns: Columns) -> Frame:
    return _polars(columns).lazy()


def _pyarrow(columns: Columns) -> Frame:
    import pyarrow as pa

    return pa.table(columns)


def _duckdb(columns: Columns) -> Frame:
    import duckdb

    arrow = _pyarrow(columns)
    return duckdb.connect().from_arrow(arrow)


EAGER = {
    "pandas": _pandas,
    "pandas-arrow": _pandas_arrow,
    "polars": _polars,
    "pyarrow": _pyarrow,
}
LAZY = {"polars-lazy": _polars_lazy, "duckdb": _duckdb}


@pytest.fixture(params=[*EAGER, *LAZY])
def frame(request: pytest.FixtureRequest) -> Callable[[Columns], Frame]:
    """Build a frame from a dict of columns: run the test once in every library."""
    return {**EAGER, **LAZY}[request.param]


@pytest.fixture(params=list(EAGER))
def eager_frame(request: pytest.FixtureRequest) -> Callable[[Columns], Frame]:
    """As ``frame``, for what needs the data in memory."""
    return EAGER[request.param]


@pytest.fixture
def columns_of() -> Callable[[Frame], dict[str, list[Any]]]:
    """Read any library's frame back as plain lists (a lazy one is collected)."""
    import narwhals.stable.v2 as nw

    def read(native: Frame) -> dict[str, list[Any]]:
        frame = nw.from_native(native)
        eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        return {name: eager[name].to_list() for name in eager.columns}

    return read


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a seeded source of randomness."""
    return np.random.default_rng(20261122)
