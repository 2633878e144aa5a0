"""A customer who came back once, and a weight below 1, count as all others do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import clv
from crmkit.clv.checking.own_mean_spend import own_mean_spend
from crmkit.errors import CrmkitWarning, InvalidValueError

ALIVE = clv.BgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5)
FRAMES = pytest.mark.parametrize("frame", [pd.DataFrame, pl.LazyFrame])


def customers(unit: float = 1.0, weight: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frequency = rng.poisson(rng.gamma(0.8, 2.0, 400)).astype(float)
    T = rng.uniform(30.0, 50.0, 400)
    own = rng.gamma(4.0, 1.0, 400)
    paid = 40 / own * rng.gamma(6.0, 1 / 6, 400)
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": np.where(frequency > 0, T * rng.uniform(0.3, 0.9, 400), 0.0),
            "T": T,
            "monetary_value": np.where(frequency > 0, paid, 0.0) * unit,
            "web": rng.integers(0, 2, 400),
            "weight": weight,
        }
    )


@pytest.mark.parametrize("weight", [0.125, 0.5])
@pytest.mark.parametrize("fit", [clv.fit_nbd, clv.fit_gamma_gamma])
def test_equal_weights_below_1_change_no_estimate(
    fit: Callable[..., Any], weight: float
) -> None:
    usual = fit(customers()).report
    found = fit(customers(weight=weight), weight_col="weight").report
    np.testing.assert_allclose(found.estimates, usual.estimates, rtol=1e-5, atol=0)
    assert found.log_likelihood == pytest.approx(
        usual.log_likelihood * weight, rel=1e-9, abs=0
    )


@FRAMES
def test_amounts_far_below_1_give_the_same_shapes_of_spend(frame: Any) -> None:
    unit = 2.0**-16
    usual = clv.fit_gamma_gamma(customers())
    found = clv.fit_gamma_gamma(frame(dict(customers(unit))))
    np.testing.assert_allclose(
        [found.p, found.q, found.v / unit], [usual.p, usual.q, usual.v], rtol=1e-5
    )
    by_web = [
        clv.fit_spend_covariates(each, covariate_cols="web")
        for each in (customers(), frame(dict(customers(unit))))
    ]
    assert by_web[1].effects[0].estimate == pytest.approx(
        by_web[0].effects[0].estimate, rel=1e-4, abs=1e-7
    )


@FRAMES
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((0.0, 0.5, 9.0), "Recency is 0 where frequency is 0"),
        ((1.0, 0.0, 0.0), "Repeat purchases need a T above 0"),
        ((0.0, 0.0, 1e-80), "It may not lie between 0 and 1e-75"),
    ],
)
def test_an_impossible_history_of_small_numbers_is_refused(
    frame: Any, row: tuple[float, float, float], said: str
) -> None:
    columns = zip(("frequency", "recency", "T"), row, strict=True)
    rows = frame({name: [value, 1.0] for name, value in columns})
    with pytest.raises(InvalidValueError, match=said):
        ALIVE.with_probability_alive(rows)


@FRAMES
def test_a_history_of_one_unit_of_time_is_a_history(frame: Any) -> None:
    rows = frame({"frequency": [1.0, 2.0], "recency": [1.0, 0.5], "T": [1.0, 1.0]})
    found = ALIVE.with_probability_alive(rows)
    alive = found.collect() if frame is pl.LazyFrame else found
    expected = ALIVE.probability_alive([1.0, 2.0], [1.0, 0.5], [1.0, 1.0])
    assert sorted(alive["probability_alive"]) == pytest.approx(
        sorted(expected), rel=1e-12, abs=0
    )


def test_who_came_back_once_at_once_is_told() -> None:
    rows = customers()
    once = np.flatnonzero(rows["frequency"] == 1)[:3]
    rows.loc[once, "recency"] = 0.0
    # A recency of one unit is no purchase at once.
    rows.loc[np.flatnonzero(rows["frequency"] == 1)[3:5], "recency"] = 1.0
    with pytest.warns(CrmkitWarning, match="3 of 400 customers came back at once"):
        clv.fit_nbd(rows)


@FRAMES
def test_the_amount_of_a_single_return_is_read(frame: Any) -> None:
    model = clv.CredibilitySpend(collective_mean=30.0, within=200.0, between=50.0)
    missing = frame({"frequency": [1.0, 0.0], "monetary_value": [None, 5.0]})
    with pytest.raises(InvalidValueError, match="'monetary_value': missing value"):
        model.with_expected_spend(missing)
    # That of a customer who never came back is not.
    unread = frame({"frequency": [1.0, 0.0], "monetary_value": [5.0, None]})
    found = model.with_expected_spend(unread)
    spent = found.collect() if frame is pl.LazyFrame else found
    assert sorted(spent["expected_spend"]) == pytest.approx([25.0, 30.0], rel=1e-12)


def test_the_mean_of_all_is_that_of_everyone_who_came_back() -> None:
    rows = pd.DataFrame({"frequency": [0, 1, 3], "monetary_value": [9.0, 2.0, 5.0]})
    assert own_mean_spend(rows).collective_mean == 3.5


@pytest.mark.parametrize("x", [1.0, 2.0])
def test_who_has_surely_left_would_buy_by_the_closed_form_if_active(x: float) -> None:
    r, alpha, s, beta = 0.5, 10.0, 100.0, 1.0
    model = clv.ParetoNbd(r=r, alpha=alpha, s=s, beta=beta)
    T, ahead = 1e4, 6.0
    history = [np.array([each]) for each in (x, 0.01 * x, T)]
    assert model.probability_alive(*history)[0] < 1e-300
    found = model.expected_purchases_if_active(*history, horizon=ahead)
    left = (beta + T) / (s - 1) * (1 - ((beta + T) / (beta + T + ahead)) ** (s - 1))
    assert found[0] == pytest.approx((r + x) / (alpha + T) * left, rel=1e-9, abs=0)


@pytest.mark.parametrize("T", [1e2, 1e4])
def test_who_never_came_back_has_the_closed_form_or_is_refused(T: float) -> None:
    r, alpha, s, beta = 0.5, 10.0, 100.0, 1.0
    model = clv.ParetoNbd(r=r, alpha=alpha, s=s, beta=beta)
    history = [np.array([each, 2.0]) for each in (0.0, 0.0, T)]
    history[0][1], history[1][1], history[2][1] = 1.0, 2.0, 3.0
    alive = model.probability_alive(*history)[0]
    if T == 1e4:
        assert alive == 0
        with pytest.raises(InvalidValueError, match=r"1e-200 .*1 in all"):
            model.expected_purchases_if_active(*history, horizon=6.0)
        return
    assert 0 < alive < 1e-199
    found = model.expected_purchases_if_active(*history, horizon=6.0)
    left = (beta + T) / (s - 1) * (1 - ((beta + T) / (beta + T + 6)) ** (s - 1))
    assert found[0] == pytest.approx(r / (alpha + T) * left, rel=1e-9, abs=0)
