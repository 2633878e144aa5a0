import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.profit_change import BaseChange, BaseYear, change_of_base

NAMES = ("keeping", "volume", "mix", "price", "goods_cost", "service_cost")


def year(
    active: float, listed: list[float], depth: float, cost: float, service: float
) -> BaseYear:
    total = np.array(listed)
    return BaseYear(
        active=active,
        listed=total,
        paid=total * (1 - depth),
        cost=total * cost,
        service=service,
        idle_service=0.0,
    )


def only(change: BaseChange, name: str, amount: float) -> None:
    for each in NAMES:
        expected = amount if each == name else 0.0
        assert getattr(change, each) == pytest.approx(expected, abs=1e-12), each


def test_more_of_the_same_customers_is_keeping() -> None:
    change = change_of_base(
        year(10, [60.0, 40.0], 0.1, 0.5, 5.0), year(12, [72.0, 48.0], 0.1, 0.5, 6.0)
    )
    only(change, "keeping", 2 * 3.5)


def test_the_same_customers_buying_more_is_volume() -> None:
    change = change_of_base(
        year(10, [60.0, 40.0], 0.1, 0.5, 5.0), year(10, [90.0, 60.0], 0.1, 0.5, 5.0)
    )
    only(change, "volume", 50 * 0.4)


def test_a_smaller_discount_is_price() -> None:
    change = change_of_base(
        year(10, [100.0], 0.1, 0.5, 5.0), year(10, [100.0], 0.05, 0.5, 5.0)
    )
    only(change, "price", 5.0)


def test_cheaper_goods_and_service_are_costs() -> None:
    change = change_of_base(
        year(10, [100.0], 0.1, 0.5, 5.0), year(10, [100.0], 0.1, 0.4, 5.0)
    )
    only(change, "goods_cost", 10.0)
    change = change_of_base(
        year(10, [100.0], 0.1, 0.5, 5.0), year(10, [100.0], 0.1, 0.5, 2.0)
    )
    only(change, "service_cost", 3.0)


def test_moving_to_the_better_category_is_mix() -> None:
    before = BaseYear(
        active=10,
        listed=np.array([80.0, 20.0]),
        paid=np.array([80.0, 20.0]),
        cost=np.array([40.0, 5.0]),
        service=0.0,
        idle_service=0.0,
    )
    after = BaseYear(
        active=10,
        listed=np.array([20.0, 80.0]),
        paid=np.array([20.0, 80.0]),
        cost=np.array([10.0, 20.0]),
        service=0.0,
        idle_service=0.0,
    )
    only(change_of_base(before, after), "mix", 60 * 0.25)


amounts = st.lists(
    st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000)),
    min_size=3,
    max_size=3,
)


@st.composite
def years(draw: st.DrawFn) -> BaseYear:
    active = draw(st.integers(0, 50))
    if active == 0:
        none = np.zeros(3)
        idle = draw(st.floats(0, 50))
        return BaseYear(
            active=0, listed=none, paid=none, cost=none, service=0, idle_service=idle
        )
    listed, paid, cost = np.array(draw(amounts)).T
    # A category may be free of charge: list 0, with a cost all the same.
    listed = np.where(listed < 100, 0.0, listed)
    return BaseYear(
        active=active,
        listed=listed,
        paid=paid,
        cost=cost,
        service=draw(st.floats(0, 50)),
        idle_service=draw(st.floats(0, 50)),
    )


@given(before=years(), after=years())
def test_the_parts_sum_to_the_change_and_turn_with_time(
    before: BaseYear, after: BaseYear
) -> None:
    change, back = change_of_base(before, after), change_of_base(after, before)
    total = sum(getattr(change, name) for name in NAMES)
    scale = 1e4
    assert total == pytest.approx(after.profit - before.profit, abs=1e-12 * scale)
    for name in NAMES:
        forward, backward = getattr(change, name), getattr(back, name)
        assert forward == pytest.approx(-backward, abs=1e-12 * scale)
