"""Segments of amounts and weights far below 1: the same in proportion."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import segments

# All amounts together are below 1 too. A power of 2 changes no digit.
UNIT = 2.0**-20


def customers(unit: float = 1.0, *, weights: float = 1.0) -> Any:
    rng = np.random.default_rng(4)
    profit = np.round(rng.lognormal(3, 1, 60) - 12, 2)
    return pl.DataFrame(
        {
            "customer_id": np.arange(60),
            "profit": profit * unit,
            "revenue": np.round(rng.lognormal(3, 1, 60), 2) * unit,
            "more": np.round(rng.lognormal(2, 1, 60), 2) * unit,
            "cost": np.round(rng.lognormal(1, 1, 60), 2) * unit,
            "tier": rng.choice(["A", "B", "C"], 60),
            "weight": rng.integers(1, 5, 60) * weights,
        }
    )


def log(unit: float) -> Any:
    rng = np.random.default_rng(4)
    days = np.datetime64("2024-01-01") + rng.integers(0, 180, 120)
    return pl.DataFrame(
        {
            "customer_id": rng.integers(0, 30, 120),
            "date": days,
            "amount": np.round(rng.lognormal(2, 1, 120), 2) * unit,
            "channel": rng.choice(["web", "shop"], 120),
        }
    )


ENDING: dict[str, Any] = {"observation_period_end": "2024-06-30"}


def _money_of(table: Any, *columns: str) -> Any:
    return table.select(*columns).to_numpy().ravel()


def _of_peak(frame: Any) -> Any:
    found = segments.whale_peak(
        frame, rng=np.random.default_rng(1), n_resamples=99, level=0.9
    )
    ends = [each for _, one in found.resampled[:3] for each in (one.lower, one.upper)]
    return np.array([found.peak, found.total, found.destroyed, *ends])


@pytest.mark.parametrize(
    "figures",
    [
        lambda unit: _of_peak(customers(unit)),
        lambda unit: _money_of(
            segments.with_value_role(
                customers(unit), actual_col="profit", potential_col="more"
            ).filter(pl.col("value_role").is_in(["MVC", "BZ"])),
            "profit",
        ),
        lambda unit: np.array(
            segments.fit_value_tiers(
                customers(unit), value_col="profit", share_of="gains"
            ).cuts
        ),
        lambda unit: np.array(
            segments.fit_value_tiers(customers(unit), value_col="revenue").values
        ),
        lambda unit: np.ravel(
            segments.fit_clusters(
                customers(unit),
                value_cols=["profit", "revenue"],
                rng=np.random.default_rng(1),
                n_clusters=(3,),
                n_resamples=1,
            ).centres
        ),
        lambda unit: _money_of(
            segments.growth_accounting(log(unit), **ENDING).drop_nulls(),
            "expansion",
            "contraction",
        ),
        lambda unit: _money_of(
            segments.growth_accounting(log(unit).lazy(), **ENDING)
            .collect()
            .sort("period")
            .drop_nulls(),
            "expansion",
            "contraction",
        ),
        lambda unit: _money_of(
            segments.lifecycle_summary(log(unit), window_days=60, **ENDING).select(
                pl.col("^.*(amount|spend|value).*$")
            ),
            pl.all(),  # type: ignore[arg-type]
        ),
        lambda unit: _money_of(
            segments.revenue_curve(log(unit), **ENDING).select(pl.col("^.*revenue.*$")),
            pl.all(),  # type: ignore[arg-type]
        ),
    ],
)
def test_money_is_in_proportion_to_its_unit(figures: Callable[[float], Any]) -> None:
    usual, tiny = figures(1.0), figures(UNIT)
    assert usual.size
    np.testing.assert_allclose(tiny / UNIT, usual, rtol=1e-9, atol=1e-9)


def _resampled(found: Any) -> list[float]:
    return [found.resampled.lower, found.resampled.upper]


@pytest.mark.parametrize(
    "figures",
    [
        lambda frame: _resampled(
            segments.gini(
                frame,
                value_col="revenue",
                rng=np.random.default_rng(1),
                n_resamples=99,
                level=0.9,
            )
        ),
        lambda frame: [segments.gini(frame, value_col="revenue").coefficient],
        lambda frame: _resampled(
            segments.pareto_point(
                frame,
                value_col="revenue",
                value_share=0.6,
                rng=np.random.default_rng(1),
                n_resamples=99,
                level=0.9,
            )
        ),
        lambda frame: [
            segments.pareto_point(
                frame, value_col="profit", customer_share=0.3, share_of="gains"
            ).value_share
        ],
        lambda frame: (
            segments.pareto_curve(frame, value_col="revenue", points=10)
            .select("customer_share", "value_share")
            .to_numpy()
        ),
        lambda frame: segments.whale_peak(frame).peak_share,
        lambda frame: segments.cost_against_value(
            frame, by="tier", cost_col="cost", value_col="revenue"
        )["index"],
        lambda frame: (
            segments.with_value_tier(frame, value_col="revenue")["value_tier"]
            .cast(pl.Categorical)
            .to_physical()
        ),
    ],
)
def test_shares_have_no_unit_of_money(figures: Callable[[Any], Any]) -> None:
    usual, tiny = figures(customers()), figures(customers(UNIT))
    np.testing.assert_allclose(tiny, usual, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "figures",
    [
        lambda frame: (
            segments.gini(frame, value_col="revenue", weight_col="weight").coefficient
        ),
        lambda frame: (
            segments.pareto_point(
                frame, value_col="revenue", weight_col="weight", customer_share=0.3
            ).value_share
        ),
        lambda frame: segments.whale_peak(frame, weight_col="weight").peak_share,
        lambda frame: segments.pareto_curve(
            frame, value_col="revenue", weight_col="weight", points=10
        )["value_share"],
        lambda frame: segments.concentration_table(
            frame, weight_col="weight", n_groups=5
        ).select(pl.col("^.*share.*$")),
    ],
)
def test_shares_of_weighted_customers_have_no_unit_of_weight(
    figures: Callable[[Any], Any],
) -> None:
    usual, tiny = figures(customers()), figures(customers(weights=UNIT))
    np.testing.assert_allclose(tiny, usual, rtol=1e-9, atol=1e-12)


def test_an_interval_is_that_of_the_share_that_was_not_given() -> None:
    asked: dict[str, Any] = {
        "value_col": "revenue",
        "n_resamples": 199,
        "level": 0.95,
    }
    one = segments.pareto_point(
        customers(), value_share=0.9, rng=np.random.default_rng(1), **asked
    )
    other = segments.pareto_point(
        customers(), customer_share=0.1, rng=np.random.default_rng(1), **asked
    )
    # 90% of the revenue are from fewer customers, 10% of the customers have more of it.
    assert one.interval().lower < one.customer_share < one.interval().upper < 0.9
    assert 0.1 < other.interval().lower < other.value_share < other.interval().upper
