import numpy as np

from crmkit.kernels.value.payback import payback_days


def test_the_day_profit_first_covers_the_cost() -> None:
    found = payback_days(
        np.array([1, 0, 0, 1, 0]),
        np.array([5, 3, 1, 6, 9]),
        np.array([4.0, 6.0, 5.0, 2.0, 50.0]),
        np.array([10.0, 100.0, 1.0]),
    )
    assert found[0] == 3
    assert np.isnan(found[1:]).all()


def test_what_is_booked_on_one_day_comes_together() -> None:
    found = payback_days(
        np.array([0, 0]), np.array([4, 4]), np.array([10.0, -5.0]), np.array([8.0])
    )
    assert np.isnan(found[0])


def test_a_cost_of_nothing_is_covered_by_the_first_purchase() -> None:
    found = payback_days(np.array([0]), np.array([4]), np.array([1.0]), np.array([0.0]))
    assert found.tolist() == [4.0]


def test_it_counts_the_first_time_even_if_profit_falls_again() -> None:
    found = payback_days(
        np.array([0, 0, 0]),
        np.array([1, 2, 3]),
        np.array([10.0, -9.0, 10.0]),
        np.array([8.0]),
    )
    assert found.tolist() == [1.0]


def test_no_rows_pay_nothing_back() -> None:
    nothing = np.array([])
    whole = nothing.astype(np.int64)
    assert np.isnan(payback_days(whole, whole, nothing, np.array([1.0]))).all()


def test_rounding_keeps_no_account_open_and_a_millionth_does() -> None:
    who, when = np.zeros(3, dtype=np.int64), np.array([2, 4, 7])
    for sign, first in ((1, 7.0), (-1, np.nan)):
        cost = np.array([0.3 * (1 + sign * 1e-15)])
        assert payback_days(who, when, np.full(3, 0.1), cost)[0] == 7.0
        cost = np.array([0.3 - sign * 1e-6])
        found = payback_days(who, when, np.full(3, 0.1), cost)
        np.testing.assert_array_equal(found, [first])


def test_every_customer_has_an_account_of_her_own() -> None:
    rng = np.random.default_rng(3)
    who, when = rng.integers(0, 8, 90), rng.integers(0, 20, 90)
    money, cost = rng.normal(2.0, 9.0, 90), rng.uniform(-5.0, 60.0, 9)
    found = payback_days(who, when, money, cost)
    for customer in range(9):
        days = [
            int(day)
            for day in np.unique(when[who == customer])
            if money[(who == customer) & (when <= day)].sum() >= cost[customer]
        ]
        expected = days[0] if days else np.nan
        np.testing.assert_array_equal(found[customer], expected)
    assert np.isfinite(found).sum() > 2


def test_a_cost_of_next_to_nothing_is_repaid_by_as_much() -> None:
    money = 2.0**-40 * np.array([1.0, 2.0, 4.0])
    found = payback_days(
        np.zeros(3, int), np.array([2, 5, 7]), money, np.array([6 * 2.0**-40])
    )
    assert found.tolist() == [7.0]
