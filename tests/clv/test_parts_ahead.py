"""The parts of what comes, worked out customer by customer from what is known."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmkit.clv import Assumptions, References
from crmkit.clv.components import customer_outlook
from crmkit.clv.components.customer_outlook import Outlook, parts_ahead, with_referral
from crmkit.clv.components.model_expectations import open_outlook
from crmkit.datasets.simulated_company import simulate_company
from crmkit.errors import NotEnoughDataError
from crmkit.kernels.value.component_identity import NEVER
from crmkit.typing import FloatArray

FREQUENCY = np.array([0.0, 2.0, 5.0])


def _own(*estimate: float) -> Any:
    return SimpleNamespace(estimate=np.array(estimate))


def _outlook(*, fading: bool) -> Any:
    return SimpleNamespace(
        history=SimpleNamespace(frequency=FREQUENCY, bought=np.array([True] * 3)),
        price=_own(0.8, 0.5, 0.004),
        goods=_own(1.1, 0.9, 1.3),
        service=_own(3.0, 4.0, 5.0),
        price_path=np.array([1.0, 0.9, 0.7]),
        goods_path=np.array([1.0, 1.2, 1.5]),
        service_path=np.array([1.0, 0.8]),
        usual_per_receipts=1.25,
        orders=1.5,
        standard_service=6.0,
        mix=SimpleNamespace(
            home=np.array([0.25, 0.6, 1.0]),
            alike=np.array([2.0, 4.0, 7.0]),
            fading=fading,
            home_price=np.array([0.9, 0.8, 0.7]),
            other_price=np.array([0.6, 0.5, 0.95]),
            home_cost=np.array([0.5, 0.4, 0.0]),
            other_cost=np.array([0.3, 0.7, 0.2]),
            cost=np.array([0.45, 0.55, 0.35]),
        ),
    )


def _mean(path: FloatArray, start: float, span: float) -> float:
    """Average a path of steps, the last of which goes on, from one place to another."""
    at = start + span * (np.arange(200_000) + 0.5) / 200_000
    steps = path[np.minimum(at.astype(int), path.size - 1)]
    return float(steps.mean())


@pytest.mark.parametrize("fading", [False, True])
@pytest.mark.parametrize("certain", [False, True])
def test_each_part_is_what_its_prices_and_costs_leave(
    *, fading: bool, certain: bool
) -> None:
    outlook = _outlook(fading=fading)
    purchases, spend = np.array([0.5, 1.75, 4.0]), np.array([20.0, 30.0, 50.0])
    found = parts_ahead(outlook, purchases, spend, certain=certain)
    balance = customer_outlook._balance(outlook, spend)
    mix = outlook.mix
    for at in range(3):
        bought, made = purchases[at], FREQUENCY[at] + 1
        span = bought if certain else 1 + bought + bought / made
        price, goods, service = (
            own.estimate[at] * _mean(path, made, span)
            for own, path in (
                (outlook.price, outlook.price_path),
                (outlook.goods, outlook.goods_path),
                (outlook.service, outlook.service_path),
            )
        )
        usual = balance * bought * spend[at] / max(price, 0.01)
        cost = usual * mix.cost[at] * goods
        other = 1 - mix.home[at]
        if fading:
            other /= 1 + bought / 2 / mix.alike[at]
        home = 1 - other
        both = home * mix.home_cost[at] + other * mix.other_cost[at]
        share = home * mix.home_cost[at] / both if both else home
        standard = bought * 1.5 * 6.0
        known = {
            "clv1": 0.0,
            "clv2": usual * home * mix.home_price[at] - cost * share - standard,
            "clv3": usual * other * mix.other_price[at] - cost * (1 - share),
            "clv4": standard - bought * 1.5 * service,
            "clv5": 0.0,
            "clv6": bought * spend[at]
            - usual * (home * mix.home_price[at] + other * mix.other_price[at]),
        }
        for part, value in known.items():
            assert found[part][at] == pytest.approx(value, rel=1e-4, abs=1e-9)
        total = sum(found[part][at] for part in known)
        left = bought * spend[at] - cost - bought * 1.5 * service
        assert total == pytest.approx(left, rel=1e-4, abs=0)


def test_what_referees_leave_is_credited_to_who_brought_them() -> None:
    first_day = np.array([1, 3, 2, 5, NEVER])
    book: Any = SimpleNamespace(
        customers=5,
        first_purchase_days=lambda: first_day,
        referrals=SimpleNamespace(
            referrer=np.array([0, 2, 1, 1]),
            referee=np.array([1, 1, 3, 4]),
            weight=np.array([2.0, 3.0, 7.0, 5.0]),
            share=np.array([0.5, 0.25, 0.1, 0.9]),
        ),
    )
    names = ("clv1", "clv2", "clv3", "clv4", "clv6")
    parts = {
        name: np.arange(1.0, 6.0) * factor
        for name, factor in zip(names, (1.0, 10.0, -2.0, 3.0, 4.0), strict=True)
    }
    given = parts | {"clv5": np.full(5, 1e6)}
    gained = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    found = with_referral(book, given, gained)
    own = 16 * np.arange(1.0, 6.0) + gained
    by_third = 0.1 * own[3]
    gross = own[1] + by_third
    moved = np.array(
        [
            0.4 * 0.5 * gross,
            by_third - (0.4 * 0.5 + 0.6 * 0.25) * gross,
            0.6 * 0.25 * gross,
            -by_third,
            0.0,
        ]
    )
    np.testing.assert_allclose(found["clv5"], moved + gained, rtol=1e-12)
    for name in names:
        assert found[name] is given[name]
    book.referrals = SimpleNamespace(
        **{name: one[3:] for name, one in vars(book.referrals).items()}
    )
    np.testing.assert_array_equal(with_referral(book, given, gained)["clv5"], gained)


@pytest.mark.parametrize(
    ("listed", "paid", "said"),
    [
        ((60.0, 40.0), (0.4, 0.6), ""),
        ((60.0, 40.0), (0.4, 0.59), "at least 1% of the list amount, got 0.99%"),
        ((1.1e-7, 1e-7), (1.1e-7, 1e-7), ""),
        ((0.9e-7, 0.5e-7), (0.9e-7, 0.5e-7), "a list amount above 0"),
        ((0.0, 0.0), (5.0, 5.0), "a list amount above 0"),
    ],
)
def test_a_price_needs_a_hundredth_paid_of_what_was_kept(
    listed: tuple[float, ...], paid: tuple[float, ...], said: str
) -> None:
    lines = SimpleNamespace(
        listed=np.array([150.0, 50.0, -100.0]),
        returned=np.array([False, False, True]),
    )
    book: Any = SimpleNamespace(lines=lines)
    occasions: Any = SimpleNamespace(listed=np.array(listed), paid=np.array(paid))
    if said:
        with pytest.raises(NotEnoughDataError, match=said):
            customer_outlook._require_prices(book, occasions)
    else:
        customer_outlook._require_prices(book, occasions)
    lines.listed = np.zeros(3)
    with pytest.raises(NotEnoughDataError, match="a list amount above 0"):
        customer_outlook._require_prices(book, occasions)


def test_a_level_is_what_was_paid_per_base_along_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = np.array([1.0, 0.8, 0.5])
    monkeypatch.setattr(customer_outlook, "learning_path", lambda *_: path)
    given: list[Any] = []
    monkeypatch.setattr(customer_outlook, "credibility", lambda *a: given.extend(a))
    occasions: Any = SimpleNamespace(customer=np.array([0, 0, 0, 0, 0, 2, 2]))
    book: Any = SimpleNamespace(customers=4)
    amount = np.array([4.0, 3.0, 2.0, 7.0, 6.0, 9.0, 5.0])
    base = np.array([5.0, 5.0, 0.0, 4.0, 8.0, 3.0, 10.0])
    _, found = customer_outlook._own(book, occasions, amount, base)
    assert found is path
    customer, ratio, weight, count = given
    # Base times the step of the path: the last step is that of all later turns.
    assert customer.tolist() == [0, 0, 0, 0, 2, 2]
    np.testing.assert_allclose(weight, [5.0, 4.0, 2.0, 4.0, 3.0, 8.0], rtol=1e-14)
    known = np.array([4.0, 3.0, 7.0, 6.0, 9.0, 5.0]) / weight
    np.testing.assert_allclose(ratio, known, rtol=1e-14)
    assert count == 4


def test_rows_of_an_outlook_are_rows_of_all_that_belongs_to_customers(
    outlook: Outlook,
) -> None:
    at = np.array([7, 3, 11])
    some = customer_outlook.rows_of(outlook, at)
    for name in ("history", "mix", "price", "goods", "service"):
        whole, part = getattr(outlook, name), getattr(some, name)
        for field in dataclasses.fields(whole):
            values, few = getattr(whole, field.name), getattr(part, field.name)
            if isinstance(values, np.ndarray) and values.size == outlook.book.customers:
                np.testing.assert_array_equal(few, values[at])
            else:
                assert few == values
    assert some.orders == outlook.orders
    occasions = outlook.occasions
    orders = float(occasions.orders.sum()) / occasions.customer.size
    assert outlook.orders == pytest.approx(orders, rel=1e-12, abs=0)


def test_standards_ahead_are_those_of_the_day_after() -> None:
    ledger: Any = simulate_company(
        customers=40, rng=np.random.default_rng(3), backend="polars"
    )
    categories = tuple(map(str, ledger.book.categories))
    depth = np.linspace(0.05, 0.4, len(categories))

    def ahead(*starts: str) -> Outlook:
        factors = np.array([1.0, 2.0, 0.5])[: len(starts)]
        references = References(
            periods=starts,
            categories=categories,
            discount_depth=tuple(map(tuple, np.outer(factors, depth).tolist())),
            overall_depth=tuple((0.1 * factors).tolist()),
            service_cost=tuple((3.0 * factors).tolist()),
            acquisition_cost=tuple((7.0 * factors).tolist()),
            from_itself=(True,) * len(starts),
            basis="given",
        )
        return open_outlook(
            ledger,
            references=references,
            as_of="2023-12-30",
            time_unit="week",
            assumptions=Assumptions(),
        )

    known = ahead("2020-01-01", "2021-01-01")
    for found in (
        ahead("2020-01-01", "2023-12-31", "2024-01-01"),
        ahead("2020-01-01", "2023-12-31"),
    ):
        np.testing.assert_allclose(found.reference_price, 1 - 2 * depth, rtol=1e-13)
        assert (found.standard_service, found.standard_acquisition) == (6.0, 14.0)
        np.testing.assert_array_equal(found.mix.home_price, known.mix.home_price)
        np.testing.assert_array_equal(found.mix.other_price, known.mix.other_price)
    before = ahead("2020-01-01", "2024-01-01")
    assert (before.mix.home_price > known.mix.home_price).any()
    assert before.standard_service == 3.0
