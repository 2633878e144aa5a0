"""The main job on CDNOW's published sample: what is added up, and what must agree."""

import datetime as dt
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

import crmkit as ck
from crmkit.clv import (
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_mbg_nbd,
    fit_pareto_nbd,
    model_choice,
    per_unit_rate,
    with_clv,
    with_clv_if_active,
)
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import (
    CrmkitError,
    IdentifiabilityWarning,
    InvalidValueError,
)
from crmkit.report import Findings, Question, analyse
from crmkit.report.analysis import STEPS
from crmkit.report.page.assumption_notes import assumptions

ColumnsOf = Callable[[Any], dict[str, list[Any]]]

QUESTION = Question(
    source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
)


def test_the_value_is_the_sum_of_clv_of_the_rooms(found: Findings[Any]) -> None:
    customers = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    options: dict[str, Any] = {
        "purchases": fit_mbg_nbd(customers),
        "spend": fit_gamma_gamma(customers, nonpositive="drop"),
        "horizon": 52,
        "discount_rate": per_unit_rate(0.10, time_unit="week"),
    }
    valued = with_clv(customers, **options)
    assert found.base.value == pytest.approx(valued["clv"].sum(), rel=1e-9)
    active = with_clv_if_active(customers, **options)["clv_if_active"]
    at_risk = active.sum() - valued["clv"].sum()
    assert found.base.value_at_risk == pytest.approx(at_risk, rel=1e-9)
    alive = options["purchases"].with_probability_alive(customers)
    assert found.base.n_active == pytest.approx(
        alive["probability_alive"].sum(), rel=1e-9
    )
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


def test_the_models_are_compared_by_the_public_function(found: Findings[Any]) -> None:
    public = model_choice(
        load_cdnow_sample(),
        purchases={
            "BG/NBD": fit_bg_nbd,
            "MBG/NBD": fit_mbg_nbd,
            "Pareto/NBD": fit_pareto_nbd,
        },
        spend={},
        cutoffs=["1997-09-30"],
        horizon_days=273,
        observation_period_end="1998-06-30",
        summary=partial(ck.calibration_holdout_summary, time_unit="week"),
    )
    compared = found.models.compared
    assert found.models.chosen == public.purchases == compared[0].name
    assert tuple(each.gap for each in compared) == (None, *public.purchase_gaps)
    scores = {each.model: each for each in public.purchase_scores}
    for each in compared:
        score = scores[each.name]
        assert (each.log_score, each.bias) == (score.log_score, score.bias)
        assert each.mean_absolute_error == score.mean_absolute_error
    assert found.models.n_compared == 2_357


def test_a_model_that_is_asked_for_is_used() -> None:
    asked = analyse(load_cdnow_sample(), question=replace(QUESTION, model="bg_nbd"))
    assert (asked.models.chosen, asked.models.reason) == ("BG/NBD", "asked")
    assert asked.fits[0].name.startswith("BG/NBD")


def test_the_months_ahead_add_up_to_what_is_expected(found: Findings[Any]) -> None:
    months = found.outlook.months
    ahead = [at.expected for at in months if at.expected]
    assert months[-len(ahead)].start == dt.date(1998, 7, 1)
    assert sum(ahead) == pytest.approx(found.base.expected_amount, rel=1e-9)
    assert found.outlook.next_amount == pytest.approx(sum(ahead), rel=1e-9)


def test_the_past_months_hold_the_whole_log(found: Findings[Any]) -> None:
    log = load_cdnow_sample()
    past = [at for at in found.outlook.months if not at.expected]
    assert past[0].start == dt.date(1997, 1, 1)
    may = log.loc[log["date"].between("1998-05-01", "1998-05-31"), "amount"].sum()
    assert past[-2].repeat == pytest.approx(may, rel=1e-12)
    spent = sum(at.first + at.repeat for at in past)
    assert spent == pytest.approx(log["amount"].sum(), rel=1e-12)


def test_retention_is_that_of_the_public_tables(found: Findings[Any]) -> None:
    log, end = load_cdnow_sample(), "1998-06-30"
    cells = ck.segments.cohort_table(log, observation_period_end=end)
    first = cells[(cells["cohort"] == cells["cohort"].min()) & (cells["age"] <= 12)]
    assert found.retention.cohorts[0].retention == pytest.approx(
        first["retention"].tolist()
    )
    growth = ck.segments.growth_accounting(log, observation_period_end=end)
    assert found.retention.growth[-1].lost == growth["lost"].iloc[-1]


def test_segments_and_stages_are_those_of_the_public_functions(
    found: Findings[Any],
) -> None:
    customers = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    rfm = ck.segments.with_rfm_segment(ck.segments.with_rfm_scores(customers))
    assert found.customers["rfm_segment"].tolist() == rfm["rfm_segment"].tolist()
    life = ck.segments.lifecycle_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", window_days=91
    ).merge(found.customers[["customer_id", "probability_alive"]])
    staged = ck.segments.with_lifecycle_stage(
        life,
        lapse_days=365,
        window_days=91,
        probability_alive_col="probability_alive",
    ).set_index("customer_id")["lifecycle_stage"]
    ours = found.customers.set_index("customer_id")["lifecycle_stage"]
    assert ours.to_dict() == staged.to_dict()


def test_value_at_risk_adds_up_over_tiers_and_states(found: Findings[Any]) -> None:
    at_risk = sum(each.value_at_risk for each in found.risk)
    assert at_risk == pytest.approx(found.base.value_at_risk, rel=1e-9)
    people = sum(each.n_customers for each in found.risk)
    assert people == found.base.n_customers


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
    end = dt.date(1997, 9, 30)
    early = replace(QUESTION, observation_period_end=end, model="bg_nbd")
    fitted = analyse(load_cdnow_sample(), question=early).fits[0]
    parameters = {name: estimate for name, estimate, _ in fitted.parameters}
    assert parameters["r"] == pytest.approx(0.2426, abs=5e-5)
    assert parameters["alpha"] == pytest.approx(4.4136, abs=5e-4)
    assert found.fits[0].n_customers == 2_357


def test_the_value_lies_within_its_range_each_time_the_same(
    found: Findings[Any],
) -> None:
    end = found.outlook.fan[-1]
    assert end.expected == found.base.value
    assert end.lower is not None
    assert end.upper is not None
    assert end.lower < end.expected < end.upper
    half = analyse(load_cdnow_sample(), question=replace(QUESTION, margin=0.5))
    assert half.outlook.fan[-1].lower == pytest.approx(end.lower / 2, rel=1e-9)


def test_the_range_contains_the_errors_of_past_forecasts(found: Findings[Any]) -> None:
    assert found.ahead is not None
    assert found.past_errors is not None
    assert found.ahead.value_error == found.past_errors.at(horizon=52.0, total="value")
    lower, upper = found.ahead.interval("value")
    plain = found.ahead.plain_value
    assert plain is not None
    assert upper - lower > 1.5 * (plain.upper - plain.lower)
    fan = found.outlook.fan
    widths = [(at.upper or 0.0) - (at.lower or 0.0) for at in fan]
    assert widths == sorted(widths)


def test_the_tier_of_most_value_comes_first(found: Findings[Any]) -> None:
    assert [tier.name for tier in found.tiers] == ["A", "B", "C"]
    assert found.tiers[0].value >= 0.8 * found.base.value * (1 - 1e-12)


@pytest.mark.parametrize("backend", ["polars", "pyarrow"])
def test_every_library_finds_the_same(
    backend: Any, found: Findings[Any], columns_of: ColumnsOf
) -> None:
    other = analyse(load_cdnow_sample(backend=backend), question=QUESTION)
    assert other.base.value == pytest.approx(found.base.value, rel=1e-9)
    for theirs, ours in (
        (other.best, found.best),
        (other.lists[0].customers, found.lists[0].customers),
    ):
        assert type(theirs) is type(other.customers)
        ids = np.asarray(columns_of(theirs)["customer_id"]).tolist()
        assert ids == ours["customer_id"].tolist()
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
    assert named.best["Kunde"].tolist() == [
        f"K{each}" for each in found.best["customer_id"]
    ]
    assert named.customers["Kunde"].str.startswith("K").all()


def test_steps_are_told_in_order() -> None:
    told: list[tuple[int, int]] = []
    analyse(
        load_cdnow_sample(),
        question=QUESTION,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(done, len(STEPS)) for done in range(len(STEPS) + 1)]
    assert STEPS[0] == "Checking the log"
    assert STEPS[-1].startswith("Sorting customers")


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
    assert found.ahead is not None  # a penalty gives the draws a scale
    assert any("a light penalty was added" in note for note in assumptions(found))
    assert found.customers["expected_spend"].median() == pytest.approx(10, rel=0.02)


def test_a_long_horizon_is_drawn_for_two_years_and_valued_to_its_end() -> None:
    question = replace(QUESTION, horizon_weeks=1_000)
    found = analyse(load_cdnow_sample(), question=question)
    ahead = [at.expected for at in found.outlook.months if at.expected]
    assert len(ahead) == 24
    assert found.outlook.weeks == 1_000
    assert sum(ahead) < found.base.expected_amount
