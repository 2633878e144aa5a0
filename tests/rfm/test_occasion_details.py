"""What single occasions tell: gaps and spread, beside the summary of the same log."""

from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.datasets import load_cdnow_sample

LOG = {
    "customer_id": ["a", "b", "a", "a", "c", "a", "b"],
    "date": pd.to_datetime([
        "2024-01-01", "2024-01-03", "2024-01-05", "2024-01-13", "2024-02-01",
        "2024-01-13", "2024-01-10",
    ]),
    "amount": [5.0, 9.0, 10.0, 6.0, 3.0, 8.0, 7.0],
}  # fmt: skip
END: dict[str, Any] = {"observation_period_end": "2024-03-01"}


def test_gaps_and_spread_in_every_library(
    eager_frame: Callable[[dict[str, Any]], Any],
) -> None:
    log = eager_frame(LOG)
    customers = ck.rfm_summary(log, **END, time_unit="week")
    found = nw.from_native(
        ck.with_occasion_details(customers, transactions=log, **END, time_unit="week"),
        eager_only=True,
    )
    # a: gaps of 4 and 8 days, repeat amounts 10 and 14; b: one gap of a week.
    gaps = [np.log(4 / 7) + np.log(8 / 7), 0.0, 0.0]
    np.testing.assert_allclose(found["log_gaps"].to_numpy(), gaps, atol=1e-15)
    assert found["monetary_variance"].to_list() == [8.0, 0.0, 0.0]
    assert found["frequency"].to_list() == [2, 1, 0]


def test_any_order_of_rows_keeps_its_own() -> None:
    log = pd.DataFrame(LOG)
    customers = ck.rfm_summary(log, **END).iloc[[2, 0, 1]]
    customers.index = pd.Index([7, 7, 1])
    found = ck.with_occasion_details(customers, transactions=log, **END)
    assert found["customer_id"].tolist() == ["c", "a", "b"]
    assert found.index.tolist() == [7, 7, 1]
    assert found["monetary_variance"].tolist() == [0.0, 8.0, 0.0]


def test_the_gaps_agree_with_the_recency() -> None:
    log = load_cdnow_sample()
    end: dict[str, Any] = {"observation_period_end": "1997-09-30"}
    customers = ck.rfm_summary(log, **end)
    found = ck.with_occasion_details(customers, transactions=log, **end)
    once = found[found["frequency"] == 1]
    np.testing.assert_allclose(once["log_gaps"], np.log(once["recency"]))
    more = found[found["frequency"] > 1]
    even = more["frequency"] * np.log(more["recency"] / more["frequency"])
    assert (more["log_gaps"] <= even + 1e-9).all()  # equal gaps have the largest sum


def test_a_customer_of_another_log_is_refused() -> None:
    log = pd.DataFrame(LOG)
    stranger = pd.DataFrame({"customer_id": ["a", "z"]})
    with pytest.raises(ck.errors.InvalidValueError, match="customer 'z'"):
        ck.with_occasion_details(stranger, transactions=log, **END)


def test_refunds_are_treated_as_by_the_summary() -> None:
    back = {
        "customer_id": ["a"],
        "date": pd.to_datetime(["2024-01-20"]),
        "amount": [-4],
    }
    log = pd.concat([pd.DataFrame(LOG), pd.DataFrame(back)])
    customers = ck.rfm_summary(log, **END, refunds="net")
    found = ck.with_occasion_details(customers, transactions=log, **END, refunds="net")
    assert found["monetary_variance"].tolist() == [0.0, 0.0, 0.0]  # 10 and 14 - 4
    with pytest.raises(ck.errors.InvalidValueError, match="negative"):
        ck.with_occasion_details(customers, transactions=log, **END)


def test_details_of_two_libraries_and_ids_that_are_lists_are_refused() -> None:
    import pandas as pd
    import polars as pl

    import crmkit as ck

    days = pd.to_datetime(["2024-01-01", "2024-01-09"])
    log = pd.DataFrame({"customer_id": ["a", "a"], "date": days, "amount": 1.0})
    end = "2024-02-01"
    summary = ck.rfm_summary(log, observation_period_end=end)
    lists = summary.assign(customer_id=pd.Series([["a"]], dtype=object))
    other: Any = pl.from_pandas(log)
    for customers, transactions in ((summary, other), (lists, log)):
        with pytest.raises(ck.errors.InvalidTypeError):
            ck.with_occasion_details(
                customers, transactions=transactions, observation_period_end=end
            )
