"""Every column of rules and offers between products, counted customer by customer."""

import sys
from itertools import combinations, permutations
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binomtest, fisher_exact, norm

from crmkit.campaigns import (
    association_rules,
    cross_sell_score,
    next_product_rules,
    purchase_paths,
)
from crmkit.errors import InvalidValueError, NotEnoughDataError

START = pd.Timestamp("2024-01-01")


def log(seed: int = 5) -> Any:
    """Draw lines of 5 products of unlike shares, with days and margins."""
    rng = np.random.default_rng(seed)
    n = 400
    day = rng.integers(0, 40, n)
    product = rng.choice(5, n, p=[0.35, 0.3, 0.2, 0.1, 0.05])
    product = np.where(rng.random(n) < day / 60, 2, product)
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 90, n),
            "product_id": np.array(list("abcde"))[product],
            "day": day,
            "date": START + pd.to_timedelta(day, "D"),
            "margin": rng.integers(1, 40, n) / 4 + product,
        }
    )


def wilson(hits: float, trials: float, level: float) -> tuple[float, float]:
    found = binomtest(int(hits), int(trials)).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def by_hochberg(p: dict[Any, float], tests: int) -> dict[Any, float]:
    """Adjust p-values by their rank, from the largest down."""
    adjusted, least = {}, 1.0
    for rank, name in reversed([*enumerate(sorted(p, key=lambda at: p[at]), 1)]):
        least = min(least, p[name] * tests / rank)
        adjusted[name] = least
    return adjusted


def assert_rows(
    found: Any, truth: dict[tuple[Any, ...], dict[str, float]], key: list[str]
) -> None:
    """Compare all columns, row by row, with what was counted."""
    assert set(map(tuple, found[key].to_numpy())) == set(truth)
    for _, row in found.iterrows():
        expected = truth[tuple(row[key])]
        assert set(expected) == set(found.columns) - set(key)
        assert_allclose(
            [row[name] for name in expected], [*expected.values()], rtol=1e-11, atol=0
        )


@pytest.mark.parametrize("least", [19, 20])
def test_each_figure_of_a_rule_is_counted_basket_by_basket(least: int) -> None:
    lines = log()
    n, level = lines["customer_id"].nunique(), 0.8
    sets: dict[str, set[int]] = {
        str(name): set(rows["customer_id"])
        for name, rows in lines.groupby("product_id")
        if rows["customer_id"].nunique() >= least
    }
    tests = len(sets) * (len(sets) - 1) // 2
    counts = {
        pair: len(sets[pair[0]] & sets[pair[1]]) for pair in combinations(sets, 2)
    }
    # One pair is held by 19 customers and no more.
    assert 19 in counts.values()
    p: dict[Any, float] = {}
    for (one, other), k in counts.items():
        if k < least:
            continue
        x, y = len(sets[one]), len(sets[other])
        cells = np.array([[k, x - k], [y - k, n - x - y + k]])
        above = k > x * y / n
        p[one, other] = fisher_exact(cells, alternative="greater")[1] if above else 1.0
    q = by_hochberg(p, tests)
    truth: dict[tuple[Any, ...], dict[str, float]] = {}
    for pair, chance in p.items():
        for a, c in permutations(pair):
            k, x, y = counts[pair], len(sets[a]), len(sets[c])
            share, base = k / x, y / n
            lower, upper = wilson(k, x, level)
            # The delta method: the variance of the logarithm of k n / (x y).
            reach = np.exp(
                norm.ppf((1 + level) / 2) * np.sqrt(_variance(k, x, y, n) / n)
            )
            margin = lines.loc[lines["product_id"] == c, "margin"].sum() / y
            factor = (share - base) / ((1 - base) if share >= base else base)
            most = max(k / n * (1 - x / n), x / n * (base - k / n))
            truth[a, c] = {
                "n_baskets": k,
                "n_antecedent": x,
                "n_consequent": y,
                "support": k / n,
                "confidence": share,
                "confidence_lower": lower,
                "confidence_upper": upper,
                "lift": share / base,
                "lift_lower": share / base / reach,
                "lift_upper": share / base * reach,
                "leverage": k / n - x * y / n**2,
                "conviction": (1 - base) / (1 - share),
                "zhang": (k / n - x * y / n**2) / most,
                "jaccard": k / (x + y - k),
                "kulczynski": (k / x + k / y) / 2,
                "certainty": factor,
                "odds_ratio": k * (n - x - y + k) / ((x - k) * (y - k)),
                "p_value": chance,
                "adjusted_p_value": q[pair],
                "margin": margin,
                "expected_margin": share * margin,
            }
    found = association_rules(
        lines,
        basket_col="customer_id",
        margin_col="margin",
        min_count=least,
        false_discovery_rate=1,
        level=level,
    )
    assert_rows(found, truth, ["antecedent", "consequent"])
    order = [*zip(-found["lift"], -found["confidence"], strict=True)]
    assert order == sorted(order)
    # The rate keeps a pair whose adjusted p-value is equal to it.
    bound = min(q.values())
    kept = association_rules(
        lines,
        basket_col="customer_id",
        min_count=least,
        false_discovery_rate=float(found["adjusted_p_value"].min()),
    )
    assert len(kept) == 2 * sum(abs(each - bound) < 1e-12 for each in q.values())


def _variance(k: float, x: float, y: float, n: float) -> float:
    """Return the variance of one customer's part in log(k n / (x y))."""
    cells = np.array([k, x - k, y - k, n - x - y + k]) / n
    both, first, second = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]])
    part = both / cells[0] - first / (x / n) - second / (y / n)
    return float(cells @ part**2 - (cells @ part) ** 2)


@pytest.mark.parametrize(("least", "within"), [(12, None), (13, None), (3, 6)])
def test_each_figure_of_a_next_product_is_counted_customer_by_customer(
    least: int, within: int | None
) -> None:
    lines = log()
    n, level = lines["customer_id"].nunique(), 0.8
    first = {
        str(name): rows.groupby("customer_id")["day"].min().to_dict()
        for name, rows in lines.groupby("product_id")
    }
    first = {name: days for name, days in first.items() if len(days) >= least}

    def waits(a: str, c: str) -> list[int]:
        return [first[c][who] - first[a][who] for who in first[a] if who in first[c]]

    def soon(a: str, c: str) -> int:
        longest = 10**9 if within is None else within
        return sum(0 < wait <= longest for wait in waits(a, c))

    pairs = [
        (a, c)
        for a, c in permutations(first, 2)
        if soon(a, c) >= least and soon(a, c) > soon(c, a)
    ]
    if within is None:
        # Two pairs have 12 customers and no more.
        assert 12 in [soon(a, c) for a, c in permutations(first, 2)]
    p = {
        (a, c): float(binomtest(soon(a, c), soon(a, c) + soon(c, a)).pvalue)
        for a, c in pairs
    }
    q = by_hochberg(p, len(first) * (len(first) - 1) // 2)
    truth: dict[tuple[Any, ...], dict[str, float]] = {}
    for a, c in pairs:
        risk = len(first[a]) - sum(wait <= 0 for wait in waits(a, c))
        lower, upper = wilson(soon(a, c), risk, level)
        share = soon(a, c) / risk
        margin = lines.loc[lines["product_id"] == c, "margin"].sum() / len(first[c])
        truth[a, c] = {
            "n_customers": soon(a, c),
            "n_reversed": soon(c, a),
            "n_at_risk": risk,
            "confidence": share,
            "confidence_lower": lower,
            "confidence_upper": upper,
            "lift": share / (len(first[c]) / n),
            "p_value": p[a, c],
            "adjusted_p_value": q[a, c],
            "margin": margin,
            "expected_margin": share * margin,
        }
    found = next_product_rules(
        lines,
        within_days=within,
        min_count=least,
        false_discovery_rate=1,
        level=level,
        margin_col="margin",
    )
    assert len(found) > 1
    assert_rows(found, truth, ["antecedent", "consequent"])
    order = [*zip(-found["lift"], -found["confidence"], strict=True)]
    assert order == sorted(order)


@pytest.mark.parametrize(("steps", "least"), [(1, 1), (2, 1), (2, 4), (4, 1)])
def test_each_path_is_gone_customer_by_customer(steps: int, least: int) -> None:
    lines = log(7)
    first = lines.groupby(["customer_id", "product_id"])["day"].min().reset_index()
    gone: dict[tuple[str | None, ...], list[int]] = {}
    for _, rows in first.groupby("customer_id"):
        by_day = sorted(rows.groupby("day")["product_id"])[:steps]
        names = [" + ".join(sorted(new)) for _, new in by_day]
        path = (*names, *[None] * (steps - len(names)))
        gone.setdefault(path, []).append(by_day[-1][0] - by_day[0][0])
    found = purchase_paths(
        lines, n_steps=steps, min_count=least, product_col="product_id"
    )
    names = [f"step_{at}" for at in range(1, steps + 1)]
    assert [*found] == [*names, "n_customers", "share", "median_days"]
    told = found[names].astype(object).where(found[names].notna(), None)
    truth = {path: days for path, days in gone.items() if len(days) >= least}
    assert {*map(tuple, told.to_numpy())} == set(truth)
    assert [*found["n_customers"]] == sorted(found["n_customers"], reverse=True)
    n = lines["customer_id"].nunique()
    for at, path in enumerate(map(tuple, told.to_numpy())):
        row = found.iloc[at]
        assert row["n_customers"] == len(truth[path])
        assert row["share"] == pytest.approx(len(truth[path]) / n, rel=1e-14, abs=0)
        assert row["median_days"] == median(truth[path])


def test_paths_have_1_to_20_steps() -> None:
    lines = log()
    assert "step_20" in purchase_paths(lines, n_steps=20, product_col="product_id")
    for steps in (0, 21):
        with pytest.raises(InvalidValueError, match="n_steps"):
            purchase_paths(lines, n_steps=steps, product_col="product_id")
    with pytest.raises(InvalidValueError, match="min_count"):
        purchase_paths(lines, min_count=0, product_col="product_id")
    assert len(purchase_paths(lines, min_count=1, product_col="product_id")) > 3


@pytest.mark.parametrize("prior", [3.0, 20.0])
def test_each_offer_is_scored_customer_by_customer(prior: float) -> None:
    lines = log(3)
    # Days 0 to 19 are known, 20 to 30 the last horizon, and the rest is to come.
    old, new = lines[lines["day"] <= 19], lines[lines["day"].between(20, 30)]
    names = sorted(lines["product_id"].unique())
    owned = {who: set(rows["product_id"]) for who, rows in old.groupby("customer_id")}
    new = new[new["customer_id"].isin(list(owned))]
    first = new[
        [
            name not in owned[who]
            for who, name in zip(new["customer_id"], new["product_id"], strict=True)
        ]
    ]
    bought = {
        who: set(rows["product_id"]) for who, rows in first.groupby("customer_id")
    }

    def rate(have: str, want: str) -> float:
        without = [who for who, held in owned.items() if want not in held]
        buyers = [who for who in without if want in bought.get(who, set())]
        base = len(buyers) / len(without)
        own = [who for who in without if have in owned[who]]
        took = sum(who in own for who in buyers)
        return (took + prior * base) / (len(own) + prior)

    rates = {(a, c): rate(a, c) for a in names for c in names}

    def mean(held: set[str], want: str) -> float:
        return sum(rates[have, want] for have in held) / len(held)

    scale, margin = {}, {}
    for want in names:
        expected = sum(mean(held, want) for held in owned.values() if want not in held)
        came = sum(want in each for each in bought.values())
        scale[want] = came / expected
        margin[want] = first.loc[first["product_id"] == want, "margin"].sum() / came
    seen = lines[lines["day"] <= 30]
    truth = []
    for who, rows in seen.groupby("customer_id"):
        held = set(rows["product_id"])
        chance = {c: min(1, mean(held, c) * scale[c]) for c in names if c not in held}
        best = sorted(chance, key=lambda c: -chance[c] * margin[c])[:2]
        truth += [(who, c, chance[c], margin[c], chance[c] * margin[c]) for c in best]
    found = cross_sell_score(
        lines,
        observation_period_end="2024-01-31",
        horizon_days=11,
        n_offers=2,
        prior_customers=prior,
        margin_col="margin",
        category_col="product_id",
    )
    assert [*found["customer_id"]] == [row[0] for row in truth]
    assert [*found["product_id"]] == [row[1] for row in truth]
    figures = found[["probability", "margin", "score"]].to_numpy()
    assert_allclose(figures, [row[2:] for row in truth], rtol=1e-12, atol=0)


def test_too_many_products_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "crmkit.campaigns.cross_selling.next_product_rules"
    monkeypatch.setattr(sys.modules[module], "_MOST", 2)
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c", "d"],
            "product_id": ["x", "y", "z", "x", "y"],
            "date": pd.Timestamp("2024-01-05"),
        }
    )
    with pytest.raises(NotEnoughDataError, match=r"at most 2 products.*got 3\b"):
        next_product_rules(lines, min_count=1)
    kept = lines[lines["product_id"] != "z"]
    assert len(next_product_rules(kept, min_count=1)) == 0
