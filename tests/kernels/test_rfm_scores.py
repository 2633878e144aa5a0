"""Scores by rank: published counts, ties, crowds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.groups import rfm_scores
from crmkit.kernels.groups.rfm_scores import Rule

# How many of the 995 customers of the `rfm_data_orders` example (MIT, R package rfm
# 0.3.0) ordered 2 or fewer, 3, 4, 5, 6, 7, and 8 or more times.
ORDERS = np.array([2.0, 3, 4, 5, 6, 7, 8])
CUSTOMERS = np.array([125.0, 143, 187, 176, 150, 94, 120])

rules = st.sampled_from(list(rfm_scores.RULES))
amounts = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=60)


def scores(values: list[float], bins: int, rule: Rule) -> list[int]:
    distinct, count = np.unique(np.array(values), return_counts=True)
    bounds = rfm_scores.cuts(distinct, count.astype(float), bins, rule)
    return list(rfm_scores.scored(bounds, np.array(values)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("strict", [268, 187, 176, 244, 120]),
        ("upper", [125, 143, 187, 326, 214]),
        ("midrank", [268, 187, 176, 150, 214]),
    ],
)
def test_published_counts_of_frequency_scores(rule: Rule, expected: list[int]) -> None:
    bounds = rfm_scores.cuts(ORDERS, CUSTOMERS, 5, rule)
    score = rfm_scores.scored(bounds, ORDERS)
    assert np.bincount(score, CUSTOMERS, minlength=6)[1:].tolist() == expected


def test_the_strict_cuts_are_the_published_ones() -> None:
    # The R package cuts at 4, 5, 6, 8 (its quintiles 3, 4, 5, 7 plus one).
    assert rfm_scores.cuts(ORDERS, CUSTOMERS, 5, "strict").tolist() == [4, 5, 6, 8]


def test_a_crowd_of_one_time_buyers_scores_one_and_the_rest_high() -> None:
    assert scores([1.0] * 9 + [2.0], 5, "strict") == [1] * 9 + [5]


@pytest.mark.parametrize(("rule", "score"), [("strict", 1), ("upper", 5)])
def test_equal_customers_get_one_score(rule: Rule, score: int) -> None:
    # A peer gives five customers of one frequency the scores 0, 1, 2, 3, 4.
    assert scores([1.0] * 5, 5, rule) == [score] * 5


def test_the_middle_of_a_crowd_of_all_is_the_middle_score() -> None:
    assert scores([1.0] * 5, 5, "midrank") == [3] * 5


def test_distinct_values_make_equal_groups() -> None:
    assert scores([float(v) for v in range(10)], 5, "strict") == [
        1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]  # fmt: skip


@given(amounts, st.integers(2, 12), rules)
def test_a_score_is_what_its_rule_says(
    values: list[float], bins: int, rule: Rule
) -> None:
    array = np.array(values)
    below = (array[None, :] < array[:, None]).sum(axis=1)
    level = (array[None, :] == array[:, None]).sum(axis=1)
    n = array.size
    crowd = int((array == array.min()).sum())
    strict = 1 + bins * below // n
    apart = np.ones(n, dtype=int)
    if crowd < n:
        above = 2 + (bins - 1) * (below - crowd) // (n - crowd)
        apart = np.where(array == array.min(), 1, above)
    expected = {
        "strict": strict,
        "spread": apart if crowd > n / bins else strict,
        "upper": -(-bins * (below + level) // n),
        "midrank": 1 + bins * (2 * below + level) // (2 * n),
    }[rule]
    assert scores(values, bins, rule) == np.minimum(expected, bins).tolist()


@given(amounts, rules, st.floats(1e-3, 1e3))
def test_scores_know_no_currency(values: list[float], rule: Rule, rate: float) -> None:
    scaled = [value * rate for value in values]
    assert scores(scaled, 5, rule) == scores(values, 5, rule)


def test_nested_cuts_are_those_of_each_group() -> None:
    values = np.array([1.0, 2, 3, 4, 10, 20, 30, 40])
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    bounds = rfm_scores.nested_cuts(values, group, 3, 2, "strict")
    assert bounds.tolist() == [[3], [30], [10]]  # the empty group takes everybody's
    score = rfm_scores.scored_within(bounds, group, values)
    assert score.tolist() == [1, 1, 2, 2, 1, 1, 2, 2]


def test_a_group_of_one_has_cuts_of_its_own() -> None:
    values, group = np.array([1.0, 2, 3, 4, 50]), np.array([0, 0, 0, 0, 1])
    bounds = rfm_scores.nested_cuts(values, group, 2, 2, "upper")
    assert bounds.tolist() == [[3], [50]]
