"""What goods cost, and what is paid for them, in any unit of money."""

import numpy as np
import pandas as pd
import pytest

from crmkit.clv.components.category_shares import usual_prices
from crmkit.clv.components.customer_mix import goods_ratio
from crmkit.ledger import Ledger


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e6])
def test_goods_cost_what_they_did_per_usual_price(unit: float) -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b"],
            "category": ["book", "tea", "book", "sand"],
            "date": pd.to_datetime(["2024-01-01", "2024-01-02"] * 2),
            "list_amount": np.array([4.0, 9.0, 6.0, 0.0]) * unit,
            "paid_amount": np.array([4.0, 8.0, 5.0, 0.0]) * unit,
            "cost_amount": np.array([1.0, 3.0, 2.0, 0.0]) * unit,
        }
    )
    book = Ledger(lines=lines).book
    assert book.categories == ("book", "sand", "tea")
    found = goods_ratio(book, np.array([0.9, 1.0, 0.75]))
    # Of the list amount 8/9 is paid for tea, and 17/19 for all goods together.
    np.testing.assert_allclose(
        usual_prices(book), [9 / 10, 17 / 19, 8 / 9], rtol=1e-12, atol=0
    )
    # Of sand nothing was sold for money: it costs what goods of the company do.
    every = (3 + 3) / (10 * 0.9 + 9 * 0.75)
    np.testing.assert_allclose(
        found, [3 / (10 * 0.9), every, 3 / (9 * 0.75)], rtol=1e-12, atol=0
    )
