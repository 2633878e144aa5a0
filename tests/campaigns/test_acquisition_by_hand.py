"""What winning and keeping cost, group by group and with one period left out."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from crmkit.campaigns import (
    acquisition_breakeven,
    acquisition_cost_by,
    acquisition_return_by,
    acquisition_vs_retention,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.ledger import Ledger

NAN = float("nan")
PERIODS = pd.DataFrame(
    {
        "acquisition_cost": [900.0, 1000.0, 1130.0, 870.0, 1250.0],
        "n_won": [18, 21, 20, 19, 26],
        "retention_cost": [300.0, 260.0, 345.0, 280.0, 310.0],
        "n_kept": [30, 28, 34, 27, 33],
    }
)


def test_the_error_of_a_ratio_leaves_out_each_period_in_turn() -> None:
    found = acquisition_vs_retention(PERIODS)
    total = PERIODS.sum().to_numpy()
    assert found.cost_per_won == pytest.approx(total[0] / total[1], rel=1e-14, abs=0)
    assert found.cost_per_kept == pytest.approx(total[2] / total[3], rel=1e-14, abs=0)
    ratio = total[0] / total[1] / (total[2] / total[3])
    assert found.ratio == pytest.approx(ratio, rel=1e-14, abs=0)
    left = [PERIODS.drop(index=at).sum().to_numpy() for at in range(5)]
    logs = np.array([np.log(a / b / (c / d)) for a, b, c, d in left])
    error = np.sqrt(4 / 5 * np.sum((logs - logs.mean()) ** 2))
    assert found.standard_error == pytest.approx(error, rel=1e-11, abs=0)
    for level in (0.7, 0.95):
        reach = np.exp(stats.t.ppf(0.5 + level / 2, 4) * error)
        ends = [ratio / reach, ratio * reach]
        assert_allclose([*found.interval(level=level)], ends, rtol=1e-9, atol=0)
    assert found.n_periods == 5
    # One period has a ratio but no error; two need something left of each.
    one = acquisition_vs_retention(PERIODS.head(1))
    assert (one.ratio, one.standard_error) == (5.0, None)
    gone = PERIODS.head(2).assign(n_kept=[30, 0])
    with pytest.raises(NotEnoughDataError, match="in 2 periods or more"):
        acquisition_vs_retention(gone)
    with pytest.raises(NotEnoughDataError, match="in 2 periods or more"):
        acquisition_vs_retention(PERIODS.assign(acquisition_cost=0.0))


@pytest.mark.parametrize("level", [0.7, 0.95])
def test_the_interval_of_the_next_unit_has_two_parameters_less(level: float) -> None:
    given: dict[str, Any] = {"value_per_won": 90.0, "value_per_kept": 20.0}
    found = acquisition_vs_retention(PERIODS, **given)

    def earned(rows: pd.DataFrame) -> float:
        won = stats.linregress(rows["acquisition_cost"], rows["n_won"]).slope
        kept = stats.linregress(rows["retention_cost"], rows["n_kept"]).slope
        return float(90.0 * won - 20.0 * kept)

    left = np.array([earned(PERIODS.drop(index=at)) for at in range(5)])
    error = np.sqrt(4 / 5 * np.sum((left - left.mean()) ** 2))
    assert found.next_unit_error == pytest.approx(error, rel=1e-9, abs=0)
    low, high = found.interval(of="next_unit", level=level)
    assert (low + high) / 2 == pytest.approx(earned(PERIODS), rel=1e-9, abs=0)
    reach = stats.t.ppf(0.5 + level / 2, 5 - 2) * error
    assert (high - low) / 2 == pytest.approx(reach, rel=1e-9, abs=0)
    with pytest.raises(InvalidValueError, match="value_per_won"):
        acquisition_vs_retention(PERIODS, value_per_won=-1.0, value_per_kept=2.0)
    free = acquisition_vs_retention(PERIODS, value_per_won=0.0, value_per_kept=0.0)
    assert (free.next_unit_won, free.next_unit_kept) == (0.0, 0.0)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_each_channel_has_its_mean_and_its_marginal_cost(level: float) -> None:
    rows = pd.DataFrame(
        {
            "channel": [*["ads"] * 4, *["web"] * 3, "own", "own", "none"],
            "media": [10.0, 24, 31, 40, 5, 7.5, 9, 3, 4, 6],
            "sales": [1.0, 3, 2, 6, 0.5, 0, 2, 1, 1, 0],
            "n_customers": [3, 4, 7, 8, 6, 9, 8, 2, 3, 0],
        }
    )
    found: Any = acquisition_cost_by(
        rows, cost_cols=["media", "sales"], by="channel", level=level
    )
    assert found["channel"].tolist() == ["ads", "none", "own", "web"]
    assert found["n_periods"].tolist() == [4, 1, 2, 3]
    assert found["cost"].tolist() == [117, 6, 9, 24]
    assert found["n_customers"].tolist() == [22, 0, 5, 23]
    means = [117 / 22, NAN, 9 / 5, 24 / 23]
    assert_allclose(found["cost_per_customer"], means, rtol=1e-14, atol=0)
    truth = []
    for name in ("ads", "web"):
        part = rows[rows["channel"] == name]
        line = stats.linregress(part["media"] + part["sales"], part["n_customers"])
        reach = stats.t.ppf(0.5 + level / 2, len(part) - 2) * line.stderr
        ends = [line.slope, line.slope + reach, line.slope - reach]
        truth.append([1 / end if end > 0 else np.inf for end in ends])
    names = ["marginal_cost", "marginal_cost_lower", "marginal_cost_upper"]
    known = found[names].to_numpy(float)
    assert_allclose(known[[0, 3]], truth, rtol=1e-9, atol=0)
    assert np.isnan(known[[1, 2]]).all()
    assert truth[1][2] == np.inf


@pytest.mark.parametrize("level", [0.5, 0.8])
def test_the_limits_of_a_return_are_where_its_numerator_is_nothing(
    level: float,
) -> None:
    value = np.array([90.0, 150, 120, 210, 60])
    cost = np.array([60.0, 75, 50, 80, 40])
    found: Any = acquisition_return_by(
        pd.DataFrame({"clv": value, "acquisition_cost": cost}), level=level
    ).iloc[0]
    assert (found["n_customers"], found["profit"]) == (5, 325.0)
    means = [found["clv"], found["acquisition_cost"], found["clv_to_cost"]]
    assert_allclose(means, [126, 61, 126 / 61], rtol=1e-14, atol=0)
    # Fieller: at both ends the value less the ratio times the cost just differs from 0.
    for end in ("lower", "upper"):
        rest = value - found[f"clv_to_cost_{end}"] * cost
        t = abs(rest.mean()) / (rest.std(ddof=1) / np.sqrt(5))
        assert t == pytest.approx(stats.t.ppf(0.5 + level / 2, 4), rel=1e-8, abs=0)
    assert found["clv_to_cost_lower"] < 126 / 61 < found["clv_to_cost_upper"]


def test_a_customer_breaks_even_on_the_day_that_pays_the_cost() -> None:
    def on(*days: int) -> Any:
        return pd.Timestamp("2024-01-01") + pd.to_timedelta([*days], "D")

    ledger = Ledger(
        lines=pd.DataFrame(
            {
                "customer_id": ["a", "a", "a", "b", "b", "c"],
                "date": on(3, 10, 24, 6, 20, 40),
                "paid_amount": [20.0, 30.0, 9.0, 12.0, 8.0, 5.0],
                "cost_amount": [5.0, 10.0, 1.0, 2.0, 3.0, 1.0],
            }
        ),
        service=pd.DataFrame({"customer_id": ["a"], "date": on(5), "amount": [4.0]}),
        acquisition=pd.DataFrame(
            {"customer_id": ["a", "b"], "date": on(1, 2), "amount": [31.0, 15.5]}
        ),
    )
    units: list[tuple[Any, int]] = [("day", 1), ("week", 7)]
    for unit, days in units:
        found: Any = acquisition_breakeven(ledger, as_of="2024-01-31", time_unit=unit)
        assert found["customer_id"].tolist() == ["a", "b"]
        assert found["acquisition_cost"].tolist() == [31.0, 15.5]
        # 15 - 4 + 20 is what the first cost; the second is half a unit short.
        assert found["profit"].tolist() == [39.0, 15.0]
        ages = np.array([29, 28]) / days
        assert_allclose(found["age"], ages, rtol=1e-14, atol=0)
        times = np.array([9.0, np.nan]) / days
        assert_allclose(found["breakeven_time"].astype(float), times, rtol=1e-14)
