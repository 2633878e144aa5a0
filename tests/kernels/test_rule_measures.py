"""Measures of rules against published figures and independent references."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit.kernels.campaigns import pair_counts
from crmkit.kernels.campaigns.pair_counts import holdings, ordered_counts, together
from crmkit.kernels.campaigns.rule_measures import (
    fisher_greater,
    lift_limits,
    measures,
)


def one(*values: float) -> Any:
    return [np.array([float(v)]) for v in values]


def test_the_measures_that_mlxtend_prints() -> None:
    # Of the five baskets in the user guide of mlxtend.
    onion_eggs = measures(*one(3, 3, 4, 5))
    expected = {
        "support": 0.6,
        "confidence": 1,
        "lift": 1.25,
        "leverage": 0.12,
        "conviction": np.inf,
        "zhang": 0.5,
        "jaccard": 0.75,
        "certainty": 1,
        "kulczynski": 0.875,
    }
    for name, value in expected.items():
        assert onion_eggs[name][0] == pytest.approx(value, rel=1e-12), name
    beans_eggs = measures(*one(4, 5, 4, 5))
    for name, value in (
        ("confidence", 0.8),
        ("lift", 1),
        ("leverage", 0),
        ("conviction", 1),
        ("zhang", 0),
    ):
        assert beans_eggs[name][0] == pytest.approx(value, abs=1e-12), name


def test_a_product_of_all_baskets_tells_nothing_of_another() -> None:
    for a, c in ((10, 4), (4, 10), (10, 10)):
        found = measures(*one(min(a, c), a, c, 10))
        assert (found["lift"][0], found["zhang"][0], found["certainty"][0]) == (1, 0, 0)


def test_the_two_by_two_table() -> None:
    # 60 / 40 / 120 / 280, whose two-sided p-value of Fisher is 5.13e-08.
    found = measures(*one(60, 100, 180, 500))
    assert found["support"][0] == pytest.approx(0.12)
    assert found["confidence"][0] == pytest.approx(0.6)
    assert found["lift"][0] == pytest.approx(1.6667, abs=5e-5)
    assert found["odds_ratio"][0] == pytest.approx(3.5)
    table = np.array([[60, 40], [120, 280]])
    expected = stats.fisher_exact(table, alternative="greater")
    assert fisher_greater(*one(60, 100, 180, 500))[0] == pytest.approx(
        expected.pvalue, rel=1e-10
    )
    both = stats.fisher_exact(table).pvalue
    assert both == pytest.approx(5.13e-08, rel=1e-3)


def test_the_certainty_factor_stays_within_one(rng: np.random.Generator) -> None:
    n = 1000
    a, c = rng.integers(1, n, 5000), rng.integers(1, n, 5000)
    both = rng.integers(np.maximum(0, a + c - n), np.minimum(a, c) + 1)
    counts: Any = [*(v.astype(float) for v in (both, a, c)), float(n)]
    found = measures(*counts)
    assert np.abs(found["certainty"]).max() <= 1
    assert np.abs(found["zhang"]).max() <= 1 + 1e-12


def test_fishers_p_is_that_of_the_hypergeometric_distribution(
    rng: np.random.Generator,
) -> None:
    n = 2000
    a, c = rng.integers(1, n, 300), rng.integers(1, n, 300)
    both = rng.integers(np.maximum(0, a + c - n), np.minimum(a, c) + 1)
    counts: Any = [*(v.astype(float) for v in (both, a, c)), float(n)]
    found = fisher_greater(*counts)
    exact = np.asarray(stats.hypergeom.sf(both - 1, n, a, c))
    above = both > a * c / n
    assert found[above] == pytest.approx(exact[above], rel=1e-8)
    assert (found[~above] == 1).all()


def test_limits_of_lift_cover_the_truth(rng: np.random.Generator) -> None:
    p = [0.12, 0.08, 0.24, 0.56]
    truth = 0.12 / (0.2 * 0.36)
    counts = rng.multinomial(600, p, 2000).astype(float)
    both, a, c = counts[:, 0], counts[:, 0] + counts[:, 1], counts[:, 0] + counts[:, 2]
    lower, upper = lift_limits(both, a, c, 600, level=0.95)
    assert 0.935 < np.mean((lower <= truth) & (upper >= truth)) < 0.965


def test_pairs_are_counted_as_by_hand(rng: np.random.Generator) -> None:
    unit, product = rng.integers(0, 60, 900), rng.integers(0, 450, 900)
    held = holdings(unit, product, (60, 450))
    dense = np.zeros((60, 450), dtype=int)
    dense[unit, product] = 1
    expected = np.triu(dense.T @ dense, 1)
    found = np.zeros_like(expected)
    for first, second, both in together(held, minimum=2):
        found[first, second] = both
    assert (found == np.where(expected >= 2, expected, 0)).all()


def test_orders_are_counted_as_by_hand(rng: np.random.Generator) -> None:
    first = np.array(
        [
            (customer, product, int(rng.integers(0, 30)))
            for customer in range(80)
            for product in range(6)
            if rng.random() < 0.6
        ]
    )
    later, soon, same = ordered_counts(*first.T, products=6, within=9)
    for a in range(6):
        for b in range(6):
            day = [dict(first[first[:, 1] == p][:, [0, 2]]) for p in (a, b)]
            both = set(day[0]) & set(day[1])
            wait = np.array([day[1][who] - day[0][who] for who in both])
            assert later[a, b] == (wait > 0).sum()
            assert soon[a, b] == ((wait > 0) & (wait <= 9)).sum()
            assert same[a, b] == (0 if a == b else (wait == 0).sum())


@pytest.mark.parametrize("pairs", [1, 7, 40, 60])
def test_orders_counted_in_parts_are_those_of_all_at_once(
    pairs: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, product = np.nonzero(rng.random((50, 6)) < 0.6)
    day = rng.integers(0, 30, customer.size)
    given: Any = {"customer": customer, "product": product, "day": day}
    whole = ordered_counts(**given, products=6, within=9)
    monkeypatch.setattr(pair_counts, "_PAIRS", pairs)
    seen: list[int] = []

    def through(parts: Any) -> Any:
        for part in parts:
            seen.append(int(np.bincount(customer)[np.unique(customer)[part]].sum()))
            yield part

    parts = ordered_counts(**given, products=6, within=9, through=through)
    assert sum(seen) == customer.size
    assert len(seen) > 1
    for one, other in zip(whole, parts, strict=True):
        assert (one == other).all()


def test_parts_of_customers_have_no_more_pairs_than_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pair_counts, "_PAIRS", 30)
    counts = np.array([3, 4, 2, 5, 1, 1, 9, 2])
    # Running sums of squares: 9, 25, 29, 54, 55, 56, 137, 141.
    assert pair_counts._cuts(counts).tolist() == [3, 6]
