"""Amounts, counts and times of less than 1 are numbers like all others."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import clv
from crmkit._check import known_history
from crmkit.clv.components import customer_mix
from crmkit.clv.components.customer_outlook import Outlook, parts_ahead
from crmkit.clv.components.part_futures import _ratio
from crmkit.clv.uncertainty import drawn_totals, shared_futures
from crmkit.errors import InvalidValueError
from crmkit.fits import FitReport, estimation
from crmkit.kernels.base.newton import Optimum

PURCHASES = clv.BgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5)
AHEAD: dict[str, Any] = {"horizon": 10.0, "discount_rate": 0.01}


def customers(unit: float) -> dict[str, Any]:
    return {
        "customer_id": ["a", "b", "c"],
        "frequency": [2, 0, 7],
        "recency": [30.5, 0.0, 29.5],
        "T": [38.0, 38.0, 38.0],
        "monetary_value": [22.0 * unit, 0.0, 70.0 * unit],
    }


def spend(unit: float) -> clv.GammaGamma:
    return clv.GammaGamma(p=6.25, q=3.744, v=15.5 * unit)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("score", [clv.with_clv, clv.with_clv_if_active])
def test_a_mean_amount_below_1_has_a_value(frame: Any, score: Any) -> None:
    name = score.__name__.removeprefix("with_")

    def found(unit: float) -> list[float]:
        valued = score(
            frame(customers(unit)), purchases=PURCHASES, spend=spend(unit), **AHEAD
        )
        rows = valued.collect() if frame is pl.LazyFrame else valued
        at_ids = dict(zip(rows["customer_id"], rows[name], strict=True))
        return [at_ids[each] for each in "abc"]

    unit = 2.0**-10
    np.testing.assert_allclose(
        np.array(found(unit)) / unit, found(1.0), rtol=1e-12, atol=0
    )


def test_futures_of_mean_amounts_below_1_are_drawn() -> None:
    ends = [
        clv.with_clv_interval(
            pd.DataFrame(customers(unit)),
            purchases=PURCHASES,
            spend=spend(unit),
            ranges=clv.Ranges(n_draws=200),
            rng=np.random.default_rng(1),
            **AHEAD,
        )["clv_upper"].to_numpy()
        / unit
        for unit in (1.0, 2.0**-10)
    ]
    assert ends[0].min() > 0
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-9, atol=0)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.LazyFrame])
def test_an_amount_too_near_to_0_is_refused(frame: Any) -> None:
    tiny = customers(1.0) | {"monetary_value": [1e-120, 0.0, 70.0]}
    with pytest.raises(InvalidValueError, match="value between 0 and 1e-100"):
        clv.with_clv(frame(tiny), purchases=PURCHASES, spend=spend(1.0), **AHEAD)
    # Who never came back paid no mean amount that would have to be one.
    unread = customers(1.0) | {"monetary_value": [22.0, 1e-120, 70.0]}
    clv.with_clv(frame(unread), purchases=PURCHASES, spend=spend(1.0), **AHEAD)


@pytest.mark.parametrize("unit", [1e-14, 1e-20])
def test_the_time_to_the_next_purchase_has_no_unit(unit: float) -> None:
    history = np.array([2.0, 7.0]), np.array([30.0, 20.0]), np.array([38.0, 38.0])
    usual = PURCHASES.time_to_next_purchase(*history, probability=0.3)
    model = clv.BgNbd(r=0.6, alpha=6.0 * unit, a=0.8, b=2.5)
    x, t_x, T = history
    found = model.time_to_next_purchase(x, t_x * unit, T * unit, probability=0.3)
    np.testing.assert_allclose(found / unit, usual, rtol=1e-9, atol=0)


def test_customers_who_came_back_once_are_enough_for_a_fit() -> None:
    frame = pd.DataFrame(
        {
            "frequency": [0.0, 1.0] * 40,
            "recency": [0.0, 20.0] * 40,
            "T": np.linspace(30.0, 50.0, 80),
        }
    )
    assert clv.fit_nbd(frame, penalty=1.0).alpha > 0


def test_one_future_of_all_that_brings_something_is_an_end() -> None:
    # The second-highest of three draws is 0, and the highest the only one that is not.
    found = shared_futures._ends_of_group(
        np.array([0.0, 0.0, 5.0]),
        np.array([[1.0]]),
        np.array([[2.0]]),
        np.zeros(3, dtype=np.int64),
        (1, 2),
        rng=np.random.default_rng(1),
    )
    np.testing.assert_array_equal(found, [[0.0], [10.0]])


def test_where_every_parameter_ran_to_the_edge_no_slope_is_left() -> None:
    reached = Optimum(
        parameters=np.array([9.0, -9.0]),
        value=-1.0,
        gradient=np.array([0.5, 0.5]),
        hessian=-np.eye(2),
        iterations=7,
        converged=False,
        gradient_norm=0.5,
        message="too many iterations",
    )

    def unasked(_: Any) -> Any:
        raise AssertionError

    found = estimation._along_the_wall(
        unasked, reached, np.zeros(0, dtype=np.int64), tolerance=1e-9
    )
    assert (found.converged, found.gradient_norm, found.iterations) == (True, 0, 7)
    assert found.message == estimation._EDGE


def test_a_ratio_of_amounts_below_1_is_a_ratio() -> None:
    assert (_ratio(0.5, 0.25), _ratio(0.5, 0.0)) == (2, 1)


def test_where_home_is_everything_nothing_is_outside_of_it() -> None:
    # Their sum in another order leaves a hair, which has no price.
    alpha = np.array([0.3, 0.2, 0.1])
    pairs: Any = SimpleNamespace(
        customer=np.zeros(3, dtype=np.int64),
        category=np.arange(3),
        seen=np.zeros(3),
        home=np.ones(3, dtype=bool),
    )
    for factor in np.random.default_rng(1).random((50, 3)):
        inside, outside = customer_mix._weighed(pairs, alpha, factor, 1)
        assert inside[0] == pytest.approx(alpha @ factor, rel=1e-12, abs=0)
        assert outside[0] == 0


@pytest.mark.parametrize("unit", [1e-3, 1e3])
def test_goods_at_home_are_a_share_of_all_goods(outlook: Outlook, unit: float) -> None:
    purchases = np.linspace(0.5, 3.0, outlook.book.customers)
    spend = np.linspace(20.0, 60.0, outlook.book.customers)
    mix = outlook.mix
    assert np.ptp(mix.home_cost / mix.other_cost) > 0.1
    dear = replace(
        mix, home_cost=mix.home_cost * unit, other_cost=mix.other_cost * unit
    )
    usual = parts_ahead(outlook, purchases, spend)
    found = parts_ahead(replace(outlook, mix=dear), purchases, spend)
    for part, values in usual.items():
        np.testing.assert_allclose(found[part], values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("unit", [1.0, 2.0**-20])
def test_small_totals_move_with_the_parameters(
    unit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_totals, "_quadratic", lambda *_: np.log([[2.0, 3.0]] * 3))
    monkeypatch.setattr(drawn_totals, "_CHECKED", 0)
    report = FitReport(
        names=("r", "alpha", "a", "b"),
        estimates=(0.6, 6.0, 0.8, 2.5),
        converged=True,
        iterations=1,
        gradient_norm=0.0,
        message="",
        log_likelihood=-1.0,
        n_customers=1.0,
        n_cells=1,
    )
    model = replace(PURCHASES, report=report)
    history = known_history(*(np.array([each]) for each in (2.0, 30.0, 38.0)))
    amounts = np.array([22.0 * unit])
    asked = drawn_totals._Asked(horizon=2.0, discount_rate=0.01)
    pair: Any = (model, spend(unit))
    found = drawn_totals._expected_totals(
        history, amounts, model, spend(unit), [pair, pair], asked=asked
    )
    assert found is not None
    value = model.discounted_expected_purchases(
        *history, horizon=2.0, discount_rate=0.01
    ) * spend(unit).expected_spend([2.0], amounts)
    totals = np.array(
        [
            model.expected_purchases(*history, horizon=2.0),
            1 - model.probability_of_n_purchases(*history, n=0, horizon=2.0),
            value,
        ]
    )
    assert totals.max() < 1 or unit == 1
    np.testing.assert_allclose(found, totals * [2.0, 3.0], rtol=1e-12, atol=0)
