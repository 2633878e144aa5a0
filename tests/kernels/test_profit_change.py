import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.value.profit_change import (
    BaseChange,
    BaseYear,
    Flows,
    change_of_active,
    change_of_base,
)

NAMES = ("keeping", "volume", "mix", "price", "goods_cost", "service_cost")


def year(
    active: float, listed: list[float], depth: float, cost: float, service: float
) -> BaseYear:
    total = np.array(listed)
    flows = Flows(listed=total, paid=total * (1 - depth), cost=total * cost)
    return BaseYear(
        active=active,
        sold=flows,
        net=flows,
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
    def half_and_quarter(listed: list[float]) -> BaseYear:
        amount = np.array(listed)
        flows = Flows(listed=amount, paid=amount, cost=amount * [0.5, 0.25])
        return BaseYear(active=10, sold=flows, net=flows, service=0, idle_service=0)

    before, after = half_and_quarter([80.0, 20.0]), half_and_quarter([20.0, 80.0])
    only(change_of_base(before, after), "mix", 60 * 0.25)


amounts = st.lists(
    st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000)),
    min_size=3,
    max_size=3,
)


@st.composite
def years(draw: st.DrawFn) -> BaseYear:
    active = draw(st.integers(0, 50))
    listed, paid, cost = np.array(draw(amounts)).T * (active > 0)
    # A category may be free of charge: list 0, with a cost all the same.
    sold = Flows(listed=np.where(listed < 100, 0.0, listed), paid=paid, cost=cost)
    # Of what was sold in earlier years, any amount may come back.
    back, repaid, restocked = np.array(draw(amounts)).T
    return BaseYear(
        active=active,
        sold=sold,
        net=Flows(
            listed=sold.listed - np.where(back < 1, 0.0, back),
            paid=paid - repaid,
            cost=cost - restocked,
        ),
        service=draw(st.floats(0, 50)) * (active > 0),
        idle_service=draw(st.floats(0, 50)),
    )


@given(before=years(), after=years())
def test_the_parts_sum_to_the_change_and_turn_with_time(
    before: BaseYear, after: BaseYear
) -> None:
    change, back = change_of_base(before, after), change_of_base(after, before)
    total = sum(getattr(change, name) for name in NAMES)
    scale = 1e5
    assert total == pytest.approx(after.profit - before.profit, abs=1e-12 * scale)
    for name in NAMES:
        forward, backward = getattr(change, name), getattr(back, name)
        assert forward == pytest.approx(-backward, abs=1e-12 * scale)


def test_more_back_than_sold_is_volume() -> None:
    def at_sixty_percent(active: float, sold: float, net: float) -> BaseYear:
        def flows(listed: float) -> Flows:
            amount = np.array([listed], dtype=np.float64)
            return Flows(listed=amount, paid=amount, cost=0.6 * amount)

        return BaseYear(
            active=active,
            sold=flows(sold),
            net=flows(net),
            service=0,
            idle_service=0,
        )

    only(
        change_of_base(at_sixty_percent(2, 50, -50), at_sixty_percent(2, 100, 100)),
        "volume",
        60,
    )
    nobody = at_sixty_percent(0, 0, -50)
    only(change_of_base(nobody, at_sixty_percent(0, 0, 0)), "volume", 20)


@pytest.mark.parametrize("size", [1e-6, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize(
    ("sold", "back"),
    [
        ([[5.0, 0.0, 2.0], [0.0, 3.0, 4.0]], [[0.0] * 3] * 2),
        ([[0.0, 2.0, 0.0], [6.0, 2.0, 0.0]], [[0.1, 0.0, 3.0], [0.0, 0.5, 1.0]]),
        ([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[1.0, 2.0, 0.0], [3.0, 0.0, 1.0]]),
    ],
)
def test_another_currency_multiplies_every_part(
    sold: list[list[float]], back: list[list[float]], size: float
) -> None:
    def years(size: float) -> list[BaseYear]:
        depth, cost = np.array([0.9, 0.8, 0.7]), np.array([0.3, 0.5, 0.6])
        found = []
        for at, active in enumerate((4.0, 7.0)):
            gross = size * np.array(sold[at])
            net = gross - size * np.array(back[at])
            flows = [
                Flows(listed=listed, paid=listed * depth, cost=listed * cost)
                for listed in (gross, net)
            ]
            found.append(
                BaseYear(
                    active=active,
                    sold=flows[0],
                    net=flows[1],
                    service=size * (2.0 + at),
                    idle_service=size * (1.0 + at),
                )
            )
        return found

    here, there = change_of_base(*years(1.0)), change_of_base(*years(size))
    for name in (*NAMES, "each"):
        expected = pytest.approx(
            size * getattr(here, name), rel=1e-11, abs=1e-12 * size
        )
        assert getattr(there, name) == expected


def test_an_age_of_one_customer_tells_its_share_too() -> None:
    existing = np.array([1.0, 4.0, 0.0]), np.array([2.0, 1.0, 3.0])
    active = np.array([1.0, 1.0, 0.0]), np.array([1.0, 1.0, 2.0])
    # The shares are 1, 1/4 and unknown before, and 1/2, 1 and 2/3 after.
    larger, stayed = change_of_active(existing, active)
    assert larger == pytest.approx(1 * 0.75 - 3 * 0.625 + 3 * 2 / 3, rel=1e-12)
    assert stayed == pytest.approx(-3 * 0.25 + 5 * 0.375, rel=1e-12)


def test_years_without_active_customers_have_no_profit_of_one() -> None:
    nothing = Flows(listed=np.zeros(1), paid=np.zeros(1), cost=np.zeros(1))

    def returns(amount: float) -> BaseYear:
        back = Flows(
            listed=np.array([-amount]),
            paid=np.array([-0.9 * amount]),
            cost=np.array([-0.5 * amount]),
        )
        return BaseYear(active=0, sold=nothing, net=back, service=0.0, idle_service=0.0)

    change = change_of_base(returns(10.0), returns(30.0))
    assert (change.each, change.keeping) == (0.0, 0.0)
    only(change, "volume", -20 * 0.4)
