"""The identity on real data: every household of a grocer's year."""

import polars as pl

from crmkit.clv import clv_components, fit_references
from crmkit.datasets import load_complete_journey
from crmkit.ledger import Ledger

PARTS = ["clv1", "clv2", "clv3", "clv4", "clv5", "clv6"]


def test_the_parts_of_every_household_sum_to_its_receipts() -> None:
    journey = load_complete_journey(backend="polars")
    ledger = Ledger(lines=journey.lines, relationship_start="unknown")
    found = clv_components(
        ledger,
        references=fit_references(ledger, as_of="2018-01-01"),
        as_of="2018-01-01",
        time_unit="year",
        discount_rate=0.0,
    )
    flows = journey.lines.group_by("customer_id").agg(
        paid=pl.col("paid_amount").sum(),
        gross=pl.col("paid_amount").abs().sum() + pl.col("list_amount").abs().sum(),
    )
    both = found.join(flows, on="customer_id")
    assert both.height == 2469
    total = both.select(pl.sum_horizontal(PARTS)).to_series()
    wrong = (total - both["paid"]).abs() / both["gross"]
    assert wrong.to_numpy().max() <= 1e-12
    company = journey.lines["paid_amount"].to_numpy().sum()
    assert abs(total.to_numpy().sum() - company) <= 1e-12 * company
    # Real discounts: the parts are not trivial, and no cost is pretended.
    assert (found["clv6"] > 0).any()
    assert (found["clv6"] < 0).any()
    assert (found["clv3"] > 0).any()
    assert (found["clv4"] == 0).all()
    assert (found["clv5"] == 0).all()
    assert set(found["first_purchase"]) == {"first_seen"}
