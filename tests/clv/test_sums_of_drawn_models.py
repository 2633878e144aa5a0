"""What drawn models expect of sums of customers, worked out customer by customer."""

from typing import Any

import numpy as np
import pytest

from crmkit.clv import BgNbd, GammaGamma, ReferralOutlook
from crmkit.clv.components.component_chance import CHANCE_PARTS, Chance
from crmkit.clv.components.customer_outlook import (
    Outlook,
    parts_ahead,
    rows_of,
    with_referral,
)
from crmkit.clv.components.model_expectations import expectations, expected_spends
from crmkit.clv.components.part_futures import PartFutures
from crmkit.typing import FloatArray

PARTS = ("clv2", "clv3", "clv4", "clv5", "clv6")
PURCHASES = BgNbd(r=0.6, alpha=5.0, a=0.8, b=2.5)
SPEND = [
    GammaGamma(p=1.8, q=18.0, v=500.0),
    GammaGamma(p=2.1, q=12.0, v=300.0),
    GammaGamma(p=1.5, q=15.0, v=700.0),
]
REFERRAL = ReferralOutlook(
    overall_rate=0.3,
    share=0.5,
    referee_value=40.0,
    referee_value_error=0.0,
    acquisition_cost=7.0,
    reward=2.0,
    groups=("a", "b"),
    rates=(0.1, 0.6),
    by="kind",
)


class Certain:
    """Chance without chance: one deviation up, and means as they are."""

    def normal(self, mean: float, _: float) -> float:
        return mean

    def standard_normal(self, size: int) -> FloatArray:
        return np.arange(1.0, size + 1)


@pytest.mark.parametrize("referral", [REFERRAL, None])
def test_a_sum_moves_as_the_customers_who_stand_for_its_group(
    outlook: Outlook, referral: ReferralOutlook | None
) -> None:
    count = outlook.book.customers
    unit = np.arange(count) % 3
    # Of the third group one customer stands for all.
    few = np.flatnonzero(outlook.history.bought & ((unit < 2) | (np.arange(count) < 3)))
    kind = np.arange(count) % 2
    moves = np.linspace(0.5, 2.5, 2 * few.size).reshape(2, few.size)
    root = np.arange(16.0).reshape(4, 4) / 100
    rng: Any = Certain()
    futures = PartFutures(
        outlook=outlook,
        chance=Chance(missed=np.zeros((1, 4)), common=root),
        purchases=[PURCHASES] * 3,
        spend=SPEND,
        few=few,
        moves=moves,
        pace=9.0,
        level=1.25,
        referral=referral,
        groups=(("a", "b"), kind),
        gains=np.zeros(1),
        horizon=52.0,
        discount_rate=0.002,
        rng=rng,
    )
    found = futures._expected_sums(unit, 3, None)
    bought, spent = expectations(
        outlook, PURCHASES, SPEND[0], horizon=52.0, discount_rate=0.002
    )
    rate = np.array([0.1, 0.6])[kind]
    gain = np.zeros(count)
    if referral is not None:
        gain = rate * referral.value_per_referee(outlook.standard_acquisition)
    centre = with_referral(
        outlook.book, parts_ahead(outlook, bought, spent), bought * gain
    )
    expected = futures.expected_parts()
    assert not expected[0].any()
    for at, part in enumerate(PARTS):
        np.testing.assert_allclose(expected[at + 1], centre[part], rtol=1e-12)
    sampled, made = rows_of(outlook, few), bought[few]
    here = parts_ahead(sampled, made, spent[few]) | {"clv5": made * gain[few]}
    common = root @ [1.0, 2.0, 3.0, 4.0]
    for draw in range(2):
        made = bought[few] * moves[draw]
        paid = 1.25 * expected_spends(outlook, SPEND[draw + 1])[few]
        there = parts_ahead(sampled, made, paid) | {"clv5": made * gain[few]}
        for group in range(3):
            all_, some = unit == group, unit[few] == group
            stand = (outlook.history.bought & all_).sum() / some.sum()
            for at, part in enumerate(PARTS):
                known = centre[part][all_].sum()
                known += stand * (there[part] - here[part])[some].sum()
                if part in CHANCE_PARTS:
                    size = bought if part == "clv4" else bought * spent
                    known += common[CHANCE_PARTS.index(part)] * size[all_].sum()
                assert found[draw, at, group] == pytest.approx(known, rel=1e-9, abs=0)
