"""A ratio to nothing is unknown: neither 0, nor endless, nor a warning."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import campaigns


def channels(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"at": ["free", "free", "paid", "paid"], **columns})


def earned() -> Any:
    rows = channels(clv=[9.0, 15, 12, 10], acquisition_cost=[0.0, 0, 6, 5])
    return campaigns.acquisition_return_by(rows, by="at")["clv_to_cost"]


def won() -> Any:
    rows = channels(media=[10.0, 20, 30, 50], n_customers=[0, 0, 2, 6])
    return campaigns.acquisition_cost_by(rows, cost_cols=["media"], by="at")[
        "cost_per_customer"
    ]


def matched() -> Any:
    rows = pd.DataFrame({
        "member": [1, 1, 0, 0] * 2, "alike": ["a"] * 8,
        "tier": ["free"] * 4 + ["paid"] * 4,
        "after": [5.0, 7, 3, 3, 6, 8, 2, 4], "cost": [0.0] * 4 + [1.0] * 4,
    })  # fmt: skip
    return campaigns.matched_effect_by(
        rows, match_cols=["alike"], by="tier", cost_col="cost"
    )["return_on_investment"]


def priced() -> Any:
    rows = channels(
        list_amount=[0.0, 0, 10, 10], paid_amount=[0.0, 0, 9, 6], usual=[0.0, 0, 8, 8]
    )
    found = campaigns.price_paid_by(rows, by="at", reference_col="usual")
    return found[["discount_depth", "full_price_share", "price_premium"]].sum(
        axis=1, skipna=False
    )


def redeemed() -> Any:
    rows = channels(issued=[0, 0, 100, 50], redeemed=[0, 0, 60, 30])
    return campaigns.points_by(rows, by="at")["redemption_rate"]


def responded() -> Any:
    rows = channels(responded=[0, 0, 1, 0])
    found = campaigns.response_by(
        rows, by="at", cost_per_contact=1.0, margin_per_response=20.0
    )
    assert found.set_index("at").loc["free", "cost_per_contact"] == 1.0
    return found["cost_per_response"]


def wallet() -> Any:
    rows = pd.DataFrame({"spend": [0.0, 3.0], "wallet": [0.0, 4.0]})
    return campaigns.with_share_of_wallet(rows, wallet_col="wallet")["share_of_wallet"]


@pytest.mark.parametrize(
    ("ratios", "known"),
    [
        (earned, 2.0),
        (won, 10.0),
        (matched, 3.0),
        (priced, 0.25 + 0 - 1 / 16),
        (redeemed, 0.6),
        (responded, 2.0),
        (wallet, 0.75),
    ],
)
def test_the_first_group_has_nothing_to_divide_by(
    ratios: Callable[[], Any], known: float
) -> None:
    nothing, something = ratios()
    assert np.isnan(nothing)
    assert something == pytest.approx(known)


def test_a_campaign_that_cost_nothing_has_no_return_on_its_cost() -> None:
    rows = pd.DataFrame(
        {"treated": [1, 1, 1, 0, 0, 0], "profit": [12, 14, 16, 10, 9, 11]}
    )
    assert campaigns.incremental_profit(rows, cost=0).return_on_investment is None
    found = campaigns.incremental_profit(rows, cost=0.5)
    assert found.return_on_investment == pytest.approx((12 - 0.5) / 0.5)


def test_customers_won_for_nothing_have_no_ratio_and_pay_back_at_once() -> None:
    found = campaigns.payback(acquisition_cost=0, margin=30, retention=0.9)
    assert (found.clv_to_cost, found.periods, found.simple_periods) == (None, 0, 0.0)
    costly = campaigns.payback(acquisition_cost=300, margin=0, retention=0.9)
    assert (costly.simple_periods, costly.periods, costly.clv) == (None, None, 0.0)
