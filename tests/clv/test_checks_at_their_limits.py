"""Cutoffs, horizons, bins and counts of checks at the ends of what they allow."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from crmkit import calibration_holdout_summary, clv, rfm_summary
from crmkit._check import known_history
from crmkit.clv.checking import backtest as backtest_module
from crmkit.clv.checking.backtest_cutoffs import _latest, cutoff_days
from crmkit.clv.checking.choice_ranking import ModelGap, gap_lines
from crmkit.clv.checking.choice_scores import miscalibration, money_score
from crmkit.clv.checking.right_model_variance import (
    expected_worth,
    purchases_parameter_variance,
)
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError

FIRST = dt.date(2023, 1, 1)
ORIGIN = (FIRST - dt.date(1970, 1, 1)).days
PURCHASES = clv.BgNbd(r=0.9, alpha=30.0, a=0.8, b=2.5)
SPEND = clv.GammaGamma(p=2.5, q=4.0, v=25.0)
NBD = clv.Nbd(r=0.6, alpha=6.0)


def _day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number)).isoformat()


def _log(rows: list[tuple[str, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [who for who, _ in rows],
            "date": pd.to_datetime([_day(day) for _, day in rows]),
            "amount": [10.0 + day % 7 for _, day in rows],
        }
    )


def test_cutoffs_lie_from_the_first_purchase_to_the_horizon_before_the_end() -> None:
    log = _log([("a", 9), ("a", 59)])
    options: dict[str, Any] = {"days": 9, "end": None, "date_col": "date"}
    known = cutoff_days(log, [_day(9), _day(50)], **options)
    assert known == [ORIGIN + 9, ORIGIN + 50]
    with pytest.raises(InvalidValueError) as refused:
        cutoff_days(log, [_day(10), _day(8), _day(2), _day(70)], **options)
    assert str(refused.value) == (
        f"argument 'cutoffs': day before any purchase (2 in all; first: {_day(8)}). "
        f"The first purchase is of {_day(9)}: choose later days."
    )
    with pytest.raises(InvalidValueError) as refused:
        cutoff_days(log, [_day(50), _day(52), _day(51), _day(53)], **options)
    assert f"runs past the data (3 in all; first: {_day(52)})" in str(refused.value)
    assert f"a horizon of 9 days needs a cutoff of {_day(50)}" in str(refused.value)
    one: Any = b"2023-01-20"
    with pytest.raises(InvalidTypeError, match="a list of days"):
        cutoff_days(log, one, **options)


def test_the_first_day_of_the_calendar_is_named_and_none_before_it() -> None:
    first = -719_162
    assert _latest(first) == "0001-01-01"
    assert _latest(first - 1) == "before the calendar"


def test_customers_observed_for_less_than_a_unit_are_compared() -> None:
    base = pd.DataFrame({"frequency": [3, 1, 1], "recency": 0.25, "T": 0.5})
    found = clv.heterogeneity(base)
    assert found.n_customers == 3
    assert found.rate == pytest.approx(10 / 3, rel=1e-14, abs=0)
    assert found.statistic == pytest.approx(1.6, rel=1e-12, abs=0)
    with pytest.raises(NotEnoughDataError, match="got 1 and 3"):
        clv.heterogeneity(base.head(1))


COUNTED = pd.DataFrame(
    {
        "frequency": [0, 1, 1, 2, 6],
        "recency": [0.0, 2.0, 3.0, 3.0, 1.0],
        "T": [4.0, 4.0, 6.0, 6.0, 6.0],
        "monetary_value": [0.0, 20.0, 35.0, 12.0, 90.0],
    }
)


def test_the_most_repeat_purchases_counted_are_7_and_can_be_10_000() -> None:
    plain = clv.frequency_fit(COUNTED, models={"n": NBD})
    assert plain["n_purchases"].tolist() == list(range(8))
    assert plain["actual"].tolist() == [1, 2, 1, 0, 0, 0, 1, 0]
    long = clv.frequency_fit(COUNTED, models={"n": NBD}, most=10_000)
    assert len(long) == 10_001
    assert long["actual"].sum() == 5


def test_amounts_fall_into_thirty_bins_and_shares_are_those_of_each_customer() -> None:
    assert len(clv.spend_fit(COUNTED, spend=SPEND)) == 30
    found = clv.spend_fit(COUNTED, spend=SPEND, n_bins=3)
    edges = np.append(found["lower"], np.inf)
    known = np.zeros(3)
    for x in (1, 1, 2, 6):
        # x m / (v + x m) is a beta variable with parameters p x and q.
        share = np.append(x * edges[:-1] / (SPEND.v + x * edges[:-1]), 1.0)
        known += np.diff(beta(SPEND.p * x, SPEND.q).cdf(share)) / 4
    np.testing.assert_allclose(found["expected"], known, rtol=1e-10, atol=0)
    # 40 is the 99% quantile, so that bins begin at 0 and at 20.
    paid = [20.0, 19.5, *[40.0] * 298]
    rows = pd.DataFrame({"frequency": 1, "monetary_value": paid})
    exact = clv.spend_fit(rows, spend=SPEND, n_bins=2)
    assert exact["lower"].tolist() == [0.0, 20.0]
    np.testing.assert_allclose(exact["actual"], [1 / 300, 299 / 300], rtol=1e-12)


def _errors(log: pd.DataFrame, **options: Any) -> tuple[clv.PastError, ...]:
    asked: dict[str, Any] = {"purchases": lambda _: PURCHASES, **options}
    return clv.fit_model_error(log, **asked).errors


def test_spans_ahead_are_four_weeks_to_a_year_where_none_is_named() -> None:
    log = _log([("a", 0), ("a", 50), ("b", 20), ("b", 120), ("c", 200)])
    asked: dict[str, Any] = {
        "cutoffs": [_day(199)],
        "observation_period_end": _day(563),
    }
    leads = [28, 56, 91, 182, 273, 364]
    assert [each.lead_days for each in _errors(log, **asked)] == leads

    def split(*rows: Any, **given: Any) -> Any:
        return calibration_holdout_summary(*rows, **given).assign(kind="x")

    grouped = clv.fit_model_error_by(
        log, by="kind", summary=split, purchases=lambda _: PURCHASES, **asked
    )
    found = [each.lead_days for each in grouped.errors if not each.group]
    assert found == leads
    (short,) = _errors(log, cutoffs=[_day(199)], lead_days=[1])
    # On the day after the cutoff a new customer comes, who is none of those known.
    assert (short.lead_days, short.horizon, short.purchases) == (1, 1.0, None)
    with pytest.raises(InvalidValueError, match="'lead_days'"):
        _errors(log, cutoffs=[_day(199)], lead_days=[0])


def test_a_log_of_one_customer_is_forecast() -> None:
    log = _log([("a", 0), ("a", 50), ("a", 120)])
    (found,) = _errors(log, cutoffs=[_day(90)], lead_days=[30])
    expected = PURCHASES.expected_purchases(1, 50.0, 90.0, horizon=30.0)
    known = -np.log(float(expected))
    assert found.purchases == pytest.approx(known, rel=1e-12, abs=0)


def test_unsure_parameters_of_purchases_move_counts_and_money() -> None:
    rng = np.random.default_rng(4)
    count = rng.geometric(0.25, 60)
    rows = [
        (str(who), int(day))
        for who, n in enumerate(count)
        for day in (0, *rng.integers(1, 200, n))
    ]
    log = _log([*rows, ("0", 200)])
    known = calibration_holdout_summary(
        log, calibration_period_end=_day(120), observation_period_end=_day(180)
    )
    fit = clv.fit_bg_nbd(known, penalty=1.0)
    plain = clv.BgNbd(r=fit.r, alpha=fit.alpha, a=fit.a, b=fit.b)
    asked: dict[str, Any] = {
        "cutoffs": [_day(120)],
        "lead_days": [60],
        "spend": lambda _: SPEND,
    }
    (sure,) = _errors(log, **{**asked, "purchases": lambda _: plain})
    (unsure,) = _errors(log, **{**asked, "purchases": lambda _: fit})
    x, recency, T = (
        known[name].to_numpy(float) for name in ("frequency", "recency", "T")
    )
    worth = expected_worth(SPEND, x, known["monetary_value"].to_numpy(float))
    each = purchases_parameter_variance(
        fit, known_history(x, recency, T), worth, horizon=60.0
    )
    assert each[0] > 1e-4
    assert each[0] != pytest.approx(each[1], rel=1e-3, abs=0)
    apart = (
        unsure.purchases_chance - sure.purchases_chance,
        unsure.value_chance - sure.value_chance,
    )
    np.testing.assert_allclose(apart, each, rtol=1e-8, atol=0)


def test_groups_are_at_most_a_thousand() -> None:
    def asked(groups: int) -> clv.ModelError:
        log = _log([(str(number), number % 50) for number in range(groups)])

        def split(*rows: Any, **given: Any) -> Any:
            found = calibration_holdout_summary(*rows, **given)
            return found.assign(kind=found["customer_id"])

        return clv.fit_model_error_by(
            log,
            by="kind",
            summary=split,
            purchases=lambda _: NBD,
            cutoffs=[_day(49)],
            lead_days=[10],
            observation_period_end=_day(59),
        )

    with pytest.raises(InvalidValueError, match=r"1,001 groups\. .* at most 1,000 "):
        asked(1_001)
    assert len(asked(1_000).errors) == 1_001


def test_nothing_may_be_bought_in_no_time() -> None:
    rows = COUNTED.assign(later=[0, 1, 0, 2, 3], watched=[0.0, 0.5, 2.0, 2.0, 2.0])
    found = clv.compare_models(
        rows,
        models={"n": NBD},
        holdout_frequency_col="later",
        holdout_T_col="watched",
    )
    error = found.scores[0].holdout
    assert error is not None
    # (r + x) / (alpha + T) times half a unit, or two.
    known = 0.5 * 1.6 / 10 + 2 * (1.6 / 12 + 2.6 / 12 + 6.6 / 12)
    assert error.predicted == pytest.approx(known, rel=1e-12, abs=0)
    assert error.actual == 6


def test_a_small_sum_of_money_has_a_share_too() -> None:
    found = miscalibration(np.array([0.25, 0.5]), np.array([0.125, 0.25]))
    assert found == pytest.approx(1.0, rel=1e-12, abs=0)
    some = money_score(
        ("A", "G"), "2024-01-31", predicted=np.arange(3.0), actual=np.array([0, 2, 3.0])
    )
    assert some.gini == pytest.approx(1.0, rel=1e-12, abs=0)


def test_a_gap_without_scatter_is_shown_so_and_loses_at_no_cutoff_unasked() -> None:
    assert ModelGap(model="m").n_cutoffs_lost == 0
    gap = ModelGap(model="m", difference=0.25, standard_error=0.0)
    assert gap_lines((gap,), "error") == [
        "  m 0.25 worse in error (standard error 0: clear)"
    ]


LOG = _log([("a", 0), ("a", 3), ("a", 9), ("b", 4), ("b", 13), ("c", 10), ("c", 12)])


def _past(day: int, days: int, log: pd.DataFrame = LOG) -> Any:
    def split(**given: Any) -> pd.DataFrame:
        return calibration_holdout_summary(log, **given)

    return backtest_module._past(split, ORIGIN + day, days, "customer_id")


def test_the_last_period_is_as_long_as_the_horizon() -> None:
    # From day 4 on: day 9 of a, day 13 of b, and c is new and came back once.
    assert _past(13, 9).last_period.tolist() == [1.0, 1.0, 1.0]
    # Day 9 of a is the first of the last 5 days, and the first that is left out of 4.
    assert _past(13, 5).last_period.tolist() == [1.0, 1.0, 1.0]
    assert _past(13, 4).last_period.tolist() == [0.0, 1.0, 1.0]
    # No customer was known 14 days before: repeat purchases are counted.
    assert _past(13, 14).last_period.tolist() == [2.0, 1.0, 1.0]
    alone = _past(13, 4, LOG[LOG["customer_id"] == "a"])
    assert (alone.span, alone.last_period.tolist()) == (4.0, [0.0])


def test_a_backtest_looks_a_day_ahead_or_more() -> None:
    rng = np.random.default_rng(4)
    count = rng.geometric(0.2, 60)
    days = rng.integers(0, 100, count.sum()).tolist()
    who = np.repeat(np.arange(60), count).astype(str).tolist()
    log = _log([*zip(who, days, strict=True), ("0", 100)])
    asked: dict[str, Any] = {"models": {}, "cutoffs": [_day(98)]}
    found = clv.backtest(log, horizon_days=1, **asked)
    on = {day: {who[at] for at, n in enumerate(days) if n == day} for day in range(100)}
    earlier = set().union(*(on[day] for day in range(98)))
    # Who first buys on the last day has not come back.
    came, before = len(on[99] & (earlier | on[98])), len(on[98] & earlier)
    assert [score.actual for score in found.scores] == [came, came]
    assert (found.horizon_days, found.scores[1].predicted) == (1, before)
    assert min(came, before) > 0
    with pytest.raises(InvalidValueError, match="'horizon_days'"):
        clv.backtest(log, horizon_days=0, **asked)


def test_coverage_counts_customers_on_the_ends_of_their_ranges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of 200 draws 95% lie from the 5th to the 196th.
    draws = np.random.default_rng(1).permutation(np.arange(1.0, 201.0))[:, None]
    asked: dict[str, Any] = {}

    class _Block:
        def __init__(self, rows: slice) -> None:
            self.rows = rows
            self.purchases = np.repeat(draws, rows.stop - rows.start, axis=1)

    def futures(*_: Any, **given: Any) -> Any:
        asked.update(given)
        return iter([_Block(slice(0, 3)), _Block(slice(3, 5))])

    monkeypatch.setattr(backtest_module, "futures", futures)
    ends = np.array([5.0, 4.0, 196.0, 197.0, 100.0])
    past = backtest_module._Past(
        cutoff=_day(9),
        customers=COUNTED,
        history=known_history(*(np.ones(5) for _ in range(3))),
        span=7.0,
        actual=ends,
        last_period=ends,
    )
    score = backtest_module._score("m", past, ends)
    rng = np.random.default_rng(2)
    found = backtest_module._covered(score, PURCHASES, past.history, past, rng)
    assert found.coverage == 3 / 5
    # Five customers alike: a quantile of 2.5% has the rank 5.025 of 201.
    interval = found.interval(0.95)
    known = [5 * 5.025, 5 * 195.975, 0.95]
    np.testing.assert_allclose([*interval, interval.level], known, rtol=1e-12, atol=0)
    assert (asked["horizon"], asked["n_draws"]) == (7.0, 200)
    assert asked["discount_rate"] == 0.0


def test_weeks_are_tracked_as_summaries_of_weeks_count_them() -> None:
    rng = np.random.default_rng(8)
    # The 8th of January is a Sunday, the last day of a week.
    rows = [(str(who), int(day)) for who in range(20) for day in rng.integers(0, 63, 4)]
    log = _log([*rows, ("first", 0)])
    found = clv.tracking(
        log,
        models={"n": NBD},
        observation_period_end=_day(63),
        step_days=14,
        grain="week",
        time_unit="week",
    )
    assert len(found) == 5
    for at, end in enumerate((7, 21, 35, 49, 63)):
        known = rfm_summary(
            log, observation_period_end=_day(end), grain="week", time_unit="week"
        )
        assert found["cumulative_actual"].iloc[at] == known["frequency"].sum()
        expected = NBD.expected_purchases_new_customer(known["T"]).sum()
        assert found["cumulative_expected"].iloc[at] == pytest.approx(
            expected, rel=1e-12, abs=0
        )
    with pytest.raises(InvalidValueError, match="'step_days'"):
        clv.tracking(
            log, models={"n": NBD}, observation_period_end=_day(63), step_days=0
        )


def test_gaps_of_months_are_between_their_first_days() -> None:
    log = _log([("a", 3), ("a", 20), ("b", 5), ("a", 95), ("b", 33), ("a", 96)])
    found = clv.purchase_gaps(
        log, observation_period_end=_day(100), grain="month", time_unit="day"
    )
    assert found["customer_id"].tolist() == ["a", "b"]
    assert [str(day.date()) for day in found["date"]] == ["2023-04-01", "2023-02-01"]
    assert found["gap"].tolist() == [90.0, 31.0]


def test_a_path_cannot_name_customers_date_and_counts_its_rows_anew() -> None:
    model = clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4)
    path = clv.probability_alive_path(LOG, model=model, days=[_day(14), _day(5)])
    assert path.index.tolist() == [0, 1, 2, 3, 4]
    assert path["customer_id"].tolist() == ["a", "b", "a", "b", "c"]
    renamed = LOG.rename(columns={"date": "day", "customer_id": "date"})
    with pytest.raises(InvalidValueError, match="a column that the path adds"):
        clv.probability_alive_path(
            renamed,
            model=model,
            days=[_day(14)],
            customer_id_col="date",
            date_col="day",
        )
