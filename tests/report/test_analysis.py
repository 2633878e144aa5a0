"""The main job on CDNOW's published sample: what is added up, and what must agree."""

import datetime as dt
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import crmkit as ck
from crmkit.clv import fit_bg_nbd, fit_gamma_gamma, per_unit_rate, with_clv
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import (
    CrmkitError,
    IdentifiabilityWarning,
    InvalidValueError,
)
from crmkit.report import Findings, Question, analyse
from crmkit.report.page.assumption_notes import assumptions

ColumnsOf = Callable[[Any], dict[str, list[Any]]]

QUESTION = Question(
    source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
)


@pytest.fixture(scope="module")
def found() -> Findings[Any]:
    return analyse(load_cdnow_sample(), question=QUESTION)


def test_the_value_is_the_sum_of_clv_of_the_rooms(found: Findings[Any]) -> None:
    customers = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    valued = with_clv(
        customers,
        purchases=fit_bg_nbd(customers),
        spend=fit_gamma_gamma(customers, nonpositive="drop"),
        horizon=52,
        discount_rate=per_unit_rate(0.10, time_unit="week"),
    )
    assert found.base.value == pytest.approx(valued["clv"].sum(), rel=1e-9)
    assert found.base.n_customers == 2_357
    assert found.base.n_repeat_customers == (customers["frequency"] > 0).sum()


def test_every_part_adds_up_to_the_base(found: Findings[Any]) -> None:
    base = found.base
    for parts in (found.tiers, found.activity):
        assert sum(part.n_customers for part in parts) == base.n_customers
        assert sum(part.value for part in parts) == pytest.approx(base.value, rel=1e-12)
    assert (
        sum(at.n_customers for at in found.probability_bins) == base.n_repeat_customers
    )
    assert sum(at.expected_purchases for at in found.activity) == pytest.approx(
        base.expected_purchases, rel=1e-12
    )
    assert sum(tier.past_amount for tier in found.tiers) == pytest.approx(
        base.total_amount, rel=1e-12
    )


def test_thirteen_periods_of_four_weeks_are_the_year_ahead(
    found: Findings[Any],
) -> None:
    ahead = [at.expected for at in found.outlook.periods if at.expected is not None]
    assert len(ahead) == 13
    assert sum(ahead) == pytest.approx(found.base.expected_amount, rel=1e-9)
    assert found.outlook.next_amount == pytest.approx(sum(ahead), rel=1e-12)


def test_the_past_periods_hold_the_log_back_to_the_first_whole_one(
    found: Findings[Any],
) -> None:
    log = load_cdnow_sample()
    past = [at for at in found.outlook.periods if at.expected is None]
    assert past[0].start == dt.date(1997, 1, 15)
    whole = log.loc[log["date"] >= "1997-01-15", "amount"].sum()
    spent = sum((at.first or 0) + (at.repeat or 0) for at in past)
    assert spent == pytest.approx(whole, rel=1e-12)


def test_the_holdout_is_the_second_half_of_the_log(found: Findings[Any]) -> None:
    holdout = found.holdout
    assert holdout is not None
    assert holdout.calibration_period_end == dt.date(1997, 9, 30)
    assert holdout.weeks == 39.0
    split = ck.calibration_holdout_summary(
        load_cdnow_sample(),
        calibration_period_end="1997-09-30",
        observation_period_end="1998-06-30",
        time_unit="week",
    )
    assert holdout.actual_purchases == split["holdout_frequency"].sum()
    assert holdout.actual_amount == pytest.approx(
        split["holdout_total_amount"].sum(), rel=1e-12
    )


def test_weeks_and_tenths_end_at_the_totals(found: Findings[Any]) -> None:
    holdout = found.holdout
    assert holdout is not None
    last = holdout.by_week[-1]
    assert (last.week, last.actual) == (39, holdout.actual_purchases)
    assert last.predicted == pytest.approx(holdout.predicted_purchases, rel=1e-9)
    assert holdout.by_week[0].actual == 0
    for name in ("predicted_amount", "actual_amount"):
        tenths = sum(getattr(at, name) for at in holdout.by_decile)
        assert tenths == pytest.approx(getattr(holdout, name), rel=1e-12)
    assert sum(at.n_customers for at in holdout.by_decile) == 2_357
    best = sum(at.actual_amount for at in holdout.by_decile[:2])
    assert best == pytest.approx(holdout.actual_amount_of_top_fifth, rel=0.01)


def test_the_holdout_fit_is_the_published_one(found: Findings[Any]) -> None:
    """BG/NBD on the 39 weeks of the sample: Fader, Hardie and Lee (2005), table 2."""
    early = replace(QUESTION, observation_period_end=dt.date(1997, 9, 30))
    fitted = analyse(load_cdnow_sample(), question=early).fits[0]
    parameters = {name: estimate for name, estimate, _ in fitted.parameters}
    assert parameters["r"] == pytest.approx(0.2426, abs=5e-5)
    assert parameters["alpha"] == pytest.approx(4.4136, abs=5e-4)
    assert found.fits[0].n_customers == 2_357


def test_the_best_are_sorted_and_come_from_the_table(found: Findings[Any]) -> None:
    values = [row.value for row in found.best]
    assert len(values) == 20
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(found.customers["clv"].max(), rel=1e-12)
    assert all(type(row.last_date) is dt.date for row in found.best)


def test_the_value_lies_within_the_futures_drawn_each_time_the_same(
    found: Findings[Any],
) -> None:
    assert found.value_range is not None
    lower, upper = found.value_range
    assert lower < found.base.value < upper
    assert upper - lower < found.base.value
    half = analyse(load_cdnow_sample(), question=replace(QUESTION, margin=0.5))
    assert half.value_range is not None
    assert tuple(half.value_range) == pytest.approx((lower / 2, upper / 2), rel=1e-9)


def test_the_tier_of_most_value_comes_first(found: Findings[Any]) -> None:
    assert [tier.name for tier in found.tiers] == ["A", "B", "C"]
    assert found.tiers[0].value >= 0.8 * found.base.value * (1 - 1e-12)


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
def test_every_library_finds_the_same(
    backend: Any, found: Findings[Any], columns_of: ColumnsOf
) -> None:
    other = analyse(load_cdnow_sample(backend=backend), question=QUESTION)
    assert other.base.value == pytest.approx(found.base.value, rel=1e-9)
    assert other.best[0].customer_id == found.best[0].customer_id
    assert other.holdout == found.holdout
    np.testing.assert_allclose(
        columns_of(other.customers)["clv"], found.customers["clv"], rtol=1e-9
    )


def test_the_log_is_left_as_it_was() -> None:
    log = load_cdnow_sample()
    before = log.copy(deep=True)
    analyse(log, question=QUESTION)
    assert log.equals(before)


def test_columns_may_have_any_name_and_ids_stay_as_they_are(
    found: Findings[Any],
) -> None:
    log = load_cdnow_sample().rename(
        columns={"customer_id": "Kunde", "date": "Tag", "amount": "Betrag"}
    )
    log["Kunde"] = "K" + log["Kunde"].astype(str)
    question = replace(
        QUESTION, customer_id_col="Kunde", date_col="Tag", amount_col="Betrag"
    )
    named = analyse(log, question=question)
    assert named.base.value == pytest.approx(found.base.value, rel=1e-9)
    assert named.best[0].customer_id == f"K{found.best[0].customer_id}"
    assert named.customers["Kunde"].str.startswith("K").all()


def test_steps_are_told_in_order() -> None:
    told: list[str] = []
    analyse(load_cdnow_sample(), question=QUESTION, on_step=told.append)
    assert told[0] == "Checking the log"
    assert told[-1] == "Adding up"


def test_a_log_too_thin_for_a_holdout_is_analysed_all_the_same() -> None:
    # Nobody comes back in the first half, many do in the second.
    log = load_cdnow_sample()
    early = log[log["date"] <= "1997-09-30"].drop_duplicates("customer_id")
    late = log[log["date"] > "1997-09-30"]
    thin = early.merge(late, how="outer").sort_values("date")
    with pytest.warns(IdentifiabilityWarning):
        found = analyse(thin, question=QUESTION)
    assert found.fits[0].free
    assert found.holdout is None
    assert found.holdout_refused is not None
    assert "The reason: " in found.holdout_refused


def test_a_log_without_returns_is_refused_in_one_sentence() -> None:
    first = load_cdnow_sample().drop_duplicates("customer_id")
    with pytest.raises(CrmkitError):
        analyse(first, question=QUESTION)


def test_refunds_are_refused_netted_or_dropped_as_asked() -> None:
    log = load_cdnow_sample()
    log.loc[log.index[3], "amount"] = -14.96
    with pytest.raises(InvalidValueError, match="column 'amount'"):
        analyse(log, question=QUESTION)
    netted = analyse(log, question=replace(QUESTION, refunds="net"))
    dropped = analyse(log, question=replace(QUESTION, refunds="drop"))
    assert dropped.base.total_amount - netted.base.total_amount == pytest.approx(14.96)
    for found in (netted, dropped):
        assert found.holdout is not None
        assert found.holdout.by_week[-1].actual == found.holdout.actual_purchases


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("horizon_weeks", 0.0),
        ("horizon_weeks", float("inf")),
        ("annual_discount_rate", -1.0),
        ("margin", 0.0),
        ("refunds", "maybe"),
    ],
)
def test_an_impossible_question_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError, match=field):
        replace(QUESTION, **{field: value})


def test_three_columns_are_three() -> None:
    with pytest.raises(InvalidValueError) as caught:
        replace(QUESTION, amount_col="customer_id")
    assert str(caught.value) == (
        "the columns to read: one name twice in ['customer_id', 'date', "
        "'customer_id']. Name three columns: who bought, when, and for how much."
    )


def test_customers_who_all_spend_alike_are_held_by_a_penalty_and_told() -> None:
    log = load_cdnow_sample().assign(amount=10.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        found = analyse(log, question=QUESTION)
    assert [fit.penalty for fit in found.fits] == [0.0, 1.0]
    # The penalty holds what the data leave free: the range does not vanish.
    assert found.value_range is not None
    assert found.value_range.lower < found.base.value < found.value_range.upper
    assert any("a light penalty was added" in note for note in assumptions(found))
    assert found.customers["expected_spend"].median() == pytest.approx(10, rel=0.02)


def test_a_long_horizon_is_drawn_for_two_years_and_valued_to_its_end() -> None:
    question = replace(QUESTION, horizon_weeks=1_000)
    found = analyse(load_cdnow_sample(), question=question)
    ahead = [at.expected for at in found.outlook.periods if at.expected is not None]
    assert len(ahead) == 26
    assert found.outlook.weeks == 104
    assert sum(ahead) < found.base.expected_amount
