"""Each part of value by line: what an order costs follows list amounts."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit.clv import References, clv_components, fit_references
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

# line, customer, order, day, category, list amount, paid, cost of goods
LINES = [
    ("l1", "a", 1, 5, "x", 30.0, 25.0, 12.0),
    ("l2", "a", 1, 5, "y", 10.0, 10.0, 7.0),
    ("l3", "a", 2, 40, "x", 16.0, 12.0, 5.0),
    ("l4", "a", 2, 40, "z", 4.0, 3.0, 1.0),
    ("l5", "a", 3, 60, "x", 0.0, 0.0, 2.0),  # given away, alone in its order
    ("l6", "b", 4, 50, "x", 0.0, 0.0, 1.5),  # given away, all that b ever had
    ("l7", "b", 5, 70, "z", 0.0, 0.0, 2.5),
    ("l8", "b", 5, 70, "z", 0.0, 0.0, 0.5),
]
SERVED = {"a": 24.0, "b": 6.0}
WON = {"a": 20.0, "b": 9.0, "idle": 4.0}
DEPTH, STANDARD = 0.25, 3.0


def day(number: int) -> dt.date:
    return dt.date(2024, 1, 1) + dt.timedelta(days=number)


def ledger() -> Ledger[Any]:
    names = [
        "tag", "customer_id", "order_id", "day", "category", "list_amount",
        "paid_amount", "cost_amount",
    ]  # fmt: skip
    lines = pl.DataFrame(LINES, schema=names, orient="row").with_columns(
        date=pl.Series([day(line[3]) for line in LINES])
    )

    def costs(amounts: dict[str, float]) -> Any:
        return pl.DataFrame(
            {
                "customer_id": list(amounts),
                "date": [day(75)] * len(amounts),
                "amount": list(amounts.values()),
            }
        )

    return Ledger(
        lines=lines,
        service=costs(SERVED),
        acquisition=costs(WON),
        customers=pl.DataFrame({"customer_id": ["a", "b", "idle"]}),
    )


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, float]]:
    """Return the parts of each line, by its tag; of who bought nothing by None."""
    parts: Any = clv_components(
        ledger(),
        references=References.from_standards(
            discount_depth=DEPTH, service_cost=STANDARD, acquisition_cost=15.0
        ),
        as_of="2024-12-31",
        time_unit="year",
        discount_rate=0.0,
        by="tag",
    )
    return {row["tag"]: row for row in parts.rows(named=True)}


# By list amount within the order, the customer and her first order; evenly where all
# of them are 0.
IN_ORDER = {
    "l1": 0.75, "l2": 0.25, "l3": 0.8, "l4": 0.2, "l5": 1.0, "l6": 1.0, "l7": 0.5,
    "l8": 0.5,
}  # fmt: skip
OF_CUSTOMER = {
    "l1": 30 / 60, "l2": 10 / 60, "l3": 16 / 60, "l4": 4 / 60, "l5": 0.0,
    "l6": 1 / 3, "l7": 1 / 3, "l8": 1 / 3,
}  # fmt: skip
OF_FIRST = {"l1": 0.75, "l2": 0.25, "l6": 1.0}
CLASS = {
    "l1": "clv1", "l2": "clv1", "l3": "clv2", "l4": "clv3", "l5": "clv2",
    "l6": "clv1", "l7": "clv3", "l8": "clv3",
}  # fmt: skip


def expected(tag: str) -> dict[str, float]:
    line = next(each for each in LINES if each[0] == tag)
    who, listed, paid, cost = line[1], *line[5:]
    usual = listed * (1 - DEPTH)
    parts = dict.fromkeys(["clv1", "clv2", "clv3"], 0.0)
    parts[CLASS[tag]] += usual - cost
    standard = STANDARD * IN_ORDER[tag]
    first = CLASS[tag] == "clv1"
    parts["clv1" if first else "clv2"] -= standard
    parts["clv1"] -= WON[who] * OF_FIRST.get(tag, 0.0)
    # The margin of the first order, at standards: list less depth, goods and service.
    margin = {"a": 40 * (1 - DEPTH) - 19.0 - STANDARD, "b": -1.5 - STANDARD}[who]
    parts["clv2_base"] = 0.0 if first else margin * IN_ORDER[tag]
    parts["clv2_growth"] = parts["clv2"] - parts["clv2_base"]
    parts["clv4"] = standard - SERVED[who] * OF_CUSTOMER[tag]
    parts["clv5"] = 0.0
    parts["clv6"] = paid - usual
    return parts


@pytest.mark.parametrize("tag", IN_ORDER)
def test_each_line_has_its_share_of_its_order_and_its_customer(
    found: dict[str, dict[str, float]], tag: str
) -> None:
    for part, amount in expected(tag).items():
        assert found[tag][part] == pytest.approx(amount, rel=1e-12, abs=1e-12), part


def test_what_won_a_customer_without_a_sale_has_a_row_of_its_own(
    found: dict[Any, dict[str, float]],
) -> None:
    row = found[None]
    parts = [row[f"clv{part}"] for part in range(1, 7)]
    np.testing.assert_array_equal(parts, [-WON["idle"], 0, 0, 0, 0, 0])
    assert set(found) == {None, *IN_ORDER}


def test_the_lines_sum_to_the_cash(found: dict[str, dict[str, float]]) -> None:
    total = sum(row["clv"] for row in found.values())
    margin = sum(line[6] - line[7] for line in LINES)
    spent = sum(SERVED.values()) + sum(WON.values())
    assert total == pytest.approx(margin - spent, rel=1e-12, abs=0)


def test_each_pair_of_two_columns_has_the_parts_of_its_lines() -> None:
    company: Any = simulate_company(
        customers=30, rng=np.random.default_rng(3), backend="polars"
    )
    asked: dict[str, Any] = {
        "references": fit_references(company, as_of="2024-12-31"),
        "as_of": "2024-12-31",
        "time_unit": "year",
        "discount_rate": 0.0,
    }
    pairs: Any = clv_components(company, by=["channel", "category"], **asked)
    lines: Any = clv_components(company, by="line_id", **asked)
    named = company.lines.select("line_id", "channel", "category")
    known = lines.join(named, on="line_id", how="left").group_by("channel", "category")
    keys = ["channel", "category"]
    assert pairs.sort(keys)[keys].equals(known.len().sort(keys)[keys])
    assert len(pairs) > 6
    for part in ("clv1", "clv2", "clv3", "clv"):
        found, sums = (
            each.sort(keys)[part].to_numpy()
            for each in (pairs, known.agg(pl.sum(part)))
        )
        np.testing.assert_allclose(found, sums, rtol=1e-9, atol=1e-9)
