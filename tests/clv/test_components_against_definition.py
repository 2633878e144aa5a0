"""The parts against the definition, written a second time with plain loops."""

import bisect
import datetime as dt
from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.clv import References, clv_components, fit_references
from crmkit.datasets.simulated_company import simulate_company

PARTS = ["clv1", "clv2", "clv2_base", "clv3", "clv4", "clv5", "clv6"]
YEAR = 365.2425
few = settings(max_examples=12)


class Paper:
    """The definition, one row at a time."""

    def __init__(
        self, ledger: Any, references: References, end: str, rate: float
    ) -> None:
        self.end = dt.date.fromisoformat(end)
        self.rate = rate
        self.references = references
        self.periods = [dt.date.fromisoformat(p) for p in references.periods]
        seen = pl.col("date") <= self.end
        self.lines = ledger.lines.filter(seen).rows(named=True)
        self.service = ledger.service.filter(seen).rows(named=True)
        self.acquisition = ledger.acquisition.filter(seen).rows(named=True)
        self.referrals = ledger.referrals.filter(seen).rows(named=True)
        self.parts: Any = defaultdict(lambda: dict.fromkeys(PARTS, 0.0))
        self.sale = {row["line_id"]: row for row in self.lines}
        self.resolve_returns()
        self.find_first_days()
        self.book_lines()
        self.book_orders()
        self.book_costs()
        self.book_referrals()

    def worth(self, day: dt.date) -> float:
        return float((1 + self.rate) ** ((self.end - day).days / YEAR))

    def at(self, day: dt.date) -> int:
        return max(bisect.bisect_right(self.periods, day) - 1, 0)

    def depth(self, day: dt.date, category: str) -> float:
        if category not in self.references.categories:
            return self.references.overall_depth[self.at(day)]
        column = self.references.categories.index(category)
        return self.references.discount_depth[self.at(day)][column]

    def resolve_returns(self) -> None:
        for row in self.lines:
            back = row["return_of"]
            row["of"] = row if np.isnan(back) else self.sale[int(back)]

    def find_first_days(self) -> None:
        self.first: dict[int, dt.date] = {}
        self.order_day: dict[int, dt.date] = {}
        self.owner: dict[int, int] = {}
        for row in self.lines:
            if row["of"] is row:
                who, order, day = row["customer_id"], row["order_id"], row["date"]
                self.first[who] = min(day, self.first.get(who, day))
                self.order_day[order] = min(day, self.order_day.get(order, day))
                self.owner[order] = who
        self.home = {
            (row["customer_id"], row["category"])
            for row in self.lines
            if self.is_first(row["of"]["order_id"])
        }

    def is_first(self, order: int) -> bool:
        return self.order_day[order] == self.first[self.owner[order]]

    def book_lines(self) -> None:
        self.usual: Any = defaultdict(float)
        self.own: Any = defaultdict(float)
        for row in self.lines:
            of, who = row["of"], row["customer_id"]
            p0 = row["list_amount"] * (1 - self.depth(of["date"], of["category"]))
            g0, value = p0 - row["cost_amount"], self.worth(row["date"])
            if self.is_first(of["order_id"]):
                part = "clv1"
                self.usual[who] += g0
            elif (who, of["category"]) in self.home:
                part = "clv2"
            else:
                part = "clv3"
            self.parts[who][part] += value * g0
            self.parts[who]["clv6"] += value * (row["paid_amount"] - p0)
            self.own[who] += value * (row["paid_amount"] - row["cost_amount"])

    def book_orders(self) -> None:
        firsts: Any = defaultdict(int)
        for order, day in self.order_day.items():
            if self.is_first(order):
                who = self.owner[order]
                firsts[who] += 1
                self.usual[who] -= self.references.service_cost[self.at(day)]
        for order, day in self.order_day.items():
            who, value = self.owner[order], self.worth(day)
            standard = value * self.references.service_cost[self.at(day)]
            self.parts[who]["clv4"] += standard
            if self.is_first(order):
                self.parts[who]["clv1"] -= standard
            else:
                self.parts[who]["clv2"] -= standard
                margin = self.usual[who] / firsts[who]
                self.parts[who]["clv2_base"] += value * margin

    def book_costs(self) -> None:
        self.won: Any = defaultdict(float)
        for row in self.service:
            cost = self.worth(row["date"]) * row["amount"]
            self.parts[row["customer_id"]]["clv4"] -= cost
            self.own[row["customer_id"]] -= cost
        for row in self.acquisition:
            cost = self.worth(row["date"]) * row["amount"]
            self.parts[row["customer_id"]]["clv1"] -= cost
            self.won[row["customer_id"]] += cost
            self.own[row["customer_id"]] -= cost

    def book_referrals(self) -> None:
        edges = [row for row in self.referrals if row["referee_id"] in self.first]
        total: Any = defaultdict(float)
        for row in edges:
            total[row["referee_id"]] += row["weight"]
        base = dict(self.own)
        for referee in total:
            day = self.first[referee]
            usual = self.references.acquisition_cost[self.at(day)]
            saving = self.worth(day) * usual - self.won[referee]
            base[referee] -= saving
            for row in edges:
                if row["referee_id"] == referee:
                    credit = row["weight"] / total[referee]
                    base[row["referrer_id"]] = (
                        base.get(row["referrer_id"], 0.0) + credit * saving
                    )

        def passed(row: Any) -> float:
            share = row["share"] if row["incremental"] else 0.0
            return float(row["weight"] / total[row["referee_id"]] * share)

        def gross(who: int) -> float:
            below = [row for row in edges if row["referrer_id"] == who]
            moved = sum(passed(row) * gross(row["referee_id"]) for row in below)
            return float(base.get(who, 0.0) + moved)

        for who in {*base, *self.parts}:
            owed = sum(passed(row) for row in edges if row["referee_id"] == who)
            net = gross(who) * (1 - owed)
            self.parts[who]["clv5"] += net - self.own[who]
        for row in self.referrals:
            reward = self.worth(row["date"]) * row["reward"]
            self.parts[row["referrer_id"]]["clv5"] -= reward


@few
@given(
    seed=st.integers(0, 10_000),
    end=st.sampled_from(["2022-08-15", "2023-12-31"]),
    rate=st.sampled_from([0.0, 0.12]),
)
def test_the_parts_are_those_of_the_definition(
    seed: int, end: str, rate: float
) -> None:
    ledger: Any = simulate_company(
        customers=25, rng=np.random.default_rng(seed), backend="polars"
    )
    if ledger.lines.filter(pl.col("date") <= dt.date.fromisoformat(end)).is_empty():
        return
    references = fit_references(ledger, as_of=end, grain="quarter")
    found: Any = clv_components(
        ledger, references=references, as_of=end, time_unit="year", discount_rate=rate
    )
    paper = Paper(ledger, references, end, rate)
    for row in found.rows(named=True):
        for part in PARTS:
            expected = paper.parts[row["customer_id"]][part]
            assert row[part] == pytest.approx(expected, abs=1e-9), (part, row)
