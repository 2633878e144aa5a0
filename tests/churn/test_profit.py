"""Money: published campaign profits through the door, and choices that hold up."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.campaigns.measurement.incremental_profit import (
    IncrementalProfit,
    incremental_profit,
)
from crmkit.campaigns.measurement.uplift import (
    Qini,
    maximum_uplift_profit,
    qini,
    uplift_curve,
)
from crmkit.campaigns.offers.campaign_profit import (
    CampaignProfit,
    campaign_profit_curve,
    maximum_profit,
)
from crmkit.campaigns.offers.held_out_profit import HeldOutProfit, held_out_profit
from crmkit.campaigns.offers.retention_offer import RetentionOffer, with_campaign_profit
from crmkit.campaigns.offers.uncertain_offer import (
    UncertainOffer,
    expected_maximum_profit,
)
from crmkit.errors import InvalidValueError, MissingColumnError, NotEnoughDataError

OFFER = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
TOY = {
    "churn_risk": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    "churned": [0, 1, 0, 1, 0, 1, 0, 1],
}


# The documentation of empulse 0.13 and of the R package EMP hold these.
@pytest.mark.parametrize(
    ("risk", "empc", "mpc"),
    [
        ([0, 1] * 10, (28.0000000000391, 0.499999999728095), (28.0, 0.5)),
        ([1, 0] * 10, (22.5007912244511, 0.9991601018889205), (22.5, 1.0)),
        ([0.5] * 20, (22.5007912244511, 0.9991601018889205), (22.5, 1.0)),
    ],
)
def test_the_published_profits(
    risk: list[float],
    empc: tuple[float, float],
    mpc: tuple[float, float],
    eager_frame: Any,
) -> None:
    judged = eager_frame({"churn_risk": risk, "churned": [0, 1] * 10})
    expected = expected_maximum_profit(judged)
    assert (expected.profit, expected.share_targeted) == pytest.approx(empc, rel=1e-12)
    best = maximum_profit(judged, offer=OFFER, clv=200)
    assert (best.profit, best.share_targeted) == pytest.approx(mpc, rel=1e-12)


def test_the_published_toy(eager_frame: Any) -> None:
    expected = expected_maximum_profit(eager_frame(TOY))
    assert expected.profit == pytest.approx(23.875593418348124, rel=1e-12)
    assert expected.share_targeted == pytest.approx(0.8743700763487141, rel=1e-12)
    again = CampaignProfit.from_dict(json.loads(json.dumps(expected.to_dict())))
    assert again == expected


def test_a_sharp_prior_is_a_number() -> None:
    import pandas as pd

    sharp = UncertainOffer(accept_alpha=600, accept_beta=6)
    found = expected_maximum_profit(pd.DataFrame(TOY), offer=sharp)
    exact = maximum_profit(
        pd.DataFrame(TOY),
        offer=RetentionOffer(accept_rate=600 / 606, incentive=10, contact_cost=1),
        clv=200,
    )
    assert found.profit == pytest.approx(exact.profit, rel=1e-3)


def test_the_mean_value_promises_more_than_the_churners_hold(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    risk = rng.beta(1, 3, 3000)
    churned = rng.random(3000) < risk
    clv = 400 * (1 - risk) * rng.gamma(2, 0.5, 3000)
    base = pd.DataFrame({"churn_risk": risk, "churned": churned, "clv": clv})
    promised = maximum_profit(base, offer=OFFER, clv=float(clv.mean())).profit
    true_curve = campaign_profit_curve(base, offer=OFFER)
    by_risk_of_the_mean = base.assign(clv=clv.mean())
    assert promised == pytest.approx(
        campaign_profit_curve(by_risk_of_the_mean, offer=OFFER)["profit"].max()
    )
    assert true_curve["profit"].max() < promised


def test_the_profit_curve_is_the_sum_of_what_came(
    eager_frame: Any, columns_of: Any
) -> None:
    base = TOY | {"clv": [50.0, 90, 0, 500, 20, 10, 300, 40]}
    out = columns_of(campaign_profit_curve(eager_frame(base), offer=OFFER))
    y, clv = np.array(base["churned"]), np.array(base["clv"])
    each = np.where(y == 1, 0.3 * (clv - 10) - 1, -11)
    assert out["profit"][0] == 0
    assert out["profit"][-1] == pytest.approx(each.mean(), rel=1e-12)
    hole = out["expected_profit"][0]
    assert hole is None or hole != hole  # noqa: PLR0124 - NaN is pandas' hole
    assert out["targeted"] == list(range(9))


def test_break_even_is_where_the_expected_profit_is_zero() -> None:
    risk = OFFER.break_even_risk(130)
    assert OFFER.expected_profit([risk], [130])[0] == pytest.approx(0, abs=1e-12)
    with pytest.raises(InvalidValueError, match="less than it costs to save"):
        OFFER.break_even_risk(12)


def test_a_saving_that_does_not_last_is_worth_less() -> None:
    short = RetentionOffer(
        accept_rate=0.3, incentive=10, contact_cost=1, durability=0.5
    )
    assert short.profit_of_churner(200) == OFFER.profit_of_churner(100)
    free = RetentionOffer(
        accept_rate=0.3, incentive=10, contact_cost=1, loyal_accept_rate=0
    )
    assert free.cost_of_loyal(200) == 1


def test_expected_profit_is_added_in_every_library(frame: Any, columns_of: Any) -> None:
    customers = {"customer_id": [1, 2], "churn_risk": [0.6, 0.1], "clv": [500.0, 50.0]}
    out = columns_of(with_campaign_profit(frame(customers), offer=OFFER))
    by_id = dict(zip(out["customer_id"], out["campaign_profit"], strict=True))
    assert by_id[1] == pytest.approx(0.6 * 146 - 0.4 * 11)
    broken = customers | {"churn_risk": [1.6, 0.1]}
    with pytest.raises(InvalidValueError, match=r"value outside 0\.\.1"):
        with_campaign_profit(frame(broken), offer=OFFER)


def test_a_missing_risk_names_the_argument_that_sets_it(frame: Any) -> None:
    customers = frame({"customer_id": [1, 2], "risk": [0.6, 0.1], "clv": [500.0, 50.0]})
    with pytest.raises(MissingColumnError, match="churn_risk") as refused:
        with_campaign_profit(customers, offer=OFFER)
    assert refused.value.__notes__ == ["'churn_risk' is the argument 'risk_col'."]


def test_the_planned_profit_is_too_good_on_noise(rng: np.random.Generator) -> None:
    import pandas as pd

    gaps = []

    def noise() -> pd.DataFrame:
        risk, churned = rng.beta(2, 8, 400), rng.random(400) < 0.165
        return pd.DataFrame({"churn_risk": risk, "churned": churned, "clv": 200.0})

    for _ in range(40):
        base = noise()
        judged = held_out_profit(
            base[200:], planned_on=base[:200], offer=OFFER, rng=rng, resamples=20
        )
        gaps.append(judged.planned_profit - judged.profit)
    assert np.mean(gaps) > 0.3
    base = noise()
    found = held_out_profit(base, planned_on=base, offer=OFFER, rng=rng, resamples=20)
    assert HeldOutProfit.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_tied_scores_are_taken_evenly_and_the_interval_holds_the_profit(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    base = pd.DataFrame({"churn_risk": 0.3, "churned": [0, 1] * 50, "clv": 200.0})
    mixed = base.sample(frac=1, random_state=1)
    one = held_out_profit(base, planned_on=base, offer=OFFER, rng=rng)
    other = held_out_profit(mixed, planned_on=base, offer=OFFER, rng=rng)
    assert one.profit == pytest.approx(other.profit)
    assert one.lower <= one.profit <= one.upper
    assert one.profit == pytest.approx(one.profit_of_all)


def test_half_of_a_tied_block_earns_half_of_it(rng: np.random.Generator) -> None:
    import pandas as pd

    plan = pd.DataFrame(
        {"churn_risk": [0.9, 0.01] * 5, "churned": [1, 0] * 5, "clv": 200.0}
    )
    tied = pd.DataFrame({"churn_risk": 0.3, "churned": [1, 0, 0] * 4, "clv": 200.0})
    found = held_out_profit(tied, planned_on=plan, offer=OFFER, rng=rng, resamples=9)
    assert found.share_targeted == 0.5
    assert found.profit == pytest.approx(0.5 * found.profit_of_all, rel=1e-12)
    assert found.profit_of_all == pytest.approx((56 - 2 * 11) / 3, rel=1e-12)


# scikit-uplift 0.5.1 gives this curve.
UPLIFT = {
    "uplift": [0.9, 0.1, 0.8, 0.3, 0.7, 0.2, 0.6, 0.4, 0.5, 0.05],
    "treated": [1] * 5 + [0] * 5,
    "retained": [1, 0, 1, 0, 1, 1, 0, 0, 1, 0],
}


def test_the_published_qini_curve(eager_frame: Any, columns_of: Any) -> None:
    out = columns_of(uplift_curve(eager_frame(UPLIFT)))
    assert out["qini"] == pytest.approx([0, 1, 2, 3, 3, 1.5, 2, 5 / 3, 1, 0.5, 1])


def test_a_true_ranking_has_an_area_and_a_random_one_has_none(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    effect, treated = rng.random(6000), rng.random(6000) < 0.4
    retained = rng.random(6000) < 0.3 + 0.6 * effect * treated
    base = pd.DataFrame({"uplift": effect, "treated": treated, "retained": retained})
    found = qini(base, rng=rng, resamples=100)
    assert found.lower > 0
    assert found.effect == pytest.approx(0.3, abs=0.04)
    blind = qini(base.assign(uplift=rng.random(6000)), rng=rng, resamples=100)
    assert blind.lower < 0 < blind.upper
    assert Qini.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    profit = maximum_uplift_profit(base, clv=20, incentive=2, contact_cost=1)
    everyone = maximum_uplift_profit(
        base.assign(uplift=0.0), clv=20, incentive=2, contact_cost=1
    )
    assert profit.profit > everyone.profit
    assert 0 < profit.share_targeted < 1


def test_a_fixed_cost_that_nothing_earns_back_is_not_spent() -> None:
    import pandas as pd

    found = maximum_uplift_profit(
        pd.DataFrame(UPLIFT), clv=20, incentive=1, contact_cost=1, fixed_cost=1e4
    )
    assert (found.profit, found.share_targeted) == (0, 0)


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
        pd.DataFrame({"treated": treated, "profit": profit}), cost=10, level=0.9
    )
    welch = stats.ttest_ind(profit[treated], profit[~treated], equal_var=False)
    expected = welch.confidence_interval(0.9)
    half = (found.upper - found.lower) / 2
    assert found.lower == pytest.approx(expected.low, rel=1e-12)
    assert found.upper == pytest.approx(expected.high, rel=1e-12)
    assert found.profit_upper - found.profit == pytest.approx(70 * half, rel=1e-12)


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
        covered += sharp.lower <= 3 <= sharp.upper
        widths.append((sharp.upper - sharp.lower) / (plain.upper - plain.lower))
    assert 180 <= covered <= 199
    assert np.mean(widths) < 0.5
    found = incremental_profit(campaign(), cost=100)
    assert found.profit == pytest.approx(found.treated * found.effect - 100)
    again = IncrementalProfit.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found


@pytest.mark.parametrize("size", [1e-200, 1e200])
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
    for name in ("effect", "lower", "upper", "profit"):
        assert getattr(sized, name) == pytest.approx(
            getattr(plain, name) * size, rel=1e-9, abs=0
        )
    assert sized.return_on_investment == pytest.approx(
        plain.return_on_investment, rel=1e-9
    )


@pytest.mark.parametrize("fixed", [0.0, 20.0])
def test_the_best_cut_by_uplift_is_that_of_a_search(
    fixed: float, rng: np.random.Generator
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
                best = max(best, (len(top) * each - fixed) / 14)
        found = maximum_uplift_profit(
            base, clv=50, incentive=8, contact_cost=1, fixed_cost=fixed
        )
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
    assert found.upper == pytest.approx(less.upper, rel=1e-9)
