"""The lists and the best customers: rows of the table of all customers."""

from typing import Any

import pandas as pd
import pytest

from crmkit.report import Findings


def test_each_customer_is_in_one_list_at_most_and_fits_its_rule(
    found: Findings[Any],
) -> None:
    table = found.customers
    lists = {each.name: each for each in found.lists}
    for name, each in lists.items():
        own = table[table["action"] == name]
        assert len(own) == each.n_customers > 0
        assert own["value_at_risk"].sum() == pytest.approx(each.value_at_risk)
        assert len(each.customers) == min(500, len(own))
    back = table[table["action"] == "win_back"]
    assert (back["probability_alive"] < 0.5).all()
    assert (back["clv_if_active"] >= lists["win_back"].limit).all()
    assert lists["win_back"].customers["value_at_risk"].is_monotonic_decreasing
    protect = table[table["action"] == "protect"]
    assert (protect["value_tier"] == "A").all()
    assert protect["probability_alive"].between(0.5, 0.8).all()
    assert (table.loc[table["action"] == "second_order", "frequency"] == 0).all()


def test_the_best_are_sorted_and_come_from_the_table(found: Findings[Any]) -> None:
    assert len(found.best) == 500
    assert found.best["rank"].tolist() == list(range(1, 501))
    assert found.best["clv"].is_monotonic_decreasing
    assert found.best["clv"].iloc[0] == found.customers["clv"].max()


def test_lists_are_rows_of_the_table_of_all_customers(found: Findings[Any]) -> None:
    for rows in (found.best, *(each.customers for each in found.lists)):
        own = found.customers.set_index("customer_id").loc[rows["customer_id"]]
        pd.testing.assert_frame_equal(rows, own.reset_index()[list(rows.columns)])
