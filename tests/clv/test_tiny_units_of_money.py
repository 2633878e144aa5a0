"""Money of a strong currency: all amounts far below 1, and the same in proportion."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit.clv import (
    Assumptions,
    BgNbd,
    CategoryShares,
    GammaGamma,
    backtest_components,
    clv_components,
    expected_component_draws,
    expected_components,
    fit_category_shares,
    fit_references,
    fit_referral_outlook,
    profit_by,
    profit_change,
    referral_influence,
    value_statement,
)
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

# The sum over the company is below 1 too. A power of 2 changes no digit.
UNIT = 2.0**-20
PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv"]
END, CUTOFF = "2023-12-31", "2023-06-30"
PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)
AHEAD: dict[str, Any] = {
    "as_of": END,
    "horizon": 52,
    "discount_rate": 0.002,
    "time_unit": "week",
}


def company(unit: float) -> Any:
    found: Any = simulate_company(
        customers=80, rng=np.random.default_rng(11), backend="polars"
    )
    amount = pl.col("amount") * unit
    return Ledger(
        lines=found.lines.with_columns(
            pl.col("list_amount", "paid_amount", "cost_amount") * unit
        ),
        service=found.service.with_columns(amount),
        acquisition=found.acquisition.with_columns(amount),
        referrals=found.referrals.with_columns(pl.col("reward") * unit),
        customers=found.customers,
    )


def spend(unit: float) -> GammaGamma:
    return GammaGamma(p=1.8, q=18.0, v=500.0 * unit)


def expected(ledger: Any, unit: float, **assumed: Any) -> Any:
    found: Any = expected_components(
        ledger,
        purchases=PURCHASES,
        spend=spend(unit),
        references=fit_references(ledger, as_of=END),
        assumptions=Assumptions(**assumed),
        **AHEAD,
    )
    return found[PARTS]


def with_referrals(ledger: Any, unit: float) -> Any:
    outlook = fit_referral_outlook(
        ledger,
        references=fit_references(ledger, as_of=END),
        as_of=END,
        horizon=52,
        time_unit="week",
    )
    return expected(ledger, unit, referral=outlook)


def parts_until_now(ledger: Any, unit: float, **options: Any) -> Any:  # noqa: ARG001 - as the others
    found: Any = clv_components(
        ledger,
        references=fit_references(ledger, as_of=END),
        as_of=END,
        discount_rate=0.002,
        time_unit="week",
        **options,
    )
    return found.select(pl.col("^clv.*$"))


def draws(ledger: Any, unit: float) -> Any:
    found = expected_component_draws(
        ledger,
        models=(PURCHASES, spend(unit)),
        references=fit_references(ledger, as_of=END),
        rng=np.random.default_rng(3),
        n_draws=79,
        **AHEAD,
    ).intervals(by="region")
    return found.drop("region", "customer_id", strict=False).select(pl.col(pl.Float64))


def stated(ledger: Any, unit: float) -> Any:
    found = value_statement(
        ledger,
        purchases=lambda _: PURCHASES,
        spend=lambda _: spend(unit),
        rng=np.random.default_rng(3),
        n_draws=79,
        **AHEAD,
    )
    assert found.intervals is not None
    return pl.DataFrame(found.intervals)[[*PARTS, "clv_lower", "clv_upper"]]


def backtested(ledger: Any, unit: float) -> Any:
    found = backtest_components(
        ledger,
        purchases=lambda _: PURCHASES,
        spend=lambda _: spend(unit),
        cutoffs=[CUTOFF],
        horizon_days=150,
    )
    return pl.DataFrame(
        [
            {
                "predicted": score.predicted,
                "came": score.came,
                "past_share": score.past_share,
                "size": score.size,
            }
            for score in found.scores
        ]
    )


def influence(ledger: Any, unit: float) -> Any:  # noqa: ARG001 - as the others
    found = referral_influence(ledger, as_of=END, time_unit="week", discount_rate=0.002)
    return pl.DataFrame(
        [{"own": one.own, "influence": one.influence} for one in found.influences]
    )


def profits(ledger: Any, unit: float) -> Any:  # noqa: ARG001 - as the others
    found: Any = profit_by(ledger, as_of=END, by="region")
    return found.drop("region").select(pl.col(pl.Float64))


@pytest.mark.parametrize(
    ("figures", "room"),
    [
        (expected, 1e-12),
        (partial(expected, cross_sell="first_only"), 1e-12),
        (with_referrals, 1e-12),
        (parts_until_now, 1e-12),
        (partial(parts_until_now, by="category"), 1e-12),
        (partial(parts_until_now, by="region", cross_sell="first_only"), 1e-12),
        (partial(parts_until_now, acquisition="apart"), 1e-12),
        (backtested, 1e-12),
        (influence, 1e-12),
        (profits, 1e-12),
        # The same distribution, of which other numbers are drawn.
        (draws, 0.002),
        (stated, 0.002),
    ],
)
def test_every_figure_is_in_proportion_to_the_unit_of_money(
    figures: Callable[[Any, float], Any], room: float
) -> None:
    usual, tiny = (figures(company(unit), unit).to_numpy() for unit in (1.0, UNIT))
    assert tiny.size
    scale = np.abs(usual).max()
    np.testing.assert_allclose(tiny / UNIT, usual, rtol=1e-9, atol=room * scale)


def test_the_shares_of_categories_have_no_unit_of_money() -> None:
    usual, tiny = (
        fit_category_shares(company(unit), as_of=END) for unit in (1.0, UNIT)
    )
    assert isinstance(tiny, CategoryShares)
    np.testing.assert_allclose(
        tiny.concentration, usual.concentration, rtol=1e-9, atol=0
    )


def test_a_change_of_profit_is_in_proportion_to_the_unit_of_money() -> None:
    usual, tiny = (
        profit_change(
            company(unit),
            before=("2022-07-01", "2022-12-31"),
            after=("2023-07-01", "2023-12-31"),
        )
        for unit in (1.0, UNIT)
    )
    for name in ("acquiring", "larger_base", "keeping", "volume", "mix", "price"):
        found = getattr(tiny, name) / UNIT
        assert found == pytest.approx(getattr(usual, name), rel=1e-9, abs=1e-9)
