"""Tables of groups whose every figure is counted by hand: stages, prices, cases."""

import re
from statistics import mean, median
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binom, binomtest

from crmkit.campaigns import (
    funnel,
    price_paid_by,
    price_tolerance_by,
    promotion_buyers,
    service_statistics,
    with_share_of_wallet,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

START = pd.Timestamp("2024-01-01")
NAN = float("nan")


def wilson(hits: int, trials: int, level: float) -> tuple[float, float]:
    found = binomtest(hits, trials).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def assert_table(found: Any, truth: dict[str, list[Any]]) -> None:
    """Compare all columns; texts exactly, numbers to the twelfth digit."""
    assert [*found] == [*truth]
    for name, values in truth.items():
        if isinstance(values[0], str):
            assert found[name].tolist() == values
        else:
            actual = found[name].to_numpy(float)
            assert_allclose(actual, values, rtol=1e-12, atol=0, err_msg=name)


def test_each_stage_of_a_funnel_is_counted_lead_by_lead() -> None:
    rng = np.random.default_rng(4)
    n, stages = 120, ["asked", "met", "won"]
    waits = rng.integers(0, [1, 9, 30], (n, 3)).astype(float)
    waits[:, 0] = rng.integers(0, 50, n)
    waits[rng.random(n) < 0.3, 1] = np.nan
    waits[rng.random(n) < 0.5, 2] = np.nan
    kind = rng.choice(["web", "mail", "call"], n, p=[0.6, 0.3, 0.1])
    waits[kind == "call", 1] = np.nan
    days = waits.cumsum(axis=1)
    leads = pd.DataFrame(
        {
            name: START + pd.to_timedelta(days[:, at], "D")
            for at, name in enumerate(stages)
        }
    ).assign(kind=kind)
    truth: dict[str, list[Any]] = {}

    def note(**row: Any) -> None:
        for name, value in row.items():
            truth.setdefault(name, []).append(value)

    for each in ("call", "mail", "web"):
        part = waits[kind == each]
        reached = [
            int(np.isfinite(part[:, : at + 1].sum(axis=1)).sum()) for at in range(3)
        ]
        for at, stage in enumerate(stages):
            before = reached[at - 1] if at else 0
            low, high = wilson(reached[at], before, 0.8) if before else (NAN, NAN)
            gone = part[np.isfinite(part[:, : at + 1].sum(axis=1))] if at else part[:0]
            note(
                kind=each,
                stage=stage,
                n_customers=reached[at],
                conversion_rate=reached[at] / before if before else NAN,
                conversion_rate_lower=low,
                conversion_rate_upper=high,
                overall_rate=reached[at] / reached[0],
                median_days=median(gone[:, at]) if len(gone) else NAN,
                mean_days=mean(gone[:, at]) if len(gone) else NAN,
            )
    found = funnel(leads, stage_cols=stages, by="kind", level=0.8)
    assert_table(found, truth)
    # No leads at all are one funnel that nobody entered.
    nobody: Any = funnel(leads[:0], stage_cols=stages)
    assert nobody["n_customers"].tolist() == [0, 0, 0]
    assert nobody["overall_rate"].tolist() == [0, 0, 0]
    assert nobody["conversion_rate"].isna().all()


def test_a_stage_out_of_order_is_counted_and_its_first_row_named() -> None:
    days = pd.to_datetime(["2024-01-05", "2024-01-05", "2024-01-05", "2024-01-05"])
    leads = pd.DataFrame({"asked": days, "met": days})
    assert len(funnel(leads, stage_cols=["asked", "met"])) == 2
    early = leads.assign(met=pd.to_datetime(["2024-01-06", *["2024-01-04"] * 3]))
    with pytest.raises(
        InvalidValueError, match=r"before that in 'asked' in 3 of 4.*row 1"
    ):
        funnel(early, stage_cols=["asked", "met"])
    skipped = leads.assign(asked=leads["asked"].where(leads.index < 2))
    with pytest.raises(
        InvalidValueError, match=r"without one in 'asked' in 2 of 4.*row 2"
    ):
        funnel(skipped, stage_cols=["asked", "met"])


def test_each_price_of_a_group_is_added_up_line_by_line() -> None:
    lines = pd.DataFrame(
        {
            "tier": ["top", "top", "top", "base", "base", "free"],
            "list_amount": [10.0, 24.0, 7.0, 12.0, 5.0, 0.0],
            "paid_amount": [11.0, 24.0, 4.5, 9.0, 2.5, 0.0],
            "usual": [8.0, 30.0, 6.5, 9.5, 4.0, 0.0],
        }
    )
    found = price_paid_by(lines, by="tier", reference_col="usual")
    assert_table(
        found,
        {
            "tier": ["base", "free", "top"],
            "n_lines": [2, 1, 3],
            "list_amount": [17, 0, 41],
            "revenue": [11.5, 0, 39.5],
            "discount": [5.5, 0, 1.5],
            "discount_depth": [5.5 / 17, NAN, 1.5 / 41],
            "discount_depth_promoted": [5.5 / 17, NAN, 2.5 / 7],
            "full_price_share": [0, NAN, 35 / 39.5],
            "price_premium": [11.5 / 13.5 - 1, NAN, 39.5 / 44.5 - 1],
        },
    )
    plain = price_paid_by(lines, by="tier")
    assert plain.equals(found.drop(columns="price_premium"))


def test_a_promotion_buyer_is_named_by_the_adjusted_p_value() -> None:
    bought = {"a": (9, 9), "b": (12, 11), "c": (14, 0), "d": (10, 4), "e": (3, 3)}
    rows = pd.DataFrame(
        {
            "customer_id": [who for who, (n, _) in bought.items() for _ in range(n)],
            "promoted": [at < k for n, k in bought.values() for at in range(n)],
        }
    )
    base = 27 / 48
    p = [float(binom.sf(k - 1, n, base)) for n, k in bought.values()]
    ranked = sorted(p)
    adjusted = [min(5 * q / (ranked.index(q) + 1) for q in ranked if q >= r) for r in p]
    found = promotion_buyers(rows, false_discovery_rate=0.05)
    assert adjusted[0] < 0.05
    assert adjusted[1] < 0.05
    assert_table(
        found,
        {
            "customer_id": [*bought],
            "n_purchases": [n for n, _ in bought.values()],
            "n_promoted": [k for _, k in bought.values()],
            "promoted_share": [k / n for n, k in bought.values()],
            "p_value": p,
            "buys_on": [
                "promotion only",
                "promotion mostly",
                "full price",
                *["both"] * 2,
            ],
        },
    )
    # With a rate of 1 all have waited, those without any promotion too.
    every: Any = promotion_buyers(rows, false_discovery_rate=1.0)
    assert every["buys_on"].tolist() == [
        *("promotion only", "promotion mostly", "promotion mostly"),
        *("promotion mostly", "promotion only"),
    ]
    # Where all is on promotion nobody waits for one.
    always: Any = promotion_buyers(rows.assign(promoted=1), false_discovery_rate=1.0)
    assert set(always["buys_on"]) == {"both"}


def test_each_rise_of_a_price_is_answered_customer_by_customer() -> None:
    answers = pd.DataFrame(
        {
            "plan": ["pro", "pro", "pro", "lite", "lite", "none"],
            "price_tolerance": [0.0, 0.1, np.inf, 0.05, 0.3, 0.2],
            "spend": [40.0, 25.0, 10.0, 8.0, 3.0, 0.0],
        }
    )
    truth: dict[str, list[Any]] = {}
    for plan in ("lite", "none", "pro"):
        for rise in (0.05, 0.1, 0.25):
            part = answers[answers["plan"] == plan]
            stays = part[part["price_tolerance"] >= rise]
            n, kept = len(part), len(stays)
            low, high = wilson(kept, n, 0.9)
            total = part["spend"].sum()
            share = stays["spend"].sum() / total if total else NAN
            row = {
                "plan": plan,
                "increase": rise,
                "n_customers": n,
                "staying_rate": kept / n,
                "staying_rate_lower": low,
                "staying_rate_upper": high,
                "spend_staying": share,
                "revenue_change": (1 + rise) * share - 1,
            }
            for name, value in row.items():
                truth.setdefault(name, []).append(value)
    given: dict[str, Any] = {"increases": [0.25, 0.05, 0.1, 0.05], "level": 0.9}
    found = price_tolerance_by(answers, by="plan", spend_col="spend", **given)
    assert_table(found, truth)
    heads: Any = price_tolerance_by(answers, by="plan", **given)
    assert_allclose(
        heads["revenue_change"],
        (1 + heads["increase"]) * heads["staying_rate"] - 1,
        rtol=1e-12,
        atol=0,
    )
    # A tolerance that rounding took just below the rise still stands.
    edge: Any = price_tolerance_by(
        answers.assign(price_tolerance=0.1 * (1 - 0.9e-12)), increases=[0.1]
    )
    assert edge["staying_rate"].tolist() == [1.0]
    edge = price_tolerance_by(
        answers.assign(price_tolerance=0.1 * (1 - 1.2e-12)), increases=[0.1]
    )
    assert edge["staying_rate"].tolist() == [0.0]
    nobody: Any = price_tolerance_by(answers[:0], increases=[0.1])
    assert nobody["n_customers"].tolist() == [0]
    assert nobody["staying_rate"].isna().all()


def test_each_case_of_a_strategy_is_counted() -> None:
    def on(*days: float) -> Any:
        return START + pd.to_timedelta([*days], "D")

    cases = pd.DataFrame(
        {
            "how": [*["phone"] * 5, *["mail"] * 3, "chat", "chat"],
            "opened": on(0, 1, 2, 3, 5, 0, 4, 8, 6, 2),
            "closed": on(0, 4, 9, NAN, 6, 7, NAN, NAN, NAN, 14),
            "n_contacts": [1, 1, 1, 1, 3, 1, 2, 1, 5, 1],
            "n_callbacks": [0, 1, 0, 0, 2, 0, 1, 0, 3, 0],
            "cost": [4.0, 6.5, 3.0, 1.0, 9.0, 2.0, 8.0, 5.5, 7.0, 3.5],
        }
    )
    phone, mail, chat = (wilson(k, n, 0.8) for k, n in ((2, 4), (1, 1), (1, 1)))
    truth: dict[str, list[Any]] = {
        "how": ["chat", "mail", "phone"],
        "n_cases": [2, 3, 5],
        "n_closed": [1, 1, 4],
        "contacts_per_case": [3, 4 / 3, 7 / 5],
        "callbacks_per_case": [3 / 2, 1 / 3, 3 / 5],
        "first_contact_resolution": [1, 1, 1 / 2],
        "first_contact_resolution_lower": [chat[0], mail[0], phone[0]],
        "first_contact_resolution_upper": [chat[1], mail[1], phone[1]],
        # The last day seen is 14: a case of chat was open for 8 days, and one closed
        # after 12; of mail, 10 and 6 days open, and one closed after 7: two of three
        # were in sight then, so half of them were closed.
        "median_days_to_close": [12, 7, 3],
        "cost": [10.5, 15.5, 23.5],
        "cost_per_case": [10.5 / 2, 15.5 / 3, 23.5 / 5],
    }
    given: dict[str, Any] = {"n_callbacks_col": "n_callbacks", "cost_col": "cost"}
    found = service_statistics(cases, by="how", level=0.8, **given)
    assert_table(found, truth)
    # Seen until day 20, the open cases have waited for longer: mail has no median.
    later: Any = service_statistics(cases, by="how", as_of="2024-01-21")
    assert_allclose(later["median_days_to_close"], [12, NAN, 3], rtol=0, atol=0)
    # Without call-backs the second case of phone was solved by one contact.
    assert later["first_contact_resolution"].tolist() == [1, 1, 3 / 4]
    assert not {"callbacks_per_case", "cost", "cost_per_case"} & {*later}
    with pytest.raises(NotEnoughDataError, match="at least 1 case"):
        service_statistics(cases[:0], by="how")
    assert len(service_statistics(cases[:1], by="how")) == 1


def test_a_share_of_wallet_leaves_the_rest_elsewhere() -> None:
    answers = pd.DataFrame(
        {"spend": [30.0, 5.0, 0.0, 0.5], "all": [40.0, 5.0, 0.0, 0.8]}
    )
    found: Any = with_share_of_wallet(answers, wallet_col="all")
    assert_allclose(found["share_of_wallet"], [0.75, 1, NAN, 0.625], rtol=1e-15)
    assert_allclose(found["spend_elsewhere"], [10, 0, 0, 0.3], rtol=1e-12, atol=0)
    ranks = pd.DataFrame({"spend": [12.0, 3.0, 7.0], "rank": [2, 1, 3], "n": [3, 1, 3]})
    by_rank: Any = with_share_of_wallet(ranks, rank_col="rank", n_brands_col="n")
    shares = np.array([1 / 3, 1, 1 / 6])
    assert_allclose(by_rank["share_of_wallet"], shares, rtol=1e-14, atol=0)
    left = ranks["spend"].to_numpy() * (1 / shares - 1)
    assert_allclose(by_rank["spend_elsewhere"], left, rtol=1e-12, atol=1e-14)
    given: dict[str, Any] = {
        "wallet_col": "all",
        "rank_col": "rank",
        "n_brands_col": "n",
    }
    told = re.escape("'wallet_col', 'rank_col' and 'n_brands_col'")
    for names in ((), ("rank_col",), ("n_brands_col",), tuple(given), tuple(given)[:2]):
        with pytest.raises(InvalidValueError, match=told):
            with_share_of_wallet(
                ranks.assign(all=99.0), **{name: given[name] for name in names}
            )
    with pytest.raises(InvalidValueError, match="smaller than the rank"):
        with_share_of_wallet(ranks.assign(n=2), rank_col="rank", n_brands_col="n")
    with pytest.raises(InvalidValueError, match="0 or less"):
        with_share_of_wallet(ranks.assign(rank=0), rank_col="rank", n_brands_col="n")


def test_prices_below_one_have_shares_too() -> None:
    lines = pd.DataFrame({"list_amount": [0.25, 0.5], "paid_amount": [0.25, 0.25]})
    found = price_paid_by(lines.assign(usual=[0.125, 0.5]), reference_col="usual")
    assert_table(
        found,
        {
            "n_lines": [2],
            "list_amount": [0.75],
            "revenue": [0.5],
            "discount": [0.25],
            "discount_depth": [1 / 3],
            "discount_depth_promoted": [0.5],
            "full_price_share": [0.5],
            "price_premium": [0.5 / 0.625 - 1],
        },
    )
