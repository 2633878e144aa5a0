"""What a randomised campaign added: uplift, Qini and incremental profit."""

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.campaigns import (
    IncrementalProfit,
    QiniArea,
    incremental_profit,
    maximum_uplift_profit,
    qini,
    uplift_curve,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.kernels.base import ranking
from crmkit.kernels.targeting import uplift as kernel
from crmkit.typing import FloatArray

# scikit-uplift 0.5.1 gives this curve, from the first cut that holds both groups on.
UPLIFT = {
    "uplift": [0.9, 0.1, 0.8, 0.3, 0.7, 0.2, 0.6, 0.4, 0.5, 0.05],
    "treated": [1] * 5 + [0] * 5,
    "retained": [1, 0, 1, 0, 1, 1, 0, 0, 1, 0],
}


def test_the_published_qini_curve(eager_frame: Any, columns_of: Any) -> None:
    out = columns_of(uplift_curve(eager_frame(UPLIFT)))
    # It counts 1, 2, 3 at the first cuts, above which there is no control customer yet.
    assert out["qini"] == pytest.approx([0, 0, 0, 0, 3, 1.5, 2, 5 / 3, 1, 0.5, 1])
    assert out["share_targeted"] == pytest.approx(np.arange(11) / 10)


def test_a_true_ranking_has_an_area_and_a_random_one_has_none(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    effect, treated = rng.random(6000), rng.random(6000) < 0.4
    retained = rng.random(6000) < 0.3 + 0.6 * effect * treated
    base = pd.DataFrame({"uplift": effect, "treated": treated, "retained": retained})
    found = qini(base, rng=rng, n_resamples=100)
    assert found.interval().lower > 0
    assert found.effect == pytest.approx(0.3, abs=0.04)
    blind = qini(base.assign(uplift=rng.random(6000)), rng=rng, n_resamples=100)
    lower, upper = blind.interval()
    assert lower < 0 < upper
    assert QiniArea.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    profit = maximum_uplift_profit(base, clv=20, incentive=2, contact_cost=1)
    everyone = maximum_uplift_profit(
        base.assign(uplift=0.0), clv=20, incentive=2, contact_cost=1
    )
    assert profit.profit > everyone.profit
    assert 0 < profit.share_targeted < 1


def test_no_control_group_is_no_uplift() -> None:
    import pandas as pd

    with pytest.raises(NotEnoughDataError, match="10 treated of 10"):
        uplift_curve(pd.DataFrame(UPLIFT | {"treated": 1}))


def test_the_error_of_an_effect_is_that_of_welch(rng: np.random.Generator) -> None:
    import pandas as pd
    from scipy import stats

    treated = np.arange(90) < 70
    profit = rng.normal(20, 3, 90) + treated * rng.normal(5, 9, 90)
    found = incremental_profit(
        pd.DataFrame({"treated": treated, "profit": profit}), cost=10
    )
    welch = stats.ttest_ind(profit[treated], profit[~treated], equal_var=False)
    expected = welch.confidence_interval(0.9)
    lower, upper = found.interval(level=0.9)
    assert lower == pytest.approx(expected.low, rel=1e-12)
    assert upper == pytest.approx(expected.high, rel=1e-12)
    in_all = found.interval(level=0.9, of="profit")
    half = (upper - lower) / 2
    assert in_all.upper - found.profit == pytest.approx(70 * half, rel=1e-12)
    assert in_all.lower == pytest.approx(70 * lower - 10, rel=1e-12)


def test_the_campaign_effect_covers_the_truth_and_the_past_narrows_it(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    covered, widths = 0, []

    def campaign() -> pd.DataFrame:
        before = rng.normal(50, 20, 300)
        treated = rng.random(300) < 0.5
        profit = before + 3 * treated + rng.normal(0, 8, 300)
        return pd.DataFrame({"treated": treated, "profit": profit, "before": before})

    for _ in range(200):
        base = campaign()
        plain = incremental_profit(base, cost=100)
        sharp = incremental_profit(base, cost=100, before_col="before")
        (low, high), (far, up) = sharp.interval(), plain.interval()
        covered += low <= 3 <= high
        widths.append((high - low) / (up - far))
    assert 180 <= covered <= 199
    assert np.mean(widths) < 0.5
    found = incremental_profit(campaign(), cost=100)
    assert found.profit == pytest.approx(found.n_treated * found.effect - 100)
    again = IncrementalProfit.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found


@pytest.mark.parametrize("size", [1e-90, 1e70])
@pytest.mark.parametrize("before", [None, "before"])
def test_the_unit_of_money_is_nothing_to_an_effect(
    size: float, before: str | None, rng: np.random.Generator
) -> None:
    import pandas as pd

    campaign = pd.DataFrame(
        {
            "treated": np.arange(40) % 2,
            "profit": rng.normal(5, 2, 40),
            "before": rng.gamma(2, 1, 40),
        }
    )
    money = campaign.assign(
        profit=campaign["profit"] * size, before=campaign["before"] * size
    )
    plain = incremental_profit(campaign, cost=7, before_col=before)
    sized = incremental_profit(money, cost=7 * size, before_col=before)
    for name in ("effect", "standard_error", "profit"):
        assert getattr(sized, name) == pytest.approx(
            getattr(plain, name) * size, rel=1e-9, abs=0
        )
    assert sized.return_on_investment == pytest.approx(
        plain.return_on_investment, rel=1e-9
    )


def test_the_best_cut_by_uplift_is_that_of_a_search(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    for _ in range(20):
        base = pd.DataFrame(
            {
                "uplift": rng.choice([0.1, 0.3, 0.3, 0.8], 14),
                "treated": np.arange(14) % 2,
                "retained": rng.integers(0, 2, 14),
            }
        )
        best = 0.0
        for cut in base["uplift"].unique():
            top = base[base["uplift"] >= cut]
            stays = top.groupby("treated")["retained"].mean()
            if stays.size == 2:
                # Of those treated, only who stays costs the incentive.
                each = 50 * (stays[1] - stays[0]) - 8 * stays[1] - 1
                best = max(best, (len(top) * each) / 14)
        found = maximum_uplift_profit(base, clv=50, incentive=8, contact_cost=1)
        assert found.profit == pytest.approx(best, rel=1e-12, abs=1e-12)


def test_the_past_is_taken_off_by_its_slope(rng: np.random.Generator) -> None:
    import pandas as pd

    before = rng.gamma(2, 20, 60) + 500
    profit, treated = 0.7 * before + rng.normal(0, 5, 60), np.arange(60) < 25
    slope = np.polyfit(before, profit, 1)[0]
    campaign = pd.DataFrame({"treated": treated, "profit": profit, "before": before})
    found = incremental_profit(campaign, cost=10, before_col="before")
    less = incremental_profit(campaign.assign(profit=profit - slope * before), cost=10)
    assert found.effect == pytest.approx(less.effect, rel=1e-9)
    assert found.standard_error == pytest.approx(less.standard_error, rel=1e-9)


def _mean_areas(score: FloatArray, outcome: FloatArray, treated: int) -> list[float]:
    """Average the areas of both curves over all assignments of so many customers."""
    n, areas = score.size, []
    for chosen in itertools.combinations(range(n), treated):
        t = np.isin(np.arange(n), chosen).astype(float)
        _, sums = ranking.blocks(score, t, 1 - t, t * outcome, (1 - t) * outcome)
        count = sums[0] + sums[1]
        areas.append(
            [
                kernel.area(count, curve(*sums))
                for curve in (kernel.qini_curve, kernel.uplift_curve)
            ]
        )
    assert len(areas) == math.comb(n, treated)
    return [float(mean) for mean in np.mean(areas, axis=0)]


@given(
    n=st.integers(2, 8),
    share=st.floats(0.1, 0.9),
    seed=st.integers(0, 9999),
    grain=st.sampled_from([2, 1000]),
)
def test_without_an_effect_the_area_of_any_ranking_is_0_on_average(
    n: int,
    share: float,
    seed: int,
    grain: int,
) -> None:
    rng = np.random.default_rng(seed)
    outcome = rng.integers(0, 2, n).astype(float)
    # The ranking knows the outcome, which is the hardest case.
    score = outcome + rng.integers(0, grain, n) / grain  # few grains make ties
    treated = min(max(round(share * n), 1), n - 1)
    assert _mean_areas(score, outcome, treated) == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize(("n", "treated"), [(10, 8), (10, 9), (12, 11), (12, 6)])
def test_without_an_effect_few_controls_leave_no_bias(n: int, treated: int) -> None:
    outcome = (np.arange(n) < n // 2).astype(float)
    score = -np.arange(n, dtype=float)
    assert _mean_areas(score, outcome, treated) == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize("direction", [1, -1])
def test_equal_outcomes_have_no_area_in_any_order(
    direction: int, rng: np.random.Generator
) -> None:
    import pandas as pd

    campaign = pd.DataFrame(
        {
            "uplift": direction * np.array([0.9, 0.8, 0.7, 0.6]),
            "treated": [1, 1, 0, 0],
            "retained": [1, 1, 1, 1],
        }
    )
    assert qini(campaign, rng=rng, n_resamples=9).area == 0
    assert uplift_curve(campaign)["qini"].tolist() == [0] * 5


@pytest.mark.parametrize("before", [None, "before"])
def test_an_empty_campaign_is_refused_without_a_warning(before: str | None) -> None:
    import pandas as pd

    empty = pd.DataFrame({"treated": [], "profit": [], "before": []}, dtype=float)
    with pytest.raises(NotEnoughDataError, match="got 0 treated and 0 in control"):
        incremental_profit(empty, cost=1, before_col=before)


def test_profit_that_does_not_vary_has_an_interval_of_one_point() -> None:
    import pandas as pd

    campaign = pd.DataFrame({"treated": [1, 1, 0, 0], "profit": [5, 5, 2, 2]})
    found = incremental_profit(campaign, cost=1)
    assert tuple(found.interval()) == (3, 3)
    assert IncrementalProfit.from_dict(found.to_dict()) == found


def test_uplift_profit_has_an_interval(rng: np.random.Generator) -> None:
    import pandas as pd

    effect, treated = rng.random(2000), rng.random(2000) < 0.5
    retained = rng.random(2000) < 0.3 + 0.6 * effect * treated
    base = pd.DataFrame({"uplift": effect, "treated": treated, "retained": retained})
    found = maximum_uplift_profit(
        base, clv=20, incentive=2, contact_cost=1, rng=rng, n_resamples=200
    )
    lower, upper = found.interval()
    assert lower < found.profit < upper
    draws = []
    for _ in range(100):
        rows = base.iloc[rng.integers(2000, size=2000)]
        draws.append(
            maximum_uplift_profit(rows, clv=20, incentive=2, contact_cost=1).profit
        )
    assert (lower, upper) == pytest.approx(
        tuple(np.quantile(draws, [0.025, 0.975])), abs=0.6 * float(np.std(draws))
    )


def test_the_return_of_costs_known_per_customer_has_an_interval_that_covers(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    covered, in_all = 0, 0
    for _ in range(300):
        treated = np.arange(400) < 250
        redeemed = treated & (rng.random(400) < 0.4)
        profit = rng.gamma(2, 10, 400) + 12 * redeemed
        campaign = pd.DataFrame(
            {"treated": treated, "profit": profit, "cost": 5.0 * redeemed}
        )
        found = incremental_profit(campaign, cost_col="cost")
        lower, upper = found.interval(of="return_on_investment")
        # 0.4 x 12 gained per customer for 0.4 x 5 spent.
        covered += lower <= 12 / 5 - 1 <= upper
        low, high = found.interval(of="profit")
        in_all += low <= 250 * 0.4 * 7 <= high
    assert 275 <= covered <= 296
    assert 275 <= in_all <= 296


def test_a_fixed_cost_makes_the_return_a_line_in_the_effect(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    treated = np.arange(60) % 2
    profit = rng.normal(20, 3, 60) + 5 * treated
    found = incremental_profit(
        pd.DataFrame({"treated": treated, "profit": profit}), cost=40
    )
    profits, returns = (
        found.interval(of="profit"),
        found.interval(of="return_on_investment"),
    )
    assert returns.lower == pytest.approx(profits.lower / 40, rel=1e-9)
    assert returns.upper == pytest.approx(profits.upper / 40, rel=1e-9)


def test_a_control_customer_costs_nothing() -> None:
    import pandas as pd

    campaign = pd.DataFrame(
        {"treated": [1, 1, 0, 0], "profit": [5, 6, 2, 3], "cost": [1, 1, 0, 1]}
    )
    with pytest.raises(InvalidValueError, match="customer with a cost in 1 of 4"):
        incremental_profit(campaign, cost_col="cost")
    with pytest.raises(NotEnoughDataError, match="a campaign with a cost"):
        incremental_profit(campaign).interval(of="return_on_investment")
    rare = campaign.assign(cost=[1, 0, 0, 0])
    with pytest.raises(NotEnoughDataError, match="clearly above 0"):
        incremental_profit(rare, cost_col="cost").interval(of="return_on_investment")
