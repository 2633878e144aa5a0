"""Customers drawn from a model follow it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.datasets import SimulatedPurchases, simulate_purchases
from crmkit.errors import InvalidValueError
from crmkit.kernels.purchases import gamma_gamma

SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
MODELS: dict[str, Any] = {
    "bg_nbd": clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    "mbg_nbd": clv.MbgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    "pareto_nbd": clv.ParetoNbd(r=0.5, alpha=6.0, s=0.6, beta=11.0),
    "bg_bb": clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
}


@pytest.fixture(params=list(MODELS))
def model(request: pytest.FixtureRequest) -> Any:
    return MODELS[request.param]


def _drawn(model: Any, n: int, **changes: Any) -> SimulatedPurchases:
    options: dict[str, Any] = {
        "purchases": model,
        "spend": SPEND,
        "T": 30,
        "rng": np.random.default_rng(3),
        "time_unit": "week",
        **changes,
    }
    return simulate_purchases(n, **options)


def test_customers_buy_as_often_as_the_model_expects(model: Any) -> None:
    customers: Any = _drawn(model, 20_000).customers
    bought = customers["frequency"]
    expected = float(model.expected_purchases_new_customer(30))
    assert bought.mean() == pytest.approx(expected, abs=4 * bought.std() / 20_000**0.5)
    for n in (0, 1, 5):
        share = float(model.probability_of_n_purchases_new_customer(n, 30))
        error = (share * (1 - share) / 20_000) ** 0.5
        assert (bought == n).mean() == pytest.approx(share, abs=4 * error)


def test_the_score_at_the_truth_is_zero_but_for_chance(model: Any) -> None:
    customers: Any = _drawn(model, 40_000).customers
    history = [customers[c].to_numpy(float) for c in ("frequency", "recency", "T")]
    at = np.log(list(model.parameters.values()))
    _, score, hessian = model.formulas.kernel.objective(*history, np.ones(40_000))(at)
    z = score / np.sqrt(np.diag(-hessian))
    assert np.abs(z).max() < 4


def test_amounts_follow_the_spend_model() -> None:
    drawn = _drawn(MODELS["bg_nbd"], 20_000)
    customers: Any = drawn.customers
    transactions: Any = drawn.transactions
    repeat = customers[customers["frequency"] > 0]
    at = np.log(list(SPEND.parameters.values()))
    x = repeat["frequency"].to_numpy(float)
    _, score, hessian = gamma_gamma.objective(
        x, repeat["monetary_value"].to_numpy(), np.ones(x.size)
    )(at)
    assert np.abs(score / np.sqrt(np.diag(-hessian))).max() < 4
    population = SPEND.expected_spend_new_customer()
    assert transactions["amount"].mean() == pytest.approx(population, rel=0.05)


@pytest.mark.parametrize(
    ("unit", "end"),
    [("month", "2024-12-15"), ("quarter", "2024-11-15"), ("year", "2024-06-30")],
)
def test_opportunities_that_end_mid_period_fall_into_their_periods(
    unit: Any, end: str
) -> None:
    ages = np.random.default_rng(1).integers(0, 40, 500)
    drawn = _drawn(
        MODELS["bg_bb"], 500, T=ages, time_unit=unit, observation_period_end=end
    )
    summary: Any = ck.rfm_summary(
        drawn.transactions, observation_period_end=end, grain=unit, time_unit=unit
    )
    customers: Any = drawn.customers
    for column in ("frequency", "recency", "T"):
        assert (summary[column].round() == customers[column]).all()


def test_the_log_summarises_to_the_customers() -> None:
    model = clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78)
    drawn = _drawn(model, 500, T=6, time_unit="day")
    summary = ck.rfm_summary(drawn.transactions, observation_period_end="2024-12-31")
    customers: Any = drawn.customers
    columns = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    pd.testing.assert_frame_equal(
        summary[columns],  # type: ignore[index]
        customers[columns],
        check_dtype=False,
        rtol=1e-12,
    )


def test_each_customer_may_be_observed_for_another_time() -> None:
    ages = np.linspace(0, 30, 50)
    customers: Any = _drawn(MODELS["bg_nbd"], 50, T=ages).customers
    assert customers["T"].tolist() == ages.tolist()
    assert (customers["recency"] <= customers["T"]).all()


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_same_seed_gives_the_same_customers(backend: Any) -> None:
    first = _drawn(MODELS["bg_nbd"], 50, backend=backend)
    second = _drawn(MODELS["bg_nbd"], 50, backend=backend)
    assert first.transactions.equals(second.transactions)  # type: ignore[attr-defined]


def test_ages_that_fit_no_customers_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="'T'"):
        _drawn(MODELS["bg_nbd"], 50, T=[1.0, 2.0])


@pytest.mark.parametrize(("unit", "most"), [("day", 700_000), ("week", 100_000)])
def test_an_age_that_leaves_the_calendar_is_refused(unit: Any, most: int) -> None:
    oldest: Any = _drawn(MODELS["bg_nbd"], 2, T=most, time_unit=unit).transactions
    first = np.datetime64("2024-12-31") - np.timedelta64(700_000, "D")
    assert oldest["date"].to_numpy().min() == first
    with pytest.raises(InvalidValueError, match=f"Pass at most {most:,}: no calendar"):
        _drawn(MODELS["bg_nbd"], 2, T=most + 1, time_unit=unit)
