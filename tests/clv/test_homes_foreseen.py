"""What is foreseen of homes and categories, counted purchase by purchase."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmkit.clv.components import customer_mix
from crmkit.clv.components.customer_mix import _Pairs

ALPHA = np.array([2.0, 0.0, 3.0, 5.0])
# Purchases of three customers, the last of whom buys once; occasion 3 is all returned.
CUSTOMER = np.array([0, 0, 0, 0, 1, 1, 2])
USUAL = np.array([4.0, 7.0, 5.0, 0.0, 3.0, 2.0, 9.0])
# Occasion, category, amount and share of what each purchase consisted of.
PARTS = [
    (0, 0, 3.0, 0.75),
    (0, 2, 1.0, 0.25),
    (1, 2, 5.0, 5 / 7),
    (1, 3, 2.0, 2 / 7),
    (2, 0, 4.0, 0.8),
    (2, 3, 1.0, 0.2),
    (3, 1, 0.0, 0.0),
    (4, 3, 3.0, 1.0),
    (5, 3, 0.5, 0.25),
    (5, 0, 1.5, 0.75),
    (6, 2, 9.0, 1.0),
]
HOME = {0: {0, 2}, 1: {3}, 2: {2}}


def _given() -> tuple[Any, Any]:
    occasion, category, amount, share = zip(*PARTS, strict=True)
    compositions = SimpleNamespace(
        occasion=np.array(occasion),
        category=np.array(category),
        amount=np.array(amount),
        share=np.array(share),
        usual=USUAL,
    )
    return SimpleNamespace(customer=CUSTOMER), compositions


def _earlier(at: int) -> list[int]:
    return [o for o in range(at) if CUSTOMER[o] == CUSTOMER[at]]


def test_a_home_is_foreseen_by_what_was_presumed_and_seen_before() -> None:
    occasions, compositions = _given()
    pairs = sorted({(int(CUSTOMER[o]), c) for o, c, _, _ in PARTS})
    made = _Pairs(
        customer=np.array([who for who, _ in pairs]),
        category=np.array([category for _, category in pairs]),
        seen=np.zeros(len(pairs)),
        home=np.array([category in HOME[who] for who, category in pairs]),
    )
    breadth = np.array([2, 1, 1])
    found = customer_mix._foreseen(occasions, compositions, made, ALPHA, breadth)
    for at, who in enumerate(CUSTOMER.tolist()):
        home = HOME[who]
        presumed = sum(ALPHA[category] for category in home)
        seen = sum(s for o, c, _, s in PARTS if o in _earlier(at) and c in home)
        valued = sum(USUAL[o] > 0 for o in _earlier(at))
        share = (presumed + seen) / (10 + valued)
        assert found.share[at] == pytest.approx(share, rel=1e-13, abs=0)
        came = sum(amount for o, c, amount, _ in PARTS if o == at and c in home)
        assert found.came[at] == pytest.approx(came, rel=1e-13, abs=1e-300)
        assert found.breadth[at] == breadth[who]


def test_a_category_bought_once_is_home_from_then_on() -> None:
    occasions, compositions = _given()
    found = customer_mix._foreseen_first_only(occasions, compositions, ALPHA)
    for at in range(CUSTOMER.size):
        known = {c for o, c, _, _ in PARTS if o in _earlier(at)}
        valued = sum(USUAL[o] > 0 for o in _earlier(at))
        share = (sum(ALPHA[c] for c in known) + valued) / (10 + valued)
        assert found.share[at] == pytest.approx(share, rel=1e-13, abs=1e-300)
        came = sum(amount for o, c, amount, _ in PARTS if o == at and c in known)
        assert found.came[at] == pytest.approx(came, rel=1e-13, abs=1e-300)
        assert found.breadth[at] == len(known)


def test_weights_inside_and_outside_a_home_are_presumed_and_seen() -> None:
    pairs = _Pairs(
        customer=np.array([0, 0, 0, 1, 1, 1, 3]),
        category=np.array([0, 2, 3, 0, 2, 3, 3]),
        seen=np.array([1.5, 2.5, 0.75, 4.0, 1.0, 0.25, 6.0]),
        home=np.array([True, False, True, True, True, True, False]),
    )
    factor = np.array([1.1, 7.0, 0.5, 2.0])
    inside, outside = customer_mix._weighed(pairs, ALPHA, factor, 4)
    known = [(1.5 + 2) * 1.1 + (0.75 + 5) * 2, 6 * 1.1 + 4 * 0.5 + 5.25 * 2, 0.0, 0.0]
    np.testing.assert_allclose(inside, known, rtol=1e-13)
    whole = 2 * 1.1 + 3 * 0.5 + 5 * 2
    # Who is at home in every category that is sold has nothing outside.
    known = [2.5 * 0.5 + 3 * 0.5, 0.0, whole, 6 * 2 + whole]
    np.testing.assert_allclose(outside, known, rtol=1e-13)


@pytest.mark.parametrize("cross_sell", ["persistent", "first_only"])
def test_pairs_are_what_was_bought_and_home_what_was_opened_with(
    cross_sell: Any,
) -> None:
    occasions = SimpleNamespace(
        customer=np.array([0, 0, 1]),
        day=np.array([5, 8, 6]),
        line=np.array([0, 0, 1, 1, 2, 0]),
    )
    lines = SimpleNamespace(
        customer=np.array([0, 0, 0, 0, 1, 0]),
        category=np.array([2, 1, 0, 2, 1, 3]),
        returned=np.array([False, False, False, False, False, True]),
    )
    book: Any = SimpleNamespace(
        lines=lines,
        categories=("a", "b", "c", "d"),
        first_purchase_days=lambda: np.array([5, 6]),
    )
    compositions: Any = SimpleNamespace(
        occasion=np.array([0, 0, 1, 1, 2]),
        category=np.array([1, 2, 0, 2, 1]),
        share=np.array([0.25, 0.75, 0.4, 0.6, 1.0]),
    )
    given: Any = occasions
    found = customer_mix._pairs(book, given, compositions, cross_sell)
    assert found.customer.tolist() == [0, 0, 0, 1]
    assert found.category.tolist() == [0, 1, 2, 1]
    np.testing.assert_allclose(found.seen, [0.4, 0.25, 1.35, 1.0], rtol=1e-13)
    opened = [False, True, True, True] if cross_sell == "persistent" else [True] * 4
    assert found.home.tolist() == opened
