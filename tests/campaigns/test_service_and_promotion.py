"""Service cases, prices paid, and customers who wait for promotions."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from crmkit.campaigns import price_paid_by, promotion_buyers, service_statistics
from crmkit.errors import InvalidValueError, NotEnoughDataError


def day(number: int | None) -> dt.datetime | None:
    return None if number is None else dt.datetime(2024, 1, number)


def cases() -> dict[str, Any]:
    return {
        "strategy": ["phone"] * 4 + ["mail"] * 2,
        "opened": [day(n) for n in (1, 2, 3, 4, 1, 2)],
        "closed": [day(n) for n in (1, 5, None, 6, None, None)],
        "n_contacts": [1, 1, 2, 4, 1, 1],
        "n_callbacks": [0, 1, 1, 2, 0, 0],
        "cost": [5.0, 6.0, 10.0, 19.0, 1.0, 2.0],
    }


def test_service_by_strategy(eager_frame: Any, columns_of: Any) -> None:
    found = columns_of(
        service_statistics(
            eager_frame(cases()),
            by="strategy",
            as_of="2024-01-20",
            n_callbacks_col="n_callbacks",
            cost_col="cost",
        )
    )
    assert found["strategy"] == ["mail", "phone"]
    assert found["n_closed"] == [0, 3]
    assert found["contacts_per_case"] == [1, 2]
    assert found["callbacks_per_case"] == [0, 1]
    assert found["cost_per_case"] == [1.5, 10]
    # One of three closed cases took one contact and no call-back.
    assert found["first_contact_resolution"][1] == pytest.approx(1 / 3)
    # Half of the four are closed after 2 days, the open one has waited 17.
    assert found["median_days_to_close"][1] == 2
    for name in (
        "first_contact_resolution",
        "first_contact_resolution_lower",
        "first_contact_resolution_upper",
        "median_days_to_close",
    ):
        assert found[name][0] is None or np.isnan(found[name][0])


def test_open_cases_make_the_time_to_close_no_shorter(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    opened = rng.integers(0, 60, 4000)
    closed = opened + rng.geometric(0.05, 4000) - 1
    start = pd.Timestamp("2024-01-01")
    frame = pd.DataFrame(
        {
            "team": "a",
            "opened": start + pd.to_timedelta(opened, "D"),
            "closed": (start + pd.to_timedelta(closed, "D")).where(closed < 62),
            "n_contacts": 1,
        }
    )
    found = service_statistics(frame, by="team", as_of="2024-03-02")
    # The median of all cases, the end of which is not seen yet, is 13 days.
    assert abs(found["median_days_to_close"][0] - 13) <= 1
    naive = (frame["closed"] - frame["opened"]).dt.days.median()
    assert naive < 11


def test_a_case_cannot_end_before_it_begins(eager_frame: Any) -> None:
    wrong = cases() | {"closed": [day(n) for n in (1, 1, None, 6, None, None)]}
    with pytest.raises(InvalidValueError, match="case closed"):
        service_statistics(eager_frame(wrong), by="strategy")
    with pytest.raises(InvalidValueError, match="case closed, or still seen"):
        service_statistics(eager_frame(cases()), by="strategy", as_of="2023-12-31")


def test_prices_add_up_over_groups(frame: Any, columns_of: Any) -> None:
    base = {
        "tier": ["top", "top", "base", "base"],
        "list_amount": [10.0, 10.0, 10.0, 0.0],
        "paid_amount": [11.0, 9.0, 7.0, 0.0],
        "usual": [8.0, 8.0, 8.0, 0.0],
    }
    parts = columns_of(price_paid_by(frame(base), by="tier", reference_col="usual"))
    whole = columns_of(price_paid_by(frame(base), reference_col="usual"))
    for name in ("n_lines", "list_amount", "revenue", "discount"):
        assert sum(parts[name]) == pytest.approx(whole[name][0])
    top = parts["tier"].index("top")
    assert parts["full_price_share"][top] == pytest.approx(11 / 20)
    assert parts["discount_depth_promoted"][top] == pytest.approx(0.1)
    assert parts["price_premium"][top] == pytest.approx(0.25)
    with pytest.raises(InvalidValueError, match="negative value"):
        price_paid_by(frame(base | {"paid_amount": [-1.0, 1, 1, 1]}))


def test_customers_who_wait_are_told_from_those_who_happened_to(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    waits = np.arange(3000) < 300
    n = rng.poisson(15, 3000) + 1
    customer = np.repeat(np.arange(3000), n)
    promoted = rng.random(customer.size) < np.where(waits[customer], 0.97, 0.25)
    found = promotion_buyers(
        pd.DataFrame({"customer_id": customer, "promoted": promoted})
    )
    named = found["buys_on"].str.startswith("promotion").to_numpy()
    assert np.mean(~waits[named]) < 0.05
    assert named[waits].mean() > 0.9


def test_promotion_buyers_in_any_engine(frame: Any, columns_of: Any) -> None:
    base = {"customer_id": ["a"] * 12 + ["b"] * 30, "promoted": [1] * 12 + [0] * 30}
    found = columns_of(promotion_buyers(frame(base)))
    label = dict(zip(found["customer_id"], found["buys_on"], strict=True))
    assert label == {"a": "promotion only", "b": "full price"}


def test_waiting_for_promotions_has_a_binomial_p_value() -> None:
    import pandas as pd
    from scipy import stats

    base = {"customer_id": ["a"] * 6 + ["b"] * 9 + ["c"] * 4, "promoted": [0] * 19}
    flags = [1] * 5 + [0] + [1] * 2 + [0] * 7 + [0] * 4
    found = promotion_buyers(pd.DataFrame(base | {"promoted": flags}))
    expected = [
        stats.binomtest(k, n, 7 / 19, alternative="greater").pvalue
        for k, n in ((5, 6), (2, 9), (0, 4))
    ]
    assert found["p_value"].tolist() == pytest.approx(expected, rel=1e-12)


def test_no_purchases_are_refused() -> None:
    import pandas as pd

    empty = pd.DataFrame({"customer_id": [], "promoted": []}, dtype=float)
    with pytest.raises(NotEnoughDataError, match="1 purchase or more"):
        promotion_buyers(empty)
