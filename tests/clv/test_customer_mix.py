"""How shares of home are corrected by what earlier forecasts of them missed."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from crmkit.clv.components.category_shares import CategoryShares, Compositions
from crmkit.clv.components.customer_mix import (
    _corrected,
    _Foreseen,
    _presumed,
    _running,
)
from crmkit.clv.components.customer_occasions import Occasions
from crmkit.errors import InvalidValueError
from crmkit.typing import FloatArray, IntArray

FORESEEN, CAME = 0.6, 0.45
MISSED = logit(CAME) - logit(FORESEEN)


def _occasions(customer: IntArray) -> Occasions:
    nothing: Any = np.zeros(customer.size)
    return Occasions(
        line=nothing,
        customer=customer,
        day=nothing,
        orders=nothing,
        listed=nothing,
        paid=nothing,
        service=nothing,
    )


def _found(
    counts: list[int],
    breadth: list[int],
    plain: list[float],
    **changed: dict[int, float],
) -> FloatArray:
    """Correct shares of customers with so many occasions, all foreseen alike."""
    customer = np.repeat(np.arange(len(counts)), counts)
    size = customer.size
    rows = {
        "share": np.full(size, FORESEEN),
        "came": np.full(size, CAME),
        "usual": np.full(size, 3.0),
        "amount": np.ones(size),
    }
    for name, values in changed.items():
        for at, value in values.items():
            rows[name][at] = value
    of_customer = np.array(breadth)
    return _corrected(
        np.array(plain),
        _Foreseen(
            share=rows["share"], came=rows["came"], breadth=of_customer[customer]
        ),
        _occasions(customer),
        Compositions(
            occasion=np.arange(size),
            category=np.zeros(size, dtype=np.int64),
            amount=rows["amount"],
            share=np.ones(size),
            usual=rows["usual"],
        ),
        of_customer,
    )


def _moved(plain: list[float], by: list[float]) -> FloatArray:
    return np.asarray(expit(logit(plain) + MISSED * np.array(by)))


def test_a_share_moves_by_what_was_missed_as_far_as_it_was_seen() -> None:
    # Ten repeat purchases of equal size: a doubt of 30 leaves three quarters.
    counts, doubt = [2] * 10 + [1, 1, 0], 0.75
    breadth, plain = [2] * 11 + [3, 2], [0.3, 0.8, 0.5] + [0.5] * 7 + [0.2, 0.7, 0.4]
    found = _found(counts, breadth, plain)
    seen, other_stage = 1 - doubt**3, 1 - doubt**2
    other_breadth = (1 - doubt) + doubt**2 * (1 - doubt)
    by = [other_stage] * 10 + [seen, other_breadth, other_stage]
    np.testing.assert_allclose(found, _moved(plain, by), rtol=1e-9)


def test_sure_shares_stay_and_purchases_of_unequal_size_tell_less() -> None:
    counts, breadth = [2] * 4 + [1], [1] * 5
    sizes = dict(zip(range(1, 8, 2), (1.0, 2.0, 3.0, 6.0), strict=True))
    came = {at: CAME * size for at, size in sizes.items()}
    plain = [0.0, 1.0, 0.3, 1e-6, 0.6]
    found = _found(counts, breadth, plain, amount=sizes, came=came)
    assert found[:2].tolist() == [0.0, 1.0]
    doubt = 30 / (30 + 12**2 / (1 + 4 + 9 + 36))
    by = [1 - doubt**2] * 2 + [1 - doubt**3]
    np.testing.assert_allclose(found[2:], _moved(plain[2:], by), rtol=1e-9)


@pytest.mark.parametrize(
    "left_out",
    [
        {},
        {"share": {3: 0.0}},
        {"share": {3: 1.0}},
        {"share": {3: 1 - 5e-10}},
        {"usual": {3: 0.0}},
    ],
)
def test_first_purchases_and_what_was_sure_or_free_tell_nothing(
    left_out: dict[str, dict[int, float]],
) -> None:
    counts, breadth, plain = [2, 2, 2], [1, 1, 1], [0.3, 0.5, 0.6]
    found = _found(counts, breadth, plain, **left_out)
    silent = {0: 0.9, 2: 0.1, 4: 0.99} | ({3: 0.97} if left_out else {})
    again = _found(counts, breadth, plain, **left_out, came=silent)
    np.testing.assert_array_equal(again, found)
    doubt = 30 / (30 + (2 if left_out else 3))
    by = [1 - doubt**2] * 3
    np.testing.assert_allclose(found, _moved(plain, by), rtol=1e-9)


def test_a_share_short_of_sure_and_a_cheap_purchase_tell() -> None:
    counts, breadth, plain = [2, 2], [1, 1], [0.3, 0.5]
    for told in ({"share": {3: 1 - 1e-6}}, {"share": {3: 0.01}}, {"usual": {3: 0.5}}):
        first = _found(counts, breadth, plain, **told)
        other = _found(counts, breadth, plain, **told, came={3: 0.9})
        assert np.all(other > first + 1e-3)


def test_homes_of_five_categories_and_more_are_taken_together() -> None:
    counts, plain = [2, 2, 0, 0, 0], [0.5] * 5
    found = _found(counts, [5, 9, 5, 6, 4], plain)
    doubt = 30 / 32
    by = [1 - doubt**2] * 4 + [1 - doubt]
    np.testing.assert_allclose(found, _moved(plain, by), rtol=1e-9)


def test_purchases_from_the_128th_on_are_taken_together() -> None:
    # The last two of 258 purchases: all others were free.
    for count, by_stage in ((258, True), (128, True), (127, False)):
        free = dict.fromkeys(range(256), 0.0)
        found = _found(
            [258, count],
            [1, 1],
            [0.5, 0.5],
            usual=free | dict.fromkeys(range(258, 258 + count), 0.0),
        )
        doubt = 30 / 32
        by = [1 - doubt**3, 1 - doubt ** (3 if by_stage else 2)]
        np.testing.assert_allclose(found, _moved([0.5, 0.5], by), rtol=1e-9)


def test_a_running_sum_is_that_of_earlier_rows_of_the_customer() -> None:
    customer = np.array([0, 0, 0, 2, 3, 3])
    found = _running(customer, np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]))
    np.testing.assert_allclose(found, [0, 1, 3, 0, 0, 16], rtol=1e-12)


def test_nothing_is_presumed_of_a_category_that_was_never_paid_for() -> None:
    book: Any = SimpleNamespace(categories=("book", "sand", "tea"))
    compositions = Compositions(
        occasion=np.zeros(3, dtype=np.int64),
        category=np.arange(3),
        amount=np.array([0.5, 0.0, 0.25]),
        share=np.array([2 / 3, 0.0, 1 / 3]),
        usual=np.array([0.75]),
    )
    shares = CategoryShares(categories=("tea", "book"), concentration=(0.5, 3.0))
    assert _presumed(book, compositions, shares).tolist() == [3.0, 0.0, 0.5]
    unknown = CategoryShares(categories=("tea",), concentration=(0.5,))
    with pytest.raises(InvalidValueError, match="no share of category 'book'"):
        _presumed(book, compositions, unknown)
