"""Intervals of the parts: futures drawn together, by customer, group and company."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import (
    Assumptions,
    BgNbd,
    GammaGamma,
    expected_component_draws,
    expected_components,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_references,
    fit_referral_outlook,
    purchase_histories,
    value_statement,
)
from crmkit.clv.components.customer_outlook import rows_of
from crmkit.clv.components.model_expectations import expected_spends
from crmkit.clv.components.part_futures import PartFutures
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
END = "2023-12-31"
PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)
SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)
AHEAD: dict[str, Any] = {
    "as_of": END,
    "horizon": 52,
    "discount_rate": 0.002,
    "time_unit": "week",
}


def company(seed: int, customers: int = 60) -> Any:
    rng = np.random.default_rng(seed)
    return simulate_company(customers=customers, rng=rng, backend="polars")


def drawn(ledger: Any, *, n_draws: int, **options: Any) -> Any:
    chosen: dict[str, Any] = {
        "models": (PURCHASES, SPEND),
        "references": fit_references(ledger, as_of=END),
        **AHEAD,
    } | options
    rng = np.random.default_rng(1)
    return expected_component_draws(ledger, rng=rng, n_draws=n_draws, **chosen)


def test_intervals_hold_the_expected_parts() -> None:
    ledger = company(5, customers=200)
    histories = purchase_histories(ledger, as_of=END, time_unit="week")
    fitted = fit_bg_nbd(histories, penalty=1.0)
    references = fit_references(ledger, as_of=END)
    outlook = fit_referral_outlook(
        ledger, references=references, as_of=END, horizon=52, time_unit="week"
    )
    assumed = Assumptions(referral=outlook)
    point: Any = expected_components(
        ledger,
        purchases=fitted,
        spend=SPEND,
        references=references,
        assumptions=assumed,
        **AHEAD,
    )
    draws = drawn(ledger, models=(fitted, SPEND), assumptions=assumed, n_draws=100)
    by_customer = draws.intervals(by=[])
    # The company alone is drawn in another way, which gives the same intervals.
    company_alone = value_statement(
        ledger,
        purchases=lambda _: fitted,
        spend=lambda _: SPEND,
        rng=np.random.default_rng(1),
        n_draws=100,
        **AHEAD,
    ).intervals
    assert company_alone is not None
    for found in (by_customer, company_alone):
        total = found.row(0, named=True)
        for part in [*PARTS[1:], "clv"]:
            lower, upper = total[f"{part}_lower"], total[f"{part}_upper"]
            assert lower < point[part].sum() < upper, part
            # Drawing what is skewed, or enters in a ratio, must not shift the middle.
            assert abs(total[part] - point[part].sum()) < 0.2 * (upper - lower), part
            other = by_customer[f"{part}_upper"] - by_customer[f"{part}_lower"]
            assert upper - lower == pytest.approx(other.sum(), rel=0.35), part
        assert total["clv1"] == total["clv1_lower"] == total["clv1_upper"] == 0
        wide = sum(total[f"{p}_upper"] - total[f"{p}_lower"] for p in PARTS)
        assert total["clv_upper"] - total["clv_lower"] < 0.95 * wide


def test_intervals_by_group_and_by_customer_have_a_row_each() -> None:
    ledger = company(5, customers=50)
    draws = drawn(ledger, n_draws=3)
    assert repr(draws) == "ComponentDraws(3 draws, 50 customers)"
    by_region = draws.intervals(by="region")
    assert sorted(by_region["region"]) == sorted(ledger.customers["region"].unique())
    everyone = draws.intervals()
    assert len(everyone) == 50
    assert everyone["clv"].sum() == pytest.approx(by_region["clv"].sum())
    regions = everyone.join(ledger.customers, on="customer_id")
    sums = regions.group_by("region").agg(pl.sum("clv3")).sort("region")
    np.testing.assert_allclose(sums["clv3"], by_region["clv3"], rtol=1e-12)


def test_the_same_seed_gives_the_same_intervals() -> None:
    first, second = (drawn(company(5), n_draws=3).intervals() for _ in range(2))
    assert first.equals(second)


def test_a_wider_level_gives_wider_intervals() -> None:
    draws = drawn(company(5), n_draws=20)
    wide, narrow = draws.intervals(level=0.9), draws.intervals(level=0.5)
    assert (wide["clv_lower"] <= narrow["clv_lower"]).all()
    assert (wide["clv_upper"] >= narrow["clv_upper"]).all()


def test_one_draw_is_no_distribution() -> None:
    with pytest.raises(errors.CrmkitError, match="n_draws"):
        drawn(company(5), n_draws=1)


def test_a_horizon_without_end_cannot_be_drawn() -> None:
    with pytest.raises(errors.InvalidValueError, match="horizon"):
        drawn(company(5), n_draws=2, horizon=np.inf, discount_rate=0.01)


def test_without_a_table_of_customers_there_is_nothing_to_sum_by() -> None:
    whole = company(5)
    alone = Ledger(lines=whole.lines, service=whole.service)
    draws = drawn(alone, n_draws=2)
    with pytest.raises(errors.NotEnoughDataError, match="a table of customers"):
        draws.intervals(by="region")


def test_drawn_models_expect_on_average_what_the_fits_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = company(3, customers=120)
    histories = purchase_histories(ledger, as_of=END, time_unit="week")
    fitted = fit_bg_nbd(histories, penalty=1.0), fit_gamma_gamma(histories, penalty=1.0)
    made: list[Any] = []
    one_future = PartFutures.future

    def noted(source: PartFutures, at: int) -> Any:
        made.append(source)
        return one_future(source, at)

    monkeypatch.setattr(PartFutures, "future", noted)
    drawn(ledger, models=fitted, n_draws=3)
    source = made[0]
    some = rows_of(source.outlook, source.few)
    expected = np.zeros(some.history.bought.size)
    expected[some.history.bought] = fitted[0].expected_purchases(
        *some.history.of_buyers(), horizon=52
    )
    np.testing.assert_allclose(
        (source.moves @ expected).mean(), expected.sum(), rtol=1e-12
    )
    paid = [float(expected @ expected_spends(some, one)) for one in source.spend]
    assert len(set(paid)) == 4
    assert source.level * np.mean(paid[1:]) == pytest.approx(paid[0], rel=1e-12)
