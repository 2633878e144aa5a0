"""Cohort tables and retention curves: three states, common sets."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

HOLES = {"None", "nan", "<NA>"}  # as each library says it
ROWS = [
    ("ann", "2024-01-05", 10.0),
    ("bob", "2024-01-20", 20.0),
    ("ann", "2024-03-11", 15.0),
    ("cyd", "2024-02-03", 7.0),
    ("cyd", "2024-03-03", 9.0),
    ("dan", "2024-04-02", 4.0),
]


def log_of(rows: list[tuple[str, str, float]]) -> dict[str, list[Any]]:
    return {
        "customer_id": [who for who, _, _ in rows],
        "date": [dt.datetime.fromisoformat(day) for _, day, _ in rows],
        "amount": [amount for _, _, amount in rows],
    }


def cells_of(found: dict[str, list[Any]], column: str) -> dict[tuple[str, int], Any]:
    keys = zip((str(day)[:7] for day in found["cohort"]), found["age"], strict=True)
    return dict(zip(keys, found[column], strict=True))


def test_each_cell_is_in_one_of_three_states(frame: Make, columns_of: Read) -> None:
    # A peer fills what cannot be seen yet with 0.
    found = columns_of(
        segments.cohort_table(frame(log_of(ROWS)), observation_period_end="2024-04-15")
    )
    assert cells_of(found, "state") == {
        ("2024-01", 0): "value",
        ("2024-01", 1): "zero",
        ("2024-01", 2): "value",
        ("2024-01", 3): "not yet",
        ("2024-02", 0): "value",
        ("2024-02", 1): "value",
        ("2024-02", 2): "not yet",
        ("2024-02", 3): "not yet",
        ("2024-04", 0): "not yet",
        ("2024-04", 1): "not yet",
        ("2024-04", 2): "not yet",
        ("2024-04", 3): "not yet",
    }
    retention = cells_of(found, "retention")
    assert retention["2024-01", 1] == 0
    assert retention["2024-01", 2] == 0.5
    assert str(retention["2024-01", 3]) in HOLES


def test_a_period_that_has_ended_is_seen(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        segments.cohort_table(frame(log_of(ROWS)), observation_period_end="2024-04-30")
    )
    assert cells_of(found, "state")["2024-01", 3] == "zero"
    assert cells_of(found, "retention")["2024-04", 0] == 1


def test_a_cohort_is_worth_what_it_has_brought(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        segments.cohort_table(frame(log_of(ROWS)), observation_period_end="2024-04-30")
    )
    assert cells_of(found, "revenue")["2024-01", 2] == 15
    assert cells_of(found, "cumulative_revenue_per_customer")["2024-01", 2] == 22.5


def test_rates_are_not_rounded(frame: Make, columns_of: Read) -> None:
    rows = [(str(at), "2024-01-02", 1.0) for at in range(3)]
    rows.append(("0", "2024-02-02", 1.0))
    found = columns_of(
        segments.cohort_table(frame(log_of(rows)), observation_period_end="2024-02-29")
    )
    assert cells_of(found, "retention")["2024-01", 1] == 1 / 3


def test_the_pooled_curve_uses_who_has_lived_through_an_age(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(
        segments.retention_curve(
            frame(log_of(ROWS)), observation_period_end="2024-04-30"
        )
    )
    order = np.argsort(found["age"])
    assert [found["cohorts"][at] for at in order] == [3, 2, 2, 1]
    assert [found["n_customers"][at] for at in order] == [4, 3, 3, 2]
    assert [found["active"][at] for at in order] == [4, 1, 1, 0]
    assert [found["retention"][at] for at in order][1] == 1 / 3
    limits = [*found["chained_retention_lower"], *found["chained_retention_upper"]]
    assert all(0 <= limit <= 1 for limit in limits if str(limit) not in HOLES)
    assert max(found["chained_retention_upper"][at] for at in order[:2]) == 1


def test_without_returns_the_chained_curve_errs_as_shares_do() -> None:
    # Of ten customers of one cohort eight are left after a month, then only one.
    rows = [(str(at), "2024-01-02", 1.0) for at in range(10)]
    rows += [(str(at), "2024-02-02", 1.0) for at in range(8)]
    rows.append(("0", "2024-03-02", 1.0))
    found = segments.retention_curve(
        pd.DataFrame(log_of(rows)), observation_period_end="2024-03-31", level=0.95
    )
    shares = np.array([1.0, 0.8, 0.1])
    width = 1.959963984540054 * np.sqrt(shares * (1 - shares) / 10)
    lower, upper = (
        found[f"chained_retention_{end}"].to_numpy() for end in ("lower", "upper")
    )
    assert shares[2] < width[2]
    np.testing.assert_allclose(
        lower, [1.0, 0.8 - width[1], 0.0], rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(upper, [1.0, 1.0, 0.1 + width[2]], rtol=1e-12, atol=0)


def test_the_library_stays(frame: Make) -> None:
    native = frame(log_of(ROWS))
    for summary in (segments.cohort_table, segments.retention_curve):
        found = summary(native, observation_period_end="2024-04-30")
        assert type(found) is type(native)


def test_young_cohorts_do_not_change_what_is_known(
    frame: Make, columns_of: Read
) -> None:
    early = [row for row in ROWS if row[1] < "2024-04"]
    few = columns_of(
        segments.retention_curve(
            frame(log_of(early)), observation_period_end="2024-03-31"
        )
    )
    more = columns_of(
        segments.retention_curve(
            frame(log_of(ROWS)), observation_period_end="2024-04-15"
        )
    )
    assert sorted(few["retention"]) == sorted(more["retention"])


def test_a_base_without_an_ended_period_has_no_curve(frame: Make) -> None:
    rows = [("ann", "2024-01-05", 1.0)]
    with pytest.raises(errors.NotEnoughDataError, match="1 period that has ended"):
        segments.retention_curve(
            frame(log_of(rows)), observation_period_end="2024-01-10"
        )


def test_a_missing_date_is_refused(frame: Make) -> None:
    log = log_of(ROWS)
    log["date"][1] = None
    with pytest.raises(errors.InvalidValueError, match="column 'date': missing"):
        segments.cohort_table(frame(log), observation_period_end="2024-04-30")


def test_the_change_of_a_rate_adds_up(frame: Make, columns_of: Read) -> None:
    # Retention falls in both segments and rises overall.
    last = {"segment": ["app", "web"], "n_customers": [100, 300], "active": [80, 120]}
    this = {"segment": ["web", "app"], "n_customers": [100, 300], "active": [38, 231]}
    found = columns_of(segments.rate_change(frame(last), frame(this)))
    assert all(effect < 0 for effect in found["rate_effect"])
    total = sum(found["mix_effect"]) + sum(found["rate_effect"])
    assert total == pytest.approx(269 / 400 - 200 / 400, rel=1e-12)


def test_a_segment_that_is_new_changes_the_mix_only(
    frame: Make, columns_of: Read
) -> None:
    last = {"segment": ["web"], "n_customers": [100], "active": [40]}
    this = {"segment": ["web", "app"], "n_customers": [100, 100], "active": [40, 90]}
    found = columns_of(segments.rate_change(frame(last), frame(this)))
    assert set(found["rate_effect"]) == {0.0}
    assert sum(found["mix_effect"]) == pytest.approx(0.25, rel=1e-12)
    rates = dict(zip(found["segment"], found["rate_before"], strict=True))
    assert str(rates["app"]) in HOLES


def test_all_customers_of_a_segment_may_stay(frame: Make, columns_of: Read) -> None:
    base = {"segment": ["web"], "n_customers": [10], "active": [10]}
    found = columns_of(segments.rate_change(frame(base), frame(base)))
    assert found["rate_before"] == found["rate_after"] == [1.0]


def test_one_column_may_be_segment_customers_and_events() -> None:
    base = pd.DataFrame({"n": [10, 30]})
    one: dict[str, Any] = {"n_customers_col": "n", "events_col": "n"}
    found = segments.rate_change(base, base, by="n", **one)
    assert found["share_before"].tolist() == [0.25, 0.75]
    roles = segments.fit_value_roles(base, actual_col="n", potential_col="n")
    assert roles.most_valuable_from == 10


def test_more_events_than_customers_are_refused(frame: Make) -> None:
    base = {"segment": ["web"], "n_customers": [10], "active": [11]}
    with pytest.raises(errors.InvalidValueError, match="value above 'n_customers'"):
        segments.rate_change(frame(base), frame(base))


@pytest.mark.parametrize("unit", [1.0, 2.0**-10])
def test_a_segment_of_one_customer_has_a_rate(unit: float) -> None:
    def of(n: list[int], active: list[int]) -> pd.DataFrame:
        counts = {"n_customers": n, "active": active}
        return pd.DataFrame(counts).mul(unit).assign(segment=["a", "b"])

    found = segments.rate_change(of([1, 3], [1, 1]), of([3, 1], [2, 0]))
    assert found["rate_before"].tolist() == [1, 1 / 3]
    assert found["rate_after"].tolist() == [2 / 3, 0]
    rate = [0.5 * (2 / 3 - 1), 0.5 * (0 - 1 / 3)]
    # Both overall rates are 1/2.
    mix = [0.5 * (5 / 6 - 0.5), -0.5 * (1 / 6 - 0.5)]
    np.testing.assert_allclose(found["rate_effect"], rate, rtol=1e-12, atol=0)
    np.testing.assert_allclose(found["mix_effect"], mix, rtol=1e-12, atol=0)
