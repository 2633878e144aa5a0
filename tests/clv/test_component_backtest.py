"""The parts ahead come true, and the backtest says how far."""

from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import (
    backtest_components,
    clv_components,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_references,
)
from crmkit.clv.components.component_backtest import ComponentBacktest
from crmkit.datasets.simulated_company import simulate_company

# Spend does not differ between the customers of the simulated company.
pytestmark = pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
CUTOFF, LATER, DAYS = "2023-06-30", "2023-12-29", 182


def company(seed: int, customers: int = 1500) -> Any:
    rng = np.random.default_rng(seed)
    return simulate_company(customers=customers, rng=rng, backend="polars")


def backtested(ledger: Any, **options: Any) -> ComponentBacktest[Any]:
    # Customers of the simulated company leave at any time: Pareto/NBD.
    chosen = {
        "purchases": fit_pareto_nbd,
        "spend": partial(fit_gamma_gamma, nonpositive="drop"),
        "cutoffs": [CUTOFF],
        "horizon_days": DAYS,
    } | options
    return backtest_components(ledger, **chosen)


def test_over_companies_every_part_comes_true() -> None:
    sums: dict[str, list[float]] = {part: [] for part in PARTS}
    total, came = 0.0, dict.fromkeys(PARTS, 0.0)
    for seed in range(1, 5):
        for score in backtested(company(seed)).scores:
            if score.part == "clv":
                total += score.came
                continue
            sums[score.part].append(score.error)
            came[score.part] += score.came
    for part in PARTS:
        room = max(0.1 * abs(came[part]), 0.02 * total)
        assert abs(sum(sums[part])) < room, part


def test_what_came_is_what_was_booked_between_the_two_days() -> None:
    ledger = company(3, 300)
    references = fit_references(ledger, as_of=CUTOFF)

    def booked(day: str) -> Any:
        return clv_components(
            ledger,
            references=references,
            as_of=day,
            time_unit="year",
            discount_rate=0.0,
        )

    early, late = booked(CUTOFF), booked(LATER)
    known = early.filter(pl.col("first_purchase") != "none")
    both = known.join(late, on="customer_id", suffix="_later")
    found = {score.part: score for score in backtested(ledger).scores}
    for part in [*PARTS, "clv"]:
        difference = (both[f"{part}_later"] - both[part]).sum()
        assert found[part].came == pytest.approx(difference, rel=1e-9, abs=1e-9)
    assert found["clv"].n_customers == known.height


def test_the_table_sums_to_the_scores_by_value_and_by_group() -> None:
    ledger = company(3, 300)
    for by in (None, "region"):
        found = backtested(ledger, by=by)
        sums = found.table.group_by("part").agg(pl.sum("predicted", "came"))
        rows = {row["part"]: row for row in sums.iter_rows(named=True)}
        for score in found.scores:
            assert rows[score.part]["predicted"] == pytest.approx(score.predicted)
            assert rows[score.part]["came"] == pytest.approx(score.came)
    assert set(found.table["region"]) == {"north", "south", "east", "west"}
    assert str(found).splitlines()[0].startswith("cutoff")


def test_a_cutoff_without_its_horizon_is_refused() -> None:
    ledger = company(3, 50)
    with pytest.raises(errors.InvalidValueError, match="less than 182 days before"):
        backtested(ledger, cutoffs=["2023-10-01"])
    with pytest.raises(errors.NotEnoughDataError, match="at least one cutoff"):
        backtested(ledger, cutoffs=[])
    with pytest.raises(errors.NotEnoughDataError, match="customers who bought by"):
        backtested(ledger, cutoffs=["2021-01-01"])
