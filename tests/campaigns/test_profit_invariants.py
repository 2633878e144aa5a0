"""What must hold for campaign profit whatever the data."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.campaigns import (
    RetentionOffer,
    UncertainOffer,
    expected_maximum_profit,
    maximum_profit,
    with_campaign_profit,
)

seeds = st.integers(0, 9999)


def _judged(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 60))
    churned = rng.permutation(np.arange(n) < rng.integers(1, n))
    return pd.DataFrame({"churn_risk": rng.random(n).round(1), "churned": churned})


@given(seed=seeds, alpha=st.floats(0.5, 60), beta=st.floats(0.5, 60))
def test_empc_lies_between_nothing_and_the_perfect_order_and_above_mpc(
    seed: int, alpha: float, beta: float
) -> None:
    judged = _judged(seed)
    offer = UncertainOffer(accept_alpha=alpha, accept_beta=beta)
    profit = expected_maximum_profit(judged, offer=offer, clv=200).profit
    perfect = judged.assign(churn_risk=judged["churned"].astype(float))
    assert (
        0
        <= profit
        <= expected_maximum_profit(perfect, offer=offer, clv=200).profit + 1e-9
    )
    stretched = judged.assign(churn_risk=np.exp(9 * judged["churn_risk"]))
    assert expected_maximum_profit(stretched, offer=offer, clv=200).profit == profit
    assert (
        profit >= maximum_profit(judged, offer=offer.at_mean(), clv=200).profit - 1e-9
    )
    sharp = UncertainOffer(accept_alpha=alpha * 1e12, accept_beta=beta * 1e12)
    known = maximum_profit(judged, offer=sharp.at_mean(), clv=200).profit
    found = expected_maximum_profit(judged, offer=sharp, clv=200).profit
    assert found == pytest.approx(known, abs=1e-3)


@given(seed=seeds)
def test_equal_scores_pay_as_all_or_nobody(seed: int) -> None:
    judged = _judged(seed).assign(churn_risk=0.4)
    share = judged["churned"].mean()
    rates = stats.beta(6, 14).ppf((np.arange(20_000) + 0.5) / 20_000)
    everybody = share * (rates * 190 - 1) - (1 - share) * 11
    found = expected_maximum_profit(judged, clv=200).profit
    assert found == pytest.approx(np.maximum(everybody, 0).mean(), rel=1e-4, abs=1e-5)


@given(
    seed=seeds,
    clv=st.floats(50, 500),
    incentive=st.floats(1e-9, 40) | st.just(0.0),
    contact=st.floats(1e-9, 10) | st.just(0.0),
    more=st.floats(1.01, 3),
)
def test_empc_has_the_currency_and_rises_and_falls_with_its_levers(
    seed: int, clv: float, incentive: float, contact: float, more: float
) -> None:
    judged = _judged(seed)

    def profit(value: float, d: float, f: float) -> float:
        offer = UncertainOffer(incentive=d, contact_cost=f)
        return expected_maximum_profit(judged, offer=offer, clv=value).profit

    base = profit(clv, incentive, contact)
    assert profit(more * clv, more * incentive, more * contact) == pytest.approx(
        more * base, rel=1e-9, abs=1e-9
    )
    assert profit(more * clv, incentive, contact) >= base - 1e-9
    assert profit(clv, incentive + more, contact) <= base + 1e-9
    assert profit(clv, incentive, contact + more) <= base + 1e-9


@given(seed=seeds)
def test_one_value_for_all_is_a_column_of_it(seed: int) -> None:
    judged = _judged(seed)
    valued = judged.assign(clv_if_active=150.0)
    offer = RetentionOffer(accept_rate=0.4, incentive=8, contact_cost=2)
    of_column = maximum_profit(valued, offer=offer)
    of_one = maximum_profit(judged, offer=offer, clv=150)
    # Among equal risks the rows are added up in another order.
    assert of_column.profit == pytest.approx(of_one.profit, rel=1e-13)
    assert of_column.share_targeted == of_one.share_targeted


def test_certain_risks_are_risks() -> None:
    offer = RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)
    customers = pd.DataFrame({"churn_risk": [0.0, 1.0], "clv_if_active": [200.0, 200]})
    out = with_campaign_profit(customers, offer=offer)
    assert out["campaign_profit"].tolist() == pytest.approx([-11, 56])
