"""The value given that a customer is active, and its product with the chance of it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import clv
from crmkit.errors import InvalidTypeError, InvalidValueError

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
MODELS: list[Any] = [
    clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259),
    clv.MbgNbd(r=0.5248, alpha=6.1833, a=0.8913, b=1.6142),
    clv.ParetoNbd(r=0.5533, alpha=10.578, s=0.6062, beta=11.669),
    clv.Nbd(r=0.385, alpha=12.07),
    clv.BgBb(alpha=1.204, beta=0.75, gamma=0.657, delta=2.783),
]
TERMS: dict[str, Any] = {"spend": SPEND, "horizon": 20, "discount_rate": 0.002}
LAPSED = pd.DataFrame(
    {"frequency": [400], "recency": [4.0], "T": [1000.0], "monetary_value": [30.0]}
)


@given(
    x=st.integers(0, 30),
    quiet=st.integers(0, 60),
    horizon=st.sampled_from([0.0, 1.0, 52.0, math.inf]),
    model=st.sampled_from(MODELS),
)
def test_the_value_is_the_chance_to_be_active_times_the_value_if_active(
    x: int, quiet: int, horizon: float, model: Any
) -> None:
    rows = pd.DataFrame(
        {
            "frequency": [x],
            "recency": [40.0 if x else 0.0],
            "T": [40.0 + quiet],
            "monetary_value": [25.0],
        }
    )
    terms = {**TERMS, "horizon": horizon, "purchases": model, "margin": 0.3}
    value = clv.with_clv(rows, **terms)["clv"]
    if_active = clv.with_clv_if_active(rows, **terms)["clv_if_active"]
    alive = model.probability_alive(rows["frequency"], rows["recency"], rows["T"])
    assert value.to_numpy() == pytest.approx(alive * if_active, rel=1e-12)


def test_every_library_gets_the_same_value(frame: Build, columns_of: Read) -> None:
    customers: dict[str, list[Any]] = {
        "customer_id": ["a", "b", "c"],
        "frequency": [2, 0, 7],
        "recency": [30.43, 0.0, 29.43],
        "T": [38.86, 38.86, 38.86],
        "monetary_value": [22.35, 0.0, 73.74],
    }
    valued = columns_of(
        clv.with_clv_if_active(frame(customers), purchases=MODELS[0], **TERMS)
    )
    expected = clv.with_clv_if_active(
        pd.DataFrame(customers), purchases=MODELS[0], **TERMS
    )
    by_id = dict(zip(valued["customer_id"], valued["clv_if_active"], strict=True))
    assert [by_id[name] for name in "abc"] == expected["clv_if_active"].tolist()


def test_it_is_published_where_the_probability_underflows() -> None:
    # Schmittlein, Morrison and Colombo (1987), equation 22, without the P(alive).
    model = MODELS[2]
    gone = LAPSED.assign(frequency=3000)
    assert model.probability_alive(3000, 4.0, 1000.0) == 0
    terms = {**TERMS, "purchases": model, "discount_rate": 0}
    found = clv.with_clv_if_active(gone, **terms)["clv_if_active"][0]
    rate = (model.r + 3000) / (model.alpha + 1000)
    ahead = (model.beta + 1000) / (model.s - 1)
    ratio = (model.beta + 1000) / (model.beta + 1020)
    purchases = rate * ahead * (1 - ratio ** (model.s - 1))
    spend = SPEND.expected_spend(3000, 30.0)
    assert found == pytest.approx(purchases * spend, rel=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_it_does_not_depend_on_how_long_a_customer_was_silent(model: Any) -> None:
    # The direct ratio of a recent customer against the underflowing one of a lapsed.
    rows = pd.concat([LAPSED.assign(recency=at) for at in (990.0, 900.0, 400.0)])
    found = clv.with_clv_if_active(rows, purchases=model, **TERMS)["clv_if_active"]
    assert found.to_numpy() == pytest.approx(found.iloc[0], rel=1e-9)


class Regular:
    """A model of which nothing is known but the three methods of the protocol."""

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
        return np.where(recency < 5, 0.0, 0.5) + 0 * T * frequency

    def expected_purchases(
        self, frequency: Any, recency: Any, T: Any, *, horizon: float
    ) -> Any:
        return self.probability_alive(frequency, recency, T) * horizon

    def discounted_expected_purchases(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        *,
        horizon: float,
        discount_rate: float,
    ) -> Any:
        del discount_rate
        return self.expected_purchases(frequency, recency, T, horizon=horizon)


def test_a_model_that_cannot_tell_refuses_a_customer_certain_to_have_left() -> None:
    with pytest.raises(InvalidValueError, match=r"value below 1e-200.*Leave these"):
        clv.with_clv_if_active(LAPSED, purchases=Regular(), **TERMS)
    active = LAPSED.assign(recency=900.0)
    found = clv.with_clv_if_active(active, purchases=Regular(), **TERMS)
    assert found["clv_if_active"][0] == pytest.approx(
        20 * SPEND.expected_spend(400, 30.0), rel=1e-12
    )


def test_a_model_in_which_recency_matters_while_active_is_refused_too() -> None:
    class Moody(Regular):
        def log_probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
            return -1000.0 * (recency < 5) + 0 * T * frequency

        def log_likelihood(self, frequency: Any, recency: Any, T: Any) -> Any:
            return 0.5 * (T - recency) + 0 * frequency

    with pytest.raises(InvalidValueError, match="the probability to be active"):
        clv.with_clv_if_active(LAPSED, purchases=Moody(), **TERMS)


@pytest.mark.parametrize(("off", "refused"), [(1.5005e-6, False), (1.5015e-6, True)])
def test_recency_may_matter_by_a_billionth_of_the_logarithms(
    off: float, *, refused: bool
) -> None:
    # Beside 1, logarithms of 1000 and of 500 are compared.
    class Edge(Regular):
        def log_probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
            return -1000.0 * (recency < 5) + 0 * T * frequency

        def log_likelihood(self, frequency: Any, recency: Any, T: Any) -> Any:
            return 500.0 + (1000.0 + off) * (recency < 5) + 0 * T * frequency

    def value() -> float:
        found = clv.with_clv_if_active(LAPSED, purchases=Edge(), **TERMS)
        return float(found["clv_if_active"][0])

    if refused:
        with pytest.raises(InvalidValueError, match="the probability to be active"):
            value()
        return
    known = 20 * SPEND.expected_spend(400, 30.0)
    assert value() == pytest.approx(float(known), rel=1e-12, abs=0)


def test_a_model_without_the_methods_is_refused_by_name() -> None:
    with pytest.raises(InvalidTypeError, match="argument 'purchases'"):
        clv.with_clv_if_active(LAPSED, purchases=SPEND, **TERMS)  # type: ignore[arg-type]


def test_a_customer_who_never_came_back_and_has_left_has_a_value_if_active() -> None:
    # As above, of a death rate so high that nobody waits so long.
    model = clv.ParetoNbd(r=0.7, alpha=6.0, s=100.0, beta=1.0)
    gone = LAPSED.assign(frequency=0, recency=0.0)
    assert 0 < model.probability_alive(0, 0.0, 1000.0) < 1e-200
    terms = {**TERMS, "purchases": model, "discount_rate": 0}
    found = clv.with_clv_if_active(gone, **terms)["clv_if_active"][0]
    ahead = 0.7 / 1006.0 * 1001.0 / 99.0 * (1 - (1001.0 / 1021.0) ** 99.0)
    spend = SPEND.expected_spend_new_customer()
    assert found == pytest.approx(ahead * spend, rel=1e-10, abs=0)
