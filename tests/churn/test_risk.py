"""Churn risk from any purchase model, in every library."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from crmkit.churn import with_churn_risk, with_departure_risk
from crmkit.clv import BgNbd
from crmkit.errors import InvalidValueError, MissingColumnError
from crmkit.typing import FloatArray

MODEL = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
CUSTOMERS: dict[str, Any] = {
    "customer_id": ["a", "b", "c"],
    "frequency": [8, 1, 0],
    "recency": [39.0, 5.0, 0.0],
    "T": [40.0, 40.0, 12.0],
}


class Coin:
    """A purchase model of someone else's making."""

    def probability_of_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        del recency, T
        return np.exp(-np.asarray(frequency, float) * horizon) * (n == 0)


def _sorted(read: dict[str, list[Any]], column: str) -> list[float]:
    by_id = dict(zip(read["customer_id"], read[column], strict=True))
    return [by_id[name] for name in "abc"]


def test_the_risk_is_the_chance_of_no_purchase(frame: Any, columns_of: Any) -> None:
    out = with_churn_risk(frame(CUSTOMERS), purchases=MODEL, horizon=13)
    history = (CUSTOMERS["frequency"], CUSTOMERS["recency"], CUSTOMERS["T"])
    expected = MODEL.probability_of_n_purchases(*history, n=0, horizon=13)
    np.testing.assert_allclose(
        _sorted(columns_of(out), "churn_risk"), expected, rtol=1e-14
    )


def test_the_departure_risk_is_one_minus_alive(frame: Any, columns_of: Any) -> None:
    out = with_departure_risk(frame(CUSTOMERS), purchases=MODEL)
    history = (CUSTOMERS["frequency"], CUSTOMERS["recency"], CUSTOMERS["T"])
    expected = 1 - MODEL.probability_alive(*history)
    np.testing.assert_allclose(
        _sorted(columns_of(out), "departure_risk"), expected, rtol=1e-12
    )


def test_any_model_with_the_capability_will_do(columns_of: Any) -> None:
    import polars as pl

    out = with_churn_risk(pl.DataFrame(CUSTOMERS), purchases=Coin(), horizon=0.5)
    assert columns_of(out)["churn_risk"] == pytest.approx([np.exp(-4), np.exp(-0.5), 1])


def test_staying_away_is_likelier_than_having_left_and_falls_with_the_horizon() -> None:
    import pandas as pd

    customers = pd.DataFrame(CUSTOMERS, index=[7, 7, 3])
    before = customers.copy()
    short = with_churn_risk(customers, purchases=MODEL, horizon=4)
    long = with_churn_risk(customers, purchases=MODEL, horizon=400)
    gone = with_departure_risk(customers, purchases=MODEL)["departure_risk"]
    assert (short["churn_risk"] > long["churn_risk"]).all()
    assert (long["churn_risk"] > gone).all()
    assert short.index.tolist() == [7, 7, 3]
    pd.testing.assert_frame_equal(customers, before)


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_refused_by_name(frame: Any, hole: float | None) -> None:
    broken = CUSTOMERS | {"recency": [39.0, hole, 0.0]}
    with pytest.raises(InvalidValueError, match="column 'recency': missing value in"):
        with_churn_risk(frame(broken), purchases=MODEL, horizon=13)


def test_an_impossible_history_is_refused(frame: Any) -> None:
    broken = CUSTOMERS | {"recency": [41.0, 5.0, 0.0]}
    with pytest.raises(InvalidValueError, match=r"'recency': value above T.*'a'"):
        with_departure_risk(frame(broken), purchases=MODEL)


def test_a_missing_column_is_named(frame: Any) -> None:
    broken = {name: CUSTOMERS[name] for name in ("customer_id", "frequency", "T")}
    with pytest.raises(MissingColumnError, match="recency"):
        with_churn_risk(frame(broken), purchases=MODEL, horizon=13)


@pytest.mark.parametrize("horizon", [0, -1, float("nan"), float("inf")])
def test_a_horizon_without_meaning_is_refused(horizon: float) -> None:
    import pandas as pd

    with pytest.raises(InvalidValueError, match="horizon"):
        with_churn_risk(pd.DataFrame(CUSTOMERS), purchases=MODEL, horizon=horizon)
