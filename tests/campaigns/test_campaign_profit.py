"""Campaign profit: published values, and choices that hold up on other customers."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import (
    HeldOutProfit,
    IncrementalProfit,
    MaximumProfit,
    RetentionOffer,
    UncertainOffer,
    campaign_profit_curve,
    expected_maximum_profit,
    held_out_profit,
    maximum_profit,
    with_campaign_profit,
)
from crmkit.errors import (
    InvalidValueError,
    MissingColumnError,
)

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
    expected = expected_maximum_profit(judged, clv=200)
    assert (expected.profit, expected.share_targeted) == pytest.approx(empc, rel=1e-12)
    best = maximum_profit(judged, offer=OFFER, clv=200)
    assert (best.profit, best.share_targeted) == pytest.approx(mpc, rel=1e-12)


def test_the_published_toy(eager_frame: Any) -> None:
    expected = expected_maximum_profit(eager_frame(TOY), clv=200)
    assert expected.profit == pytest.approx(23.875593418348124, rel=1e-12)
    assert expected.share_targeted == pytest.approx(0.8743700763487141, rel=1e-12)
    again = MaximumProfit.from_dict(json.loads(json.dumps(expected.to_dict())))
    assert again == expected


def test_a_sharp_prior_is_a_number() -> None:
    sharp = UncertainOffer(accept_alpha=600, accept_beta=6)
    found = expected_maximum_profit(pd.DataFrame(TOY), offer=sharp, clv=200)
    exact = maximum_profit(
        pd.DataFrame(TOY),
        offer=RetentionOffer(accept_rate=600 / 606, incentive=10, contact_cost=1),
        clv=200,
    )
    assert found.profit == pytest.approx(exact.profit, rel=1e-3)


def test_the_mean_value_promises_more_than_the_churners_hold(
    rng: np.random.Generator,
) -> None:
    risk = rng.beta(1, 3, 3000)
    churned = rng.random(3000) < risk
    clv = 400 * (1 - risk) * rng.gamma(2, 0.5, 3000)
    base = pd.DataFrame({"churn_risk": risk, "churned": churned, "clv_if_active": clv})
    promised = maximum_profit(base, offer=OFFER, clv=float(clv.mean())).profit
    true_curve = campaign_profit_curve(base, offer=OFFER)
    by_risk_of_the_mean = base.assign(clv_if_active=clv.mean())
    assert promised == pytest.approx(
        campaign_profit_curve(by_risk_of_the_mean, offer=OFFER)["profit"].max()
    )
    assert true_curve["profit"].max() < promised


def test_the_profit_curve_is_the_sum_of_what_came(
    eager_frame: Any, columns_of: Any
) -> None:
    base = TOY | {"clv_if_active": [50.0, 90, 0, 500, 20, 10, 300, 40]}
    out = columns_of(campaign_profit_curve(eager_frame(base), offer=OFFER))
    y, clv = np.array(base["churned"]), np.array(base["clv_if_active"])
    each = np.where(y == 1, 0.3 * (clv - 10) - 1, -11)
    assert out["profit"][0] == 0
    assert out["profit"][-1] == pytest.approx(each.mean(), rel=1e-12)
    hole = out["expected_profit"][0]
    assert hole is None or hole != hole  # noqa: PLR0124 - NaN is pandas' hole
    assert out["n_targeted"] == list(range(9))


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
    customers = {
        "customer_id": [1, 2],
        "churn_risk": [0.6, 0.1],
        "clv_if_active": [500.0, 50.0],
    }
    out = columns_of(with_campaign_profit(frame(customers), offer=OFFER))
    by_id = dict(zip(out["customer_id"], out["campaign_profit"], strict=True))
    assert by_id[1] == pytest.approx(0.6 * 146 - 0.4 * 11)
    broken = customers | {"churn_risk": [1.6, 0.1]}
    with pytest.raises(InvalidValueError, match="value outside 0 to 1"):
        with_campaign_profit(frame(broken), offer=OFFER)


def test_a_missing_risk_names_the_argument_that_sets_it(frame: Any) -> None:
    customers = frame(
        {"customer_id": [1, 2], "risk": [0.6, 0.1], "clv_if_active": [500.0, 50.0]}
    )
    with pytest.raises(MissingColumnError, match="churn_risk") as refused:
        with_campaign_profit(customers, offer=OFFER)
    assert refused.value.__notes__ == ["The argument 'risk_col' names 'churn_risk'."]


def test_the_planned_profit_is_too_good_on_noise(rng: np.random.Generator) -> None:
    gaps = []

    def noise() -> pd.DataFrame:
        risk, churned = rng.beta(2, 8, 400), rng.random(400) < 0.165
        return pd.DataFrame(
            {"churn_risk": risk, "churned": churned, "clv_if_active": 200.0}
        )

    for _ in range(40):
        base = noise()
        judged = held_out_profit(
            base[200:], planned_on=base[:200], offer=OFFER, rng=rng, n_resamples=20
        )
        gaps.append(judged.planned_profit - judged.profit)
    assert np.mean(gaps) > 0.3
    base = noise()
    found = held_out_profit(base, planned_on=base, offer=OFFER, rng=rng, n_resamples=20)
    # On the customers that it was planned on, the plan earns what it promises.
    best = campaign_profit_curve(base, offer=OFFER)["profit"].max()
    assert found.planned_profit == pytest.approx(best, rel=1e-12)
    assert found.profit == pytest.approx(best, rel=1e-12)
    assert HeldOutProfit.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_tied_scores_are_taken_evenly_and_the_interval_holds_the_profit(
    rng: np.random.Generator,
) -> None:
    base = pd.DataFrame(
        {"churn_risk": 0.3, "churned": [0, 1] * 50, "clv_if_active": 200.0}
    )
    mixed = base.sample(frac=1, random_state=1)
    one = held_out_profit(base, planned_on=base, offer=OFFER, rng=rng)
    other = held_out_profit(mixed, planned_on=base, offer=OFFER, rng=rng)
    assert one.profit == pytest.approx(other.profit)
    lower, upper = one.interval()
    assert lower <= one.profit <= upper
    assert one.profit == pytest.approx(one.profit_of_all)


def test_half_of_a_tied_block_earns_half_of_it(rng: np.random.Generator) -> None:
    plan = pd.DataFrame(
        {"churn_risk": [0.9, 0.01] * 5, "churned": [1, 0] * 5, "clv_if_active": 200.0}
    )
    tied = pd.DataFrame(
        {"churn_risk": 0.3, "churned": [1, 0, 0] * 4, "clv_if_active": 200.0}
    )
    found = held_out_profit(tied, planned_on=plan, offer=OFFER, rng=rng, n_resamples=9)
    assert found.share_targeted == 0.5
    assert found.profit == pytest.approx(0.5 * found.profit_of_all, rel=1e-12)
    assert found.profit_of_all == pytest.approx((56 - 2 * 11) / 3, rel=1e-12)


def test_a_cost_that_was_known_adds_no_error_to_the_profit() -> None:
    found = IncrementalProfit(
        effect=3.0,
        standard_error=2.0,
        degrees_of_freedom=10.0,
        n_treated=50,
        n_control=50,
        cost=20.0,
        profit=130.0,
    )
    t = 1.812461122811676  # Student's t at 95% with 10 degrees of freedom
    profit = found.interval(level=0.9, of="profit")
    assert profit.lower == pytest.approx(130 - t * 100, rel=1e-11, abs=0)
    assert profit.upper == pytest.approx(130 + t * 100, rel=1e-11, abs=0)


def test_each_cut_has_the_expected_profit_of_its_last_customer() -> None:
    base = pd.DataFrame(
        {
            "churn_risk": [0.9, 0.8, 0.2],
            "churned": [1, 1, 0],
            "clv_if_active": [10.0, 400.0, 100.0],
        }
    )
    offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    found = campaign_profit_curve(base, offer=offer)
    assert found["n_targeted"].tolist() == [0, 1, 2, 3]
    # The share who would leave and accept bring their value less 10; the share who
    # would stay take 10; all cost 1.
    cuts = [
        0.8 * 0.3 * 390 - 0.2 * 10 - 1,
        -0.1 * 10 - 1,
        0.2 * 0.3 * 90 - 0.8 * 10 - 1,
    ]
    assert np.isnan(found["expected_profit"][0])
    assert found["expected_profit"][1:].tolist() == pytest.approx(cuts, rel=1e-12)


@pytest.mark.parametrize("unit", [1e-3, 1.0])
def test_a_break_even_risk_is_the_same_in_any_unit(unit: float) -> None:
    offer = RetentionOffer(accept_rate=0.3, incentive=10 * unit, contact_cost=1 * unit)
    # 0.3 of 190 less 1 is won of a customer who would leave, and 11 lost of the others.
    risk = offer.break_even_risk(200 * unit)
    assert risk == pytest.approx(11 / (11 + 56), rel=1e-12, abs=0)
