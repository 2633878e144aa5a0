"""Costs and numbers below one, as in millions, count like all others."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crmkit.campaigns import (
    acquisition_cost_by,
    acquisition_return_by,
    acquisition_vs_retention,
)

PERIODS = pd.DataFrame(
    {
        "acquisition_cost": [900.0, 1000.0, 1130.0, 870.0, 1250.0],
        "n_won": [18, 21, 20, 19, 26],
        "retention_cost": [300.0, 260.0, 345.0, 280.0, 310.0],
        "n_kept": [30, 28, 34, 27, 33],
    }
)


def test_winning_and_keeping_compare_alike_in_thousands_and_in_millions() -> None:
    plain, small = (acquisition_vs_retention(PERIODS * unit) for unit in (1, 1e-6))
    assert small.ratio == pytest.approx(plain.ratio, rel=1e-12, abs=0)
    assert small.cost_per_won == pytest.approx(plain.cost_per_won, rel=1e-12, abs=0)
    assert small.standard_error == pytest.approx(plain.standard_error, rel=1e-9, abs=0)


def test_a_customer_of_less_than_one_unit_of_money_has_a_return() -> None:
    value = pd.Series([90.0, 150, 120, 210, 60])
    cost = pd.Series([60.0, 75, 50, 80, 40])
    names = ["clv_to_cost", "clv_to_cost_lower", "clv_to_cost_upper"]
    found: list[Any] = [
        acquisition_return_by(
            pd.DataFrame({"clv": value * unit, "acquisition_cost": cost * unit})
        )[names].to_numpy()
        for unit in (1, 1e-3)
    ]
    assert np.isfinite(found[0]).all()
    assert_allclose(found[1], found[0], rtol=1e-9, atol=0)


def test_a_single_customer_costs_all_that_was_spent() -> None:
    rows = pd.DataFrame({"spent": [20.0, 30.0], "n_customers": [0, 1]})
    found = acquisition_cost_by(rows, cost_cols="spent").iloc[0]
    assert found["cost_per_customer"] == 50.0


def test_customers_on_a_straight_line_of_the_cost_have_one_marginal_cost() -> None:
    rows = pd.DataFrame({"spent": [0.0, 8, 16, 24], "n_customers": [1, 3, 5, 7]})
    found = acquisition_cost_by(rows, cost_cols="spent").iloc[0]
    names = ["marginal_cost", "marginal_cost_lower", "marginal_cost_upper"]
    assert_allclose(found[names].to_numpy(float), 4.0, rtol=1e-7, atol=0)
