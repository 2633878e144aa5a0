"""Usual prices and what occasions consist of, on books of a few lines."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from crmkit.clv.components.category_shares import (
    compositions_of,
    net_of_returns,
    usual_prices,
)


def _book(lines: list[tuple[int, float, float, bool]], width: int) -> Any:
    """Make a book of lines: category, listed, paid and whether it was returned."""
    category, listed, paid, returned = zip(*lines, strict=True)
    return SimpleNamespace(
        categories=np.array(["a", "b", "c", "d"][:width]),
        lines=SimpleNamespace(
            category=np.array(category),
            listed=np.array(listed),
            paid=np.array(paid),
            returned=np.array(returned),
        ),
    )


def test_usual_prices_are_paid_over_listed_of_what_was_sold() -> None:
    book = _book(
        [
            (0, 0.3, 0.24, False),
            (0, 0.1, 0.02, False),
            (1, 0.2, 0.001, False),
            (0, -0.3, -0.3, True),
            (3, -9.0, -1.0, True),
        ],
        4,
    )
    # A category given away still has a price; one never sold has that of all.
    known = [0.26 / 0.4, 0.01, 0.261 / 0.6, 0.261 / 0.6]
    np.testing.assert_allclose(usual_prices(book), known, rtol=1e-12)


def test_without_list_amounts_a_usual_price_is_the_list_price() -> None:
    found = usual_prices(_book([(0, 0.0, 5.0, False)], 2))
    np.testing.assert_allclose(found, [1.0, 1.0], rtol=1e-12)


def test_an_occasion_consists_of_what_was_kept_at_usual_prices() -> None:
    book = _book(
        [
            (0, 10.0, 8.0, False),
            (0, 20.0, 10.0, False),
            (1, 30.0, 30.0, False),
            (0, -10.0, -8.0, True),
            (1, 6.0, 3.0, False),
            (1, -6.0, -3.0, True),
            (0, 5.0, 6.0, False),
        ],
        3,
    )
    occasions: Any = SimpleNamespace(
        line=np.array([0, 0, 0, 0, 1, 1, 2]), customer=np.array([4, 4, 7])
    )
    found = compositions_of(book, occasions)
    first, second = 24 / 35, 33 / 36
    assert found.occasion.tolist() == [0, 0, 1, 2]
    assert found.category.tolist() == [0, 1, 1, 0]
    amount = np.array([20 * first, 30 * second, 0.0, 5 * first])
    np.testing.assert_allclose(found.amount, amount, rtol=1e-12)
    whole = amount[0] + amount[1]
    share = [amount[0] / whole, amount[1] / whole, 0.0, 1.0]
    np.testing.assert_allclose(found.share, share, rtol=1e-12)
    np.testing.assert_allclose(found.usual, [whole, 0.0, amount[3]], rtol=1e-12)


def test_what_rounding_leaves_of_a_return_is_nothing() -> None:
    amount = np.array([-3.0, 5e-9, 2e-8, 7.0])
    found = net_of_returns(amount, np.full(4, 10.0))
    assert found.tolist() == [0.0, 0.0, 2e-8, 7.0]
