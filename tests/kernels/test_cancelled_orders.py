"""Refunds and the purchases that they undo, in small amounts."""

import numpy as np

from crmkit.kernels.log.cancelled_orders import cancel_orders


def test_a_refund_of_cents_undoes_a_purchase_of_its_day() -> None:
    customer, day = np.zeros(3, int), np.array([4, 4, 4])
    found = cancel_orders(customer, day, np.array([-0.5, 0.5, 0.25]))
    assert found.kept.tolist() == [False, False, True]
    assert found.amount[2] == 0.25
    assert (found.n_cancelled, found.n_unmatched) == (1, 0)


def test_a_part_of_a_purchase_of_cents_comes_back() -> None:
    customer, day = np.array([1, 0, 1]), np.array([2, 2, 3])
    found = cancel_orders(customer, day, np.array([0.75, 0.5, -0.25]))
    assert found.kept.tolist() == [True, True, False]
    assert found.amount[:2].tolist() == [0.5, 0.5]
    assert (found.n_cancelled, found.n_unmatched) == (0, 0)


def test_without_refunds_all_stays_as_it_is() -> None:
    customer, day = np.array([1, 0]), np.array([2, 2])
    found = cancel_orders(customer, day, np.array([0.75, 0.0]))
    assert (found.kept.tolist(), found.amount.tolist()) == ([True, True], [0.75, 0.0])
    assert (found.n_cancelled, found.n_unmatched) == (0, 0)
