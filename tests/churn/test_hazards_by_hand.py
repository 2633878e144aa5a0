"""Hazards, life and value ahead, and spells from dates, period by period."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from scipy.stats import norm

from crmkit.churn import (
    DiscreteHazard,
    fit_discrete_hazard,
    with_remaining_life,
    with_remaining_value,
    with_spell,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

CUSTOMERS = pd.DataFrame(
    {"x": [0.5, -1.0, 2.0], "z": [True, False, True], "tenure": [2, 0, 5]}
)
ETA = np.array([0.5, -1.0, 2.0]) * 0.4 - 0.7 * np.array([1, 0, 1])


def model(baseline: Any = "saturated", link: Any = "logit") -> DiscreteHazard:
    of_tenure = {
        "saturated": (-1.0, -2.0, -1.5),
        "constant": (-1.25,),
        "logarithmic": (-1.25, 0.3),
    }
    own = of_tenure[baseline]
    return DiscreteHazard(
        link=link,
        baseline=baseline,
        last_period=3,
        covariates=("x", "z"),
        names=(*(f"t{at}" for at in range(len(own))), "x", "z"),
        coefficients=(*own, 0.4, -0.7),
        standard_errors=(*(0.1 * (at + 1) for at in range(len(own))), 0.25, 0.5),
    )


@pytest.mark.parametrize("link", ["logit", "cloglog"])
@pytest.mark.parametrize("baseline", ["saturated", "constant", "logarithmic"])
def test_a_hazard_is_that_of_its_period_and_customer(baseline: str, link: str) -> None:
    periods = np.array([1.0, 2, 3, 4, 9])
    level = {
        "saturated": np.array([-1.0, -2.0, -1.5, -1.5, -1.5]),
        "constant": np.full(5, -1.25),
        "logarithmic": -1.25 + 0.3 * np.log(periods),
    }[baseline]
    eta = ETA[:, None] + level
    hazard = expit(eta) if link == "logit" else 1 - np.exp(-np.exp(eta))
    one = model(baseline, link)
    found = one.hazard_table(CUSTOMERS, periods)
    assert_allclose(found, hazard, rtol=1e-12, atol=0)
    curve = one.survival_table(CUSTOMERS, [4, 0, 2])
    kept = np.cumprod(1 - hazard[:, :4], axis=1)
    truth = np.column_stack([kept[:, 3], np.ones(3), kept[:, 1]])
    assert_allclose(curve, truth, rtol=1e-12, atol=0)


def test_what_cannot_be_a_period_is_named() -> None:
    for periods, wrong in (([2, 0.5, 1.5], "0.5"), ([1, 3, 0], "0.0"), (2.5, "2.5")):
        with pytest.raises(InvalidValueError, match=f"'periods': .*period {wrong}"):
            model().hazard_table(CUSTOMERS, periods)
    assert model().hazard_table(CUSTOMERS, 1).shape == (3, 1)
    with pytest.raises(InvalidValueError, match="'times': time that is not a whole"):
        model().survival_table(CUSTOMERS, [1, 2.5])


def test_the_interval_of_a_coefficient_is_normal() -> None:
    for name, middle, error in (("t1", -2.0, 0.2), ("z", -0.7, 0.5)):
        for level in (0.6, 0.95):
            found = model().interval(name, level=level)
            half = norm.ppf(0.5 + level / 2) * error
            ends = [middle - half, middle + half]
            assert_allclose([*found], ends, rtol=1e-10, atol=0)
            assert found.level == level
        assert model().interval(name) == model().interval(name, level=0.95)


def test_life_and_value_ahead_are_sums_over_the_periods_to_come() -> None:
    one = model("logarithmic")
    rows = CUSTOMERS.assign(margin=[3.0, 5.0, -2.0])
    curve = one.survival_table(rows, np.arange(10.0))
    ages = rows["tenure"].tolist()
    ahead = [
        curve[at, age + 1 : age + 5] / curve[at, age] for at, age in enumerate(ages)
    ]
    life: Any = with_remaining_life(rows, survival=one, horizon=4)
    truth = [part.sum() for part in ahead]
    assert_allclose(life["remaining_life"], truth, rtol=1e-12, atol=0)
    value: Any = with_remaining_value(rows, survival=one, horizon=4, discount_rate=0.25)
    discount = 1.25 ** -np.arange(1.0, 5)
    truth = [m * (p @ discount) for m, p in zip(rows["margin"], ahead, strict=True)]
    assert_allclose(value["remaining_value"], truth, rtol=1e-12, atol=0)
    for wrong, why in (([2, 0, 0.5], "not whole"), ([2, 0, -1], "negative")):
        with pytest.raises(InvalidValueError, match=f"'tenure'.*{why}"):
            with_remaining_life(rows.assign(tenure=wrong), survival=one, horizon=4)
    with pytest.raises(InvalidValueError, match="horizon"):
        with_remaining_life(rows, survival=one, horizon=0)


def test_a_tenure_that_nobody_reaches_is_counted_and_named() -> None:
    class Short:
        """All customers are gone at the end of the third period."""

        def survival_table(self, customers: Any, times: Any) -> Any:
            return np.tile(np.where(np.asarray(times) < 3, 0.5, 0), (len(customers), 1))

    rows = pd.DataFrame({"tenure": [2, 4, 0, 7]})
    told = r"tenure that no customer reaches .* in 2 of 4 .*tenure 4"
    with pytest.raises(InvalidValueError, match=told):
        with_remaining_life(rows, survival=Short(), horizon=2)
    fine: Any = with_remaining_life(rows.head(1), survival=Short(), horizon=2)
    assert fine["remaining_life"].tolist() == [0.0]


def test_a_saturated_fit_counts_rows_events_and_their_likelihood() -> None:
    periods = pd.DataFrame(
        {
            "period": [1, 1, 1, 1, 2, 2, 2, 3, 3],
            "event": [1, 0, 0, 0, 1, 1, 0, 0, 1],
            "w": [2.0, 1, 1.5, 3, 0.5, 1, 2.5, 2, 4],
        }
    )
    found = fit_discrete_hazard(periods, weight_col="w", pooled_from=2)
    lost, there = np.array([2.0, 5.5]), np.array([7.5, 10.0])
    hazard = lost / there
    truth = lost @ np.log(hazard) + (there - lost) @ np.log(1 - hazard)
    assert found.log_likelihood == pytest.approx(float(truth), rel=1e-10, abs=0)
    assert (found.n_rows, found.n_events, found.last_period) == (9, 7, 2)
    assert found.names == ("period 1", "period 2")
    logits = np.log(hazard / (1 - hazard))
    assert_allclose(found.coefficients, logits, rtol=1e-8, atol=0)
    # The information of a logit is n h (1 - h).
    errors = 1 / np.sqrt(there * hazard * (1 - hazard))
    assert found.standard_errors is not None
    assert_allclose(found.standard_errors, errors, rtol=1e-7, atol=0)
    plain = fit_discrete_hazard(periods, baseline="logarithmic")
    assert (plain.n_events, plain.last_period) == (4, 3)
    assert plain.names == ("level", "log(period)")
    assert fit_discrete_hazard(periods, baseline="constant").names == ("level",)
    assert fit_discrete_hazard(periods, pooled_from=9).last_period == 3
    # Leavers whose weight is 0 are nobody; so are periods with one kind of customers.
    weightless = periods.assign(w=periods["w"] * (1 - periods["event"]))
    with pytest.raises(NotEnoughDataError, match="customers who left, got 0"):
        fit_discrete_hazard(weightless, weight_col="w")
    for event, at in (
        ([0, 0, 0, 0, 1, 1, 0, 0, 1], 1),
        ([1, 0, 0, 0, 1, 1, 1, 0, 1], 2),
        ([1, 0, 0, 0, 1, 1, 0, 1, 1], 3),
    ):
        with pytest.raises(NotEnoughDataError, match=f"only one kind in period {at}"):
            fit_discrete_hazard(periods.assign(event=event))
    with pytest.raises(NotEnoughDataError, match="only one kind in period 2"):
        fit_discrete_hazard(periods[periods["period"] != 2])


@pytest.mark.parametrize(("unit", "days"), [("day", 1.0), ("week", 7.0)])
def test_a_spell_runs_from_its_start_to_its_end_or_the_last_day(
    unit: Any, days: float
) -> None:
    def on(*texts: str | None) -> Any:
        return pd.to_datetime(pd.Series([*texts]))

    rows = pd.DataFrame(
        {
            "start_date": on(*["2024-01-02"] * 4, "2024-01-31"),
            "end_date": on("2024-01-09", "2024-01-31", "2024-02-01", None, None),
        }
    )
    given: dict[str, Any] = {"observation_period_end": "2024-01-31"}
    found: Any = with_spell(rows, time_unit=unit, **given)
    truth = np.array([7, 29, 29, 29, 0]) / days
    assert_allclose(found["duration"], truth, rtol=1e-14, atol=0)
    assert found["event_observed"].tolist() == [True, True, False, False, False]
    late = rows.assign(start_date=on("2024-02-01", *["2024-01-02"] * 3, "2024-02-02"))
    told = "'start_date': date after the end of observation in 2 of 5"
    with pytest.raises(InvalidValueError, match=told):
        with_spell(late, **given)
    early = rows.assign(end_date=on("2024-01-01", "2024-01-02", *[None] * 3))
    with pytest.raises(InvalidValueError, match="date before its start in 1 of 5"):
        with_spell(early, **given)


def test_new_customers_need_a_curve_no_longer_than_the_horizon() -> None:
    class Known:
        """Nine in ten stay for each period; beyond the fourth nothing is known."""

        def survival_table(self, customers: Any, times: Any) -> Any:
            assert max(times) <= 4
            return np.tile(0.9 ** np.asarray(times, float), (len(customers), 1))

    rows = pd.DataFrame({"tenure": [0, 0]})
    found: Any = with_remaining_life(rows, survival=Known(), horizon=4)
    truth = [0.9 + 0.81 + 0.729 + 0.6561] * 2
    assert_allclose(found["remaining_life"], truth, rtol=1e-12, atol=0)
