"""Contracts with a known truth: who renews, and who is lost when."""

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from .._check import positive, random_source, whole
from ..typing import IntoDataFrame
from .backend import MOST_SIMULATED, Backend, from_columns

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["simulate_subscriptions"]


@overload
def simulate_subscriptions(
    *,
    customers: int,
    a: float,
    b: float,
    renewals: int,
    rng: np.random.Generator,
    backend: Literal["pandas"] = "pandas",
) -> "pd.DataFrame": ...
@overload
def simulate_subscriptions(
    *,
    customers: int,
    a: float,
    b: float,
    renewals: int,
    rng: np.random.Generator,
    backend: Literal["polars"],
) -> "pl.DataFrame": ...
@overload
def simulate_subscriptions(
    *,
    customers: int,
    a: float,
    b: float,
    renewals: int,
    rng: np.random.Generator,
    backend: Literal["pyarrow"],
) -> "pa.Table": ...
def simulate_subscriptions(
    *,
    customers: int,
    a: float,
    b: float,
    renewals: int,
    rng: np.random.Generator,
    backend: Backend = "pandas",
) -> IntoDataFrame:
    """Simulate contracts of the shifted-beta-geometric model.

    Each customer leaves at every renewal with their own probability, drawn from a beta
    distribution. The cohort is watched for ``renewals`` renewals.

    Parameters
    ----------
    customers
        How many contracts begin.
    a, b
        The beta distribution of the probability to be lost at a renewal.
    renewals
        How many renewals are watched.
    rng
        The source of randomness.
    backend
        The library of the frame: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    DataFrame
        ``customer_id``, ``duration`` (the renewal at which the customer was lost, or
        the renewals watched), ``event_observed``, and ``probability_lost``, the truth
        that no real data show.

    Examples
    --------
    >>> import numpy as np
    >>> spells = simulate_subscriptions(
    ...     customers=5, a=1.0, b=3.0, renewals=4, rng=np.random.default_rng(1)
    ... )
    >>> spells.columns.tolist()
    ['customer_id', 'duration', 'event_observed', 'probability_lost']
    """
    count = whole("customers", customers, at_least=1, at_most=MOST_SIMULATED)
    last = whole("renewals", renewals, at_least=1)
    random_source(rng)
    theta = rng.beta(positive("a", a), positive("b", b), count)
    # A probability of 0 in floating point never ends: the smallest stands for it.
    lost_at = rng.geometric(np.maximum(theta, 1e-12))
    columns = {
        "customer_id": np.arange(1, count + 1),
        "duration": np.minimum(lost_at, last),
        "event_observed": lost_at <= last,
        "probability_lost": theta,
    }
    return from_columns(columns, backend)
