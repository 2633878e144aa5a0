"""The parts ahead come true, and the backtest says how far."""

from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import (
    Assumptions,
    ComponentBacktest,
    GammaGamma,
    Nbd,
    References,
    backtest_components,
    clv_components,
    expected_components,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_references,
    fit_referral_outlook,
    value_statement,
)
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger
from crmkit.segments import ROLE_ACTIONS, with_value_role

# Spend does not differ between the customers of the simulated company.
pytestmark = pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]
CUTOFF, LATER, DAYS = "2023-06-30", "2023-12-29", 182


def company(seed: int, customers: int = 1500) -> Any:
    rng = np.random.default_rng(seed)
    return simulate_company(customers=customers, rng=rng, backend="polars")


def backtested(ledger: Any, **options: Any) -> ComponentBacktest[Any]:
    # Customers of the simulated company leave at any time: Pareto/NBD.
    chosen: dict[str, Any] = {
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


def test_intervals_hold_what_comes_of_companies_and_of_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 79 draws are enough for the ends of a 95% interval, and take less time.
    monkeypatch.setattr("crmkit.clv.components.compared_parts._DRAWS", 79)
    rng = np.random.default_rng(1)
    scores = {
        score.part: score for score in backtested(company(3, 300), rng=rng).scores
    }
    for part in [*PARTS[1:], "clv"]:
        # The plain interval holds: this company is what the models say it is.
        lower, upper = scores[part].plain or (0.0, 0.0)
        assert lower < scores[part].came < upper, part
        # Chance makes an interval: what is only expected varies far less.
        assert upper - lower > 0.1 * scores["clv"].came / 4, part
        assert 0.9 < (scores[part].customers_within or 0.0) < 1, part
    without = backtested(company(3, 50)).scores[1]
    with pytest.raises(errors.NotEnoughDataError, match="Pass 'rng'"):
        without.interval()


def test_price_levels_do_not_inflate_what_is_bought() -> None:
    # Half pay 10 for 10 and half 5; a model that tells spend of none apart expects 7.5.
    days = pl.date_range(pl.date(2023, 1, 1), pl.date(2023, 3, 1), "6d", eager=True)
    lines = pl.DataFrame({"date": days, "list_amount": 10.0}).join(
        pl.DataFrame({"customer_id": range(40)}), how="cross"
    )
    paid = pl.when(pl.col("customer_id") < 20).then(10.0).otherwise(5.0)
    found = expected_components(
        Ledger(lines=lines.with_columns(paid_amount=paid)),
        purchases=Nbd(r=1.0, alpha=1.0),
        spend=GammaGamma(p=1.0, q=1e6 + 1, v=7.5e6),
        references=References.from_standards(discount_depth=0.25),
        as_of="2023-03-01",
        horizon=52,
        discount_rate=0.0,
        time_unit="week",
    )
    total = float(found["expected_purchases"].sum())
    assert found["clv6"].sum() == pytest.approx(0.0, abs=0.01 * total)


def test_referrals_of_the_latest_span_count() -> None:
    ledger = company(1, 1500)
    references = fit_references(ledger, as_of=CUTOFF)

    def rate(horizon: float) -> float:
        return fit_referral_outlook(
            ledger,
            references=references,
            as_of=CUTOFF,
            horizon=horizon,
            time_unit="week",
        ).overall_rate

    # As this company grows, a customer refers ever less often.
    assert rate(26) < 0.9 * rate(200)
    assert rate(0.01) == rate(200)


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


def test_shares_of_the_past_are_of_parts_that_later_purchases_have() -> None:
    found = {score.part: score for score in backtested(company(3, 60)).scores}
    past = {part: score.past_share for part, score in found.items()}
    assert (past["clv1"], past["clv5"]) == (0.0, 0.0)
    later = [past[part] for part in ("clv2", "clv3", "clv4", "clv6")]
    assert all(later)
    assert past["clv"] == pytest.approx(sum(later), rel=1e-12, abs=0)


def test_a_horizon_of_one_day_is_the_shortest() -> None:
    ledger = company(3, 50)
    found = backtested(ledger, horizon_days=1)
    assert found.horizon_days == 1
    with pytest.raises(errors.InvalidValueError, match="'horizon_days'"):
        backtested(ledger, horizon_days=0)


def test_one_call_states_what_the_pieces_do() -> None:
    ledger = company(3, 300)
    statement = value_statement(
        ledger,
        as_of=CUTOFF,
        horizon=26,
        time_unit="week",
        discount_rate=0.0,
        rng=np.random.default_rng(1),
        n_draws=20,
    )
    total = statement.expected["clv"].sum()
    assert statement.tenses["current_value"].sum() == pytest.approx(total)
    assert statement.intervals is not None
    row = statement.intervals.row(0, named=True)
    assert row["clv_lower"] < total < row["clv_upper"]
    roles = with_value_role(statement.tenses)
    assert set(roles["value_role"]) <= set(ROLE_ACTIONS)
    # Who has probably left has little to be added.
    gone = statement.tenses.filter(pl.col("probability_alive") < 0.05)
    there = statement.tenses.filter(pl.col("probability_alive") > 0.5)
    assert gone["potential_value"].mean() < 0.1 * there["potential_value"].mean()


def test_an_outlook_of_another_horizon_is_refused() -> None:
    ledger = company(3, 100)
    references = fit_references(ledger, as_of=CUTOFF)
    outlook = fit_referral_outlook(
        ledger, references=references, as_of=CUTOFF, horizon=52, time_unit="week"
    )
    with pytest.raises(errors.InvalidValueError, match="outlook is for 364 days"):
        backtested(ledger, assumptions=Assumptions(referral=outlook))


def test_cost_to_serve_and_price_by_her_own_course_reconcile() -> None:
    ledger = company(3, 300)
    found = clv_components(
        ledger,
        references=fit_references(ledger, as_of=LATER),
        as_of=LATER,
        time_unit="year",
        discount_rate=0.1,
    )
    for part in ("clv4", "clv6"):
        both = found[f"{part}_base"] + found[f"{part}_change"]
        np.testing.assert_allclose(both, found[part], rtol=1e-9, atol=1e-9)
    # The simulated cost of an order falls from 5.0 towards 2.0.
    assert found["clv4_change"].sum() > 5 * abs(found["clv4_base"].sum())
