"""Acquisition: full and marginal cost, payback, value against cost."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit.campaigns import (
    AcquisitionVsRetention,
    Payback,
    acquisition_cost_by,
    acquisition_return_by,
    acquisition_vs_retention,
    payback,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

CASE: dict[str, Any] = {"acquisition_cost": 300, "margin": 30, "retention": 0.97}


def test_a_high_rate_of_discount_ends_a_payback() -> None:
    # 1.5 to the power of the last period is beyond the largest number.
    found = payback(**CASE, discount_rate=0.5)
    assert found.periods is None
    assert found.clv == pytest.approx(30 / (1 - 0.97 / 1.5), rel=1e-12)


def test_no_margin_repays_nothing_even_where_it_would_last_for_ever() -> None:
    found = payback(acquisition_cost=1, margin=0, retention=1)
    assert (found.clv, found.periods) == (0, None)


def test_the_published_payback() -> None:
    # The worked case: 300 spent, 30 a month, 3% leave each month, 1% of discount.
    plain = payback(**CASE)
    assert plain.simple_periods == 10
    assert plain.periods == 12
    found = payback(**CASE, discount_rate=0.01)
    assert found.periods == 13
    assert found.clv == pytest.approx(757.5, rel=1e-12)
    late = payback(**CASE, discount_rate=0.01, margin_at="end")
    assert late.clv == pytest.approx(750, rel=1e-12)
    assert late.clv_to_cost == pytest.approx(2.5, rel=1e-12)


def test_a_curve_of_survival_pays_as_its_retention_does() -> None:
    curve = 0.97 ** np.arange(3000)
    found = payback(acquisition_cost=300, margin=30, survival=curve, discount_rate=0.01)
    assert found.periods == 13
    assert found.clv == pytest.approx(757.5, rel=1e-9)


def test_a_payback_that_never_comes_is_none() -> None:
    never = payback(acquisition_cost=300, margin=6, retention=0.97)
    assert never.periods is None
    assert not never.pays_back
    assert never.clv == pytest.approx(200)
    endless = payback(acquisition_cost=300, margin=6, retention=1.0)
    assert (endless.periods, endless.clv) == (50, None)
    for each in (never, endless):
        assert Payback.from_dict(json.loads(json.dumps(each.to_dict()))) == each
    assert payback(acquisition_cost=0, margin=6, retention=0.9).periods == 0
    assert payback(acquisition_cost=5, margin=-1, retention=0.9).simple_periods is None


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({}, "neither"),
        ({"retention": 0.9, "survival": [1.0]}, "both"),
        ({"survival": [0.5, 0.9]}, "a curve that rises"),
    ],
)
def test_a_payback_needs_one_curve(given: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidValueError, match=match):
        payback(acquisition_cost=1, margin=1, **given)


def test_full_and_marginal_cost(frame: Any, columns_of: Any) -> None:
    media, sales = np.array([100.0, 200, 350, 400, 90]), np.arange(5) * 10.0
    won = np.array([10, 15, 18, 22, 9])
    found = columns_of(
        acquisition_cost_by(
            frame({"media": media, "sales": sales, "n_customers": won}),
            cost_cols=["media", "sales"],
        )
    )
    cost = media + sales
    line = stats.linregress(cost, won)
    reach = stats.t.ppf(0.975, 3) * line.stderr
    assert found["cost_per_customer"][0] == pytest.approx(cost.sum() / won.sum())
    assert found["marginal_cost"][0] == pytest.approx(1 / line.slope, rel=1e-9)
    assert found["marginal_cost_lower"][0] == pytest.approx(1 / (line.slope + reach))
    assert found["marginal_cost_upper"][0] == pytest.approx(1 / (line.slope - reach))


def test_spending_that_wins_no_one_more_has_an_infinite_marginal_cost() -> None:
    import pandas as pd

    periods = pd.DataFrame(
        {
            "channel": ["a"] * 3 + ["b"] * 3 + ["c"] + ["d"] * 2,
            "spent": [1.0, 2, 3, 5, 5, 5, 9, 1, 2],
            "n_customers": [5, 4, 3, 1, 2, 3, 4, 5, 8],
        }
    )
    found = acquisition_cost_by(periods, by="channel", cost_cols=["spent"])
    assert found["marginal_cost"][0] == np.inf
    assert found["marginal_cost"][1:].isna().all()


def test_value_against_cost_covers_the_truth(rng: np.random.Generator) -> None:
    import pandas as pd

    n, draws = 80, 500
    cost = rng.gamma(4, 10, n * draws)
    won = pd.DataFrame(
        {
            "draw": np.repeat(np.arange(draws), n),
            "clv": 2 * cost + rng.gamma(1, 40, n * draws),
            "acquisition_cost": cost,
        }
    )
    found = acquisition_return_by(won, by="draw")
    inside = (found["clv_to_cost_lower"] <= 3) & (found["clv_to_cost_upper"] >= 3)
    assert 0.92 < inside.mean() < 0.975
    assert found["profit"].sum() == pytest.approx((won["clv"] - cost).sum())


def test_a_negative_cost_and_a_group_named_like_a_result_are_refused(
    frame: Any,
) -> None:
    base = {"profit": ["a", "b"], "clv": [2.0, 4], "acquisition_cost": [1.0, 2]}
    with pytest.raises(InvalidValueError, match="called like one of the result"):
        acquisition_return_by(frame(base), by="profit")
    with pytest.raises(InvalidValueError, match="'acquisition_cost': negative value"):
        acquisition_return_by(frame(base | {"acquisition_cost": [-1.0, 2]}))


def test_value_against_cost_in_any_engine(frame: Any, columns_of: Any) -> None:
    base = {
        "channel": ["ads", "ads", "own", "own"],
        "clv": [10.0, 30.0, 5.0, 7.0],
        "acquisition_cost": [5.0, 5.0, 0.0, 0.0],
    }
    found = columns_of(acquisition_return_by(frame(base), by="channel"))
    at = found["channel"].index("ads")
    assert found["clv_to_cost"][at] == pytest.approx(4)
    free = found["clv_to_cost"][1 - at]
    assert free is None or np.isnan(free)


def test_who_came_for_nothing_or_alone_has_no_range_of_return(
    eager_frame: Any, columns_of: Any
) -> None:
    base = {
        "source": ["free", "free", "one", "two", "two"],
        "clv": [10.0, 30.0, 8.0, 9.0, 11.0],
        "acquisition_cost": [0.0, 0.0, 4.0, 5.0, 5.0],
    }
    found = columns_of(acquisition_return_by(eager_frame(base), by="source"))
    by_source = dict(zip(found["source"], range(3), strict=True))
    for source, ratio, limits in (("free", None, 0), ("one", 2.0, 0), ("two", 2.0, 2)):
        at = by_source[source]
        given = found["clv_to_cost"][at]
        assert (np.isnan(given) if given is not None else True) == (ratio is None)
        assert ratio is None or given == pytest.approx(ratio, rel=1e-12, abs=0)
        ends = [found[f"clv_to_cost_{end}"][at] for end in ("lower", "upper")]
        assert sum(end is not None and np.isfinite(end) for end in ends) == limits
        assert not any(end is not None and np.isinf(end) for end in ends)
    one, two = by_source["one"], by_source["two"]
    for name, value in (("clv", 8.0), ("acquisition_cost", 4.0), ("profit", 4.0)):
        assert found[name][one] == value
    # At a certain cost the range is that of a mean: the standard error is 1.
    reach = stats.t.ppf(0.975, 1)
    limits_ = [found["clv_to_cost_lower"][two], found["clv_to_cost_upper"][two]]
    np.testing.assert_allclose(limits_, [2 - reach / 5, 2 + reach / 5], rtol=1e-12)


def test_large_amounts_keep_the_spread_of_their_ratio() -> None:
    # One in a billion apart: squares of the amounts do not show that.
    won = pd.DataFrame(
        {
            "clv": 3e9 + np.array([3.0, -1, 2, -4]),
            "acquisition_cost": 1e9 + np.array([1.0, 2, -2, -1]),
        }
    )
    found = acquisition_return_by(won).iloc[0]
    # Of so small a spread the limits are those of a mean: value less 3 times the cost.
    rest = won["clv"] - 3 * won["acquisition_cost"]
    reach = stats.t.ppf(0.975, 3) * rest.std() / 2 / 1e9
    width = found["clv_to_cost_upper"] - found["clv_to_cost_lower"]
    assert width == pytest.approx(2 * reach, rel=1e-6)


def test_large_spending_keeps_its_marginal_cost() -> None:
    cost, won = np.array([0.0, 10, 25, 30, 41]), np.array([10, 15, 18, 22, 24])
    periods = pd.DataFrame({"spent": 1e9 + cost, "n_customers": won})
    found = acquisition_cost_by(periods, cost_cols=["spent"]).iloc[0]
    line = stats.linregress(cost, won)
    reach = stats.t.ppf(0.975, 3) * line.stderr
    assert found["marginal_cost"] == pytest.approx(1 / line.slope, rel=1e-9)
    assert found["marginal_cost_lower"] == pytest.approx(
        1 / (line.slope + reach), rel=1e-9
    )


def test_spending_that_hardly_varies_is_measured_against_its_mean() -> None:
    # A spread of 1.5e-11 of the mean is above rounding, and just so.
    cost, won = np.array([0.0, 10, 25, 30, 41]), np.array([10, 15, 18, 22, 24])
    periods = pd.DataFrame({"spent": 1 + 1e-12 * cost, "n_customers": won})
    found = acquisition_cost_by(periods, cost_cols=["spent"]).iloc[0]
    slope = stats.linregress(cost, won).slope
    assert found["marginal_cost"] == pytest.approx(1e-12 / slope, rel=1e-3, abs=0)


def test_winning_against_keeping(rng: np.random.Generator) -> None:
    import pandas as pd

    covered = 0
    periods = pd.DataFrame()
    for _ in range(200):
        won, kept = rng.poisson(40, 12) + 1, rng.poisson(60, 12) + 1
        periods = pd.DataFrame(
            {
                "acquisition_cost": rng.gamma(50, 50 * 41 / 50, 12),
                "n_won": won,
                "retention_cost": rng.gamma(50, 10 * 61 / 50, 12),
                "n_kept": kept,
            }
        )
        lower, upper = acquisition_vs_retention(periods).interval()
        covered += lower <= 5 <= upper
    assert 180 <= covered <= 198
    found = acquisition_vs_retention(periods)
    again = AcquisitionVsRetention.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    three = acquisition_vs_retention(periods.head(3))
    reach = np.exp(stats.t.ppf(0.9, 2) * three.standard_error)  # type: ignore[operator]
    assert three.interval(level=0.8).upper == pytest.approx(three.ratio * reach)
    one = acquisition_vs_retention(periods.head(1))
    with pytest.raises(NotEnoughDataError, match="2 periods"):
        one.interval()
    with pytest.raises(NotEnoughDataError, match="customers won"):
        acquisition_vs_retention(periods.assign(n_won=0))


def spending(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Simulate periods where 100 more win 4 customers, or keep 6 of less value."""
    winning, keeping = rng.uniform(500, 1500, n), rng.uniform(100, 500, n)
    return pd.DataFrame(
        {
            "acquisition_cost": winning,
            "n_won": 20 + 0.04 * winning + rng.normal(0, 3, n),
            "retention_cost": keeping,
            "n_kept": 30 + 0.06 * keeping + rng.normal(0, 3, n),
        }
    )


def test_the_next_unit_of_money_earns_the_slope_times_the_value(
    rng: np.random.Generator,
) -> None:
    periods = spending(rng, 12)
    found = acquisition_vs_retention(periods, value_per_won=100, value_per_kept=50)
    slopes = [
        stats.linregress(periods[cost], periods[count]).slope
        for cost, count in (
            ("acquisition_cost", "n_won"),
            ("retention_cost", "n_kept"),
        )
    ]
    assert found.next_unit_won == pytest.approx(100 * slopes[0], rel=1e-9)
    assert found.next_unit_kept == pytest.approx(50 * slopes[1], rel=1e-9)
    # By leaving out each period in turn, the long way round.
    left = [
        acquisition_vs_retention(
            periods.drop(index=at), value_per_won=100, value_per_kept=50
        )
        for at in periods.index
    ]
    apart = np.array([each.next_unit_won for each in left], dtype=float)
    apart -= np.array([each.next_unit_kept for each in left], dtype=float)
    error = np.sqrt(11 / 12 * np.sum((apart - apart.mean()) ** 2))
    assert found.next_unit_error == pytest.approx(error, rel=1e-9)
    again = AcquisitionVsRetention.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found


def test_the_interval_of_the_next_unit_covers_the_truth(
    rng: np.random.Generator,
) -> None:
    covered = 0
    for _ in range(60):
        found = acquisition_vs_retention(
            spending(rng, 12), value_per_won=100, value_per_kept=50
        )
        lower, upper = found.interval(of="next_unit")
        covered += lower <= 4 - 3 <= upper
    assert covered >= 52


def test_a_next_unit_needs_values_and_different_spending(
    rng: np.random.Generator,
) -> None:
    periods = spending(rng, 6)
    values: dict[str, Any] = {"value_per_won": 100, "value_per_kept": 50}
    with pytest.raises(InvalidValueError, match="one of the two"):
        acquisition_vs_retention(periods, value_per_won=100)
    for few in (
        acquisition_vs_retention(periods),
        acquisition_vs_retention(periods.head(3), **values),
        acquisition_vs_retention(periods.assign(retention_cost=9.9), **values),
    ):
        assert few.next_unit_won is None
        with pytest.raises(NotEnoughDataError, match="4 periods of other spending"):
            few.interval(of="next_unit")
    assert acquisition_vs_retention(periods.head(4), **values).next_unit_won is not None


def test_no_periods_and_no_customers_are_no_warning() -> None:
    periods = pd.DataFrame({"media": [10.0, 20, 30], "n_customers": [1, 2, 3]})
    none = acquisition_cost_by(periods.head(0), cost_cols=["media"])
    assert not none["marginal_cost"].notna().any()
    with pytest.raises(InvalidValueError, match=r"count beyond 1e\+15"):
        acquisition_cost_by(periods.assign(n_customers=1e75), cost_cols=["media"])


@pytest.mark.parametrize("discount", [0.5, 1e12, 1e99])
def test_a_high_discount_rate_leaves_the_first_margin_only(discount: float) -> None:
    found = payback(acquisition_cost=2, margin=1, retention=0.9, discount_rate=discount)
    assert not found.pays_back or discount < 1
    assert found.profit[0] == -1
    with pytest.raises(InvalidValueError, match="to 1e\\+100"):
        payback(acquisition_cost=2, margin=1e308, retention=0.9)


@pytest.mark.parametrize("margin_at", ["start", "end"])
@pytest.mark.parametrize("cost", [0.0, 10.0, 18.0, 24.4, 24.41])
def test_a_payback_is_a_count_of_periods(cost: float, margin_at: Any) -> None:
    survival = [1.0, 0.8, 0.8, 0.0]
    found = payback(
        acquisition_cost=cost,
        margin=10.0,
        survival=survival,
        discount_rate=0.25,
        margin_at=margin_at,
    )
    late = 0 if margin_at == "start" else 1
    earned = [
        10.0 * share / 1.25 ** (period + late) for period, share in enumerate(survival)
    ]
    sums = [sum(earned[: period + 1]) for period in range(4)]
    enough = [period + 1 for period, total in enumerate(sums) if total >= cost]
    expected = 0 if not cost else (enough[0] if enough else None)
    assert found.periods == expected
    assert found.clv == pytest.approx(sums[-1], rel=1e-12)
    assert found.profit == pytest.approx([total - cost for total in sums], abs=1e-12)
    assert found.simple_periods == cost / 10
    ratio = None if not cost else pytest.approx(sums[-1] / cost)
    assert found.clv_to_cost == ratio


@pytest.mark.parametrize(
    ("cost", "periods", "shown"),
    [(6.0, 6, 12), (7.0, 7, 14), (120.0, 120, 240), (121.0, 121, 240)],
)
def test_twice_the_periods_of_a_payback_are_shown(
    cost: float, periods: int, shown: int
) -> None:
    found = payback(acquisition_cost=cost, margin=1.0, retention=1.0)
    assert (found.periods, len(found.profit)) == (periods, shown)
    # Of a payback that never comes, the first 60 periods.
    never = payback(acquisition_cost=100.0, margin=1.0, retention=0.9)
    assert (never.periods, len(never.profit)) == (None, 60)


def test_a_survival_may_be_whole_or_nothing_but_not_beyond() -> None:
    for wrong in ([1.01], [0.5, -0.01], [0.5, 0.6]):
        with pytest.raises(InvalidValueError, match="rises, or leaves 0 to 1"):
            payback(acquisition_cost=1, margin=1, survival=wrong)
    assert payback(acquisition_cost=1, margin=1, survival=[1.0, 1.0, 0.0]).periods == 1
