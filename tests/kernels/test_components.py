import numpy as np

from crmkit.kernels.value.component_identity import (
    FIRST,
    HOME,
    NEVER,
    OTHER,
    LineFlows,
    OrderFlows,
    carried,
    first_days,
    first_margins,
    members_of,
    parts,
    totals,
)


def test_money_grows_with_its_age_at_the_effective_rate() -> None:
    day = np.array([0, 365, 730])
    np.testing.assert_allclose(
        carried(day, 730, 0.1, 365.0), [1.21, 1.1, 1.0], rtol=1e-15
    )


def test_the_unit_of_time_does_not_matter_when_the_rate_is_converted() -> None:
    day = np.arange(0, 400, 7)
    by_year = carried(day, 400, 0.1, 365.2425)
    by_week = carried(day, 400, 1.1 ** (7 / 365.2425) - 1, 7.0)
    np.testing.assert_allclose(by_year, by_week, rtol=1e-13)


def test_no_rate_leaves_cash_exactly() -> None:
    assert (carried(np.array([1, 2]), 9, 0.0, 1.0) == 1).all()


def test_who_never_came_has_no_first_day() -> None:
    days = first_days(np.array([0, 2, 0]), np.array([5, 7, 3]), 3)
    assert days.tolist() == [3, NEVER, 7]


def test_membership_does_not_depend_on_how_large_the_keys_are() -> None:
    keys, members = np.array([1, 5, 9]), np.array([5, 5, 2])
    small = members_of(keys, members)
    assert small.tolist() == [False, True, False]
    big = 10**12
    assert members_of(keys + big, members + big).tolist() == small.tolist()


def test_the_first_margin_is_a_mean_over_orders() -> None:
    margins = first_margins(
        np.array([0, 0, 0]),
        np.array([10.0, 6.0, 4.0]),
        np.array([0, 0]),
        np.array([3.0, 1.0]),
        2,
    )
    assert margins.tolist() == [8.0, 0.0]


def test_sums_of_nothing_are_floats() -> None:
    nothing = totals(np.array([], dtype=np.int64), np.array([]), 2)
    assert nothing.dtype == np.float64
    assert nothing.tolist() == [0.0, 0.0]


def test_money_that_doubles_within_a_year_doubles() -> None:
    day = np.array([0, 365, 730])
    np.testing.assert_allclose(
        carried(day, 730, 1.0, 365.0), [4.0, 2.0, 1.0], rtol=1e-15, atol=0
    )


def test_each_kind_of_line_has_a_part_of_its_own() -> None:
    lines = LineFlows(
        cell=np.array([0, 0, 0, 1, 1]),
        kind=np.array([FIRST, HOME, OTHER, HOME, OTHER]),
        margin=np.array([8.0, 4.0, 2.0, 1.0, 0.5]),
        premium=np.array([0.25, 0.5, -0.25, 0.0, 1.0]),
    )
    orders = OrderFlows(
        cell=np.array([0, 0, 1]),
        first=np.array([True, False, False]),
        standard=np.array([3.0, 1.0, 0.5]),
        base=np.array([9.0, 6.0, 7.0]),
    )
    found = parts(lines, orders, np.array([2.0, 1.0]), 2)
    assert found.clv1.tolist() == [8 - 3, 0]
    assert found.clv2.tolist() == [4 - 1, 1 - 0.5]
    assert found.clv2_base.tolist() == [6.0, 7.0]
    assert found.clv3.tolist() == [2.0, 0.5]
    assert found.clv4.tolist() == [4 - 2, 0.5 - 1]
    assert found.clv6.tolist() == [0.5, 1.0]
