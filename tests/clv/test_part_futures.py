"""How draws of the parts are made, told from chance that is known in advance."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmkit.clv import GammaGamma, ReferralOutlook
from crmkit.clv.components import customer_outlook, part_futures
from crmkit.clv.components.component_chance import (
    CHANCE_PARTS,
    Chance,
    _brought,
    _clustered,
    chance_of,
    future_parts,
)
from crmkit.clv.components.customer_outlook import Outlook, parts_ahead
from crmkit.clv.components.model_expectations import expected_spends
from crmkit.typing import FloatArray

SPEND = GammaGamma(p=1.8, q=18.0, v=500.0)


class Certain:
    """Chance without chance: two deviations up, and shapes as they are."""

    def normal(self, mean: float, error: float) -> float:
        return mean + 2 * error

    def standard_normal(self, size: int) -> FloatArray:
        return np.full(size, 2.0)

    def gamma(self, shape: float) -> float:
        return shape

    def beta(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(a / (a + b) + 1 / (a + b))

    def integers(self, high: int, size: int) -> Any:
        return np.arange(size) % high


CERTAIN: Any = Certain()


def _referral(occasions: float | None) -> ReferralOutlook:
    return ReferralOutlook(
        overall_rate=0.3,
        share=0.5,
        referee_value=40.0,
        referee_value_error=3.0,
        acquisition_cost=7.0,
        reward=2.0,
        groups=("a", "b", "c"),
        rates=(0.1, 0.6, 0.2),
        by="kind",
        occasions=occasions,
    )


def test_a_rate_of_referrals_is_drawn_from_what_was_seen_of_its_group() -> None:
    found = part_futures._drawn_referral(_referral(12.0), CERTAIN)
    assert found.referee_value == pytest.approx(46.0, rel=1e-12, abs=0)
    # Jeffreys: half a referral more than was seen, in a third of 12 occasions each.
    assert found.overall_rate == pytest.approx(4.1 / 12, rel=1e-12, abs=0)
    np.testing.assert_allclose(found.rates, [0.9 / 4, 2.9 / 4, 1.3 / 4], rtol=1e-12)


def test_few_occasions_count_as_one_and_rates_by_hand_are_certain() -> None:
    found = part_futures._drawn_referral(_referral(0.25), CERTAIN)
    assert found.overall_rate == pytest.approx(0.8, rel=1e-12, abs=0)
    np.testing.assert_allclose(found.rates, [1.6, 2.1, 1.7], rtol=1e-12)
    stated = part_futures._drawn_referral(_referral(None), CERTAIN)
    assert (stated.overall_rate, stated.rates) == (0.3, (0.1, 0.6, 0.2))
    assert stated.referee_value == pytest.approx(46.0, rel=1e-12, abs=0)


@pytest.mark.parametrize(("size", "step"), [(3, 1), (2047, 1), (2048, 2), (3100, 3)])
def test_customers_are_sampled_at_even_steps_of_their_order(
    size: int, step: int
) -> None:
    rng = np.random.default_rng(2)
    bought = np.append(rng.permutation(size + 4) > 3, [False])
    history = SimpleNamespace(
        bought=bought,
        frequency=rng.integers(0, 4, size + 5),
        recency=rng.random(size + 5),
    )
    some: Any = SimpleNamespace(history=history)
    few = part_futures._sample(some)
    order = sorted(
        np.flatnonzero(bought),
        key=lambda at: (history.frequency[at], history.recency[at]),
    )
    assert few.tolist() == sorted(order[step // 2 :: step])


def test_a_price_is_drawn_by_its_inverse_which_stays_above_a_hundredth() -> None:
    price = SimpleNamespace(
        estimate=np.array([0.8, 0.5, 0.002, 0.6]),
        variance=np.array([0.01, 0.0, 0.0001, 0.09]),
    )
    some: Any = SimpleNamespace(price=price)
    up = part_futures._drawn_price(some, CERTAIN)
    known = [0.8 / 1.25, 0.5, 0.01 / 3, 0.6 / 2]
    np.testing.assert_allclose(up, known, rtol=1e-12)
    down: Any = SimpleNamespace(standard_normal=lambda size: np.full(size, -2.0))
    low = part_futures._drawn_price(some, down)
    np.testing.assert_allclose(low, [0.8 / 0.75, 0.5, 1.0, 60.0], rtol=1e-12)


def test_home_is_drawn_as_firmly_as_it_is_known(outlook: Outlook) -> None:
    found = part_futures._drawn(outlook, CERTAIN)
    home, firm = outlook.mix.home, outlook.mix.alike
    mixed = (home > 0) & (home < 1)
    assert mixed.any()
    known = np.where(mixed, home + 1 / firm, home)
    np.testing.assert_allclose(found.mix.home, known, rtol=1e-12)
    service = outlook.service.estimate + 2 * np.sqrt(outlook.service.variance)
    np.testing.assert_allclose(found.service.estimate, service, rtol=1e-12)


def test_certain_homes_are_not_drawn(outlook: Outlook) -> None:
    home = outlook.mix.home.copy()
    home[:3] = [0.0, 1.0, 1e-3]
    given = customer_outlook.with_draws(
        outlook,
        home=home,
        price=outlook.price.estimate,
        service=outlook.service.estimate - 1e6,
    )
    found = part_futures._drawn(given, CERTAIN)
    assert found.mix.home[:2].tolist() == [0.0, 1.0]
    assert found.mix.home[2] > 2e-3
    assert not found.service.estimate.any()


def test_a_ratio_to_nothing_is_one() -> None:
    assert part_futures._ratio(3.0, 4.0) == 0.75
    assert part_futures._ratio(3.0, 0.0) == 1.0


def _balanced(level: list[float], spend: list[float]) -> float:
    some: Any = SimpleNamespace(
        history=SimpleNamespace(
            bought=np.array([True, True, False, True]),
            frequency=np.array([0.0, 2.0, 0.0, 4.0]),
        ),
        price=SimpleNamespace(estimate=np.array(level)),
        price_path=np.array([1.0]),
        usual_per_receipts=1.25,
    )
    return customer_outlook._balance(some, np.array(spend))


def test_receipts_over_price_levels_are_balanced_to_usual_prices() -> None:
    found = _balanced([0.8, 0.5, 9.0, 0.004], [10.0, 20.0, 70.0, 30.0])
    known = 1.25 * (10 + 60 + 150) / (10 / 0.8 + 60 / 0.5 + 150 / 0.01)
    assert found == pytest.approx(known, rel=1e-12, abs=0)


def test_without_receipts_there_is_nothing_to_balance() -> None:
    assert np.isfinite(_balanced([0.8, 0.5, 9.0, 0.9], [0.0, 0.0, 70.0, 0.0]))


def test_the_parts_of_an_occasion_sum_to_what_it_left(outlook: Outlook) -> None:
    book, occasions = outlook.book, outlook.occasions
    brought, first = _brought(outlook, np.ones(book.customers, dtype=bool))
    cost = np.bincount(
        occasions.line, book.lines.cost, minlength=occasions.customer.size
    )
    left = occasions.paid - cost - occasions.service
    np.testing.assert_allclose(brought.sum(axis=0), left, rtol=1e-10, atol=1e-10)
    starts = np.unique(occasions.customer, return_index=True)[1]
    assert np.flatnonzero(first).tolist() == starts.tolist()
    orders = occasions.orders * outlook.standard_service
    np.testing.assert_allclose(brought[2], orders - occasions.service, rtol=1e-12)
    assert np.all(brought[1][first] == 0)


def test_what_purchases_missed_is_what_came_less_what_was_expected(
    outlook: Outlook,
) -> None:
    occasions = outlook.occasions
    spend = expected_spends(outlook, SPEND)
    found = chance_of(outlook, spend)
    brought, first = _brought(outlook, np.ones(outlook.book.customers, dtype=bool))
    one = parts_ahead(outlook, np.ones(spend.size), spend, certain=True)
    missed = []
    for at in np.flatnonzero(~first):
        who = occasions.customer[at]
        off = [brought[i, at] - one[part][who] for i, part in enumerate(CHANCE_PARTS)]
        missed.append(np.array(off) / [spend[who], spend[who], 1.0, spend[who]])
    known = np.array(missed) - np.mean(missed, axis=0)
    np.testing.assert_allclose(found.missed, known, rtol=1e-9, atol=1e-12)
    # At the amount bought, what all miss by together: by customer, less the mean.
    composed, scales = [], []
    for at in np.flatnonzero(~first):
        who = occasions.customer[at]
        size = [occasions.paid[at] / spend[who]] * 2 + [1.0]
        size += size[:1]
        composed.append(
            [
                brought[i, at] - one[part][who] * size[i]
                for i, part in enumerate(CHANCE_PARTS)
            ]
        )
        scales.append([spend[who], spend[who], 1.0, spend[who]])
    whole = np.sum(scales, axis=0)
    off_by = np.array(composed) - scales * np.sum(composed, axis=0) / whole
    who = occasions.customer[~first]
    each = np.array([off_by[who == one].sum(axis=0) for one in np.unique(who)]) / whole
    np.testing.assert_allclose(
        found.common @ found.common.T, each.T @ each, rtol=1e-7, atol=1e-15
    )


def test_purchases_of_one_customer_miss_together() -> None:
    missed = np.array([[1.0, 2.0, -4.0], [0.5, 0.25, 3.0]])
    scale = np.array([[2.0, 3.0, 5.0], [1.0, 1.0, 2.0]])
    found = _clustered(missed, scale, np.array([7, 7, 2]))
    each = np.array([[3.0, -4.0], [0.75, 3.0]]) / [[10.0], [4.0]]
    np.testing.assert_allclose(found, each @ each.T, rtol=1e-12)


def test_a_future_purchase_brings_its_parts_and_what_one_of_the_log_missed(
    outlook: Outlook,
) -> None:
    rows, times = np.array([0, 2, 2]), np.array([1.0, 3.0, 8.0])
    purchases: Any = SimpleNamespace(
        sample_purchase_times=lambda *_, horizon, rng: (
            (rows, times) if horizon == 9.0 and rng is CERTAIN else ()
        )
    )
    chance = Chance(
        missed=np.array([[0.1, 0.2, 3.0, 0.4], [-0.5, 0.3, 7.0, 0.6]]),
        common=np.zeros((4, 4)),
    )
    common = np.array([0.01, -0.02, 0.5, 0.03])
    spend = np.arange(10.0, 10.0 + outlook.book.customers)
    made, parts = future_parts(
        outlook,
        purchases,
        spend,
        chance,
        common,
        horizon=9.0,
        discount_rate=0.25,
        pace=1.5,
        rng=CERTAIN,
    )
    who = np.flatnonzero(outlook.history.bought)[rows]
    worth = 1.5 * 1.25**-times
    known = np.zeros(outlook.book.customers)
    np.add.at(known, who, worth)
    np.testing.assert_allclose(made, known, rtol=1e-12)
    base = parts_ahead(outlook, made, spend, certain=True)
    for at, part in enumerate(CHANCE_PARTS):
        more = np.zeros(known.size)
        for one, (customer, value) in enumerate(zip(who, worth, strict=True)):
            size = value if part == "clv4" else value * spend[customer]
            more[customer] += size * (chance.missed[one % 2, at] + common[at])
        np.testing.assert_allclose(parts[part], base[part] + more, rtol=1e-11)


def test_what_all_purchases_miss_is_drawn_by_the_root() -> None:
    root = np.arange(16.0).reshape(4, 4)
    chance = Chance(missed=np.zeros((1, 4)), common=root)
    np.testing.assert_allclose(
        chance.drawn_common(CERTAIN), 2 * root.sum(axis=1), rtol=1e-12
    )


class Made:
    """Futures of customers whose parts are normal, with a debt that all share."""

    def __init__(self, size: int, *, moved: float = 0.0) -> None:
        self.rng = np.random.default_rng(11)
        self.chance = SimpleNamespace(common=np.zeros((4, 4)))
        self.referral = None
        self.spread = np.linspace(0.5, 2.0, size)
        self.moved, self.made, self.draws = moved, 0, 400

    def _expected_sums(self, _: object, count: int, __: object) -> FloatArray:
        return np.full((self.draws, 5, count), 100.0)

    def _future(self, *_: object) -> tuple[FloatArray, FloatArray]:
        self.made += 1
        parts = self.rng.standard_normal((5, self.spread.size)) * self.spread
        owed = np.full(self.spread.size, self.moved * self.rng.standard_normal())
        parts[part_futures._REFERRAL] += owed
        return parts, owed


@pytest.mark.parametrize(
    ("size", "futures"), [(5000, 48), (5958, 43), (65537, 4), (13108, 19), (52429, 4)]
)
def test_of_many_customers_fewer_futures_are_drawn(size: int, futures: int) -> None:
    made: Any = Made(size)
    made.draws = 2
    unit = np.zeros(size, dtype=np.int64)
    part_futures.PartFutures.drawn_sums(made, unit, 1, None)
    assert made.made == futures


def test_a_sum_is_what_is_expected_and_the_chance_of_its_customers() -> None:
    made: Any = Made(900, moved=0.4)
    unit = np.repeat([0, 1], [600, 300])
    found = part_futures.PartFutures.drawn_sums(made, unit, 2, None)
    assert found.shape == (400, 5, 2)
    own = np.bincount(unit, made.spread**2)
    np.testing.assert_allclose(found.mean(axis=0), 100.0, rtol=0.15)
    for part in (0, 1, 2, 4):
        np.testing.assert_allclose(found[:, part].var(axis=0), own, rtol=0.25)
    # A debt of one draw is one for all customers: it adds up in their sum.
    owed = own + 0.16 * np.bincount(unit) ** 2
    np.testing.assert_allclose(found[:, 3].var(axis=0), owed, rtol=0.3)
