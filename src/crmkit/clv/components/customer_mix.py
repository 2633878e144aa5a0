"""Each customer's next purchases: how much of them is home, and at what price and cost.

What a customer bought so far, blended with the company's shares, predicts the share of
home in the next purchase. Every repeat purchase of the log was predictable in the same
way from those before it: how these predictions missed corrects the ones ahead, by the
breadth of home and by the number of purchases made.
"""

from dataclasses import dataclass

import numpy as np

from ...errors import InvalidValueError
from ...kernels.value.component_identity import members_of, totals
from ...kernels.value.compositions import logit_of, logit_shifts, share_of
from ...kernels.value.rate_by_tenure import stages, turns
from ...ledger import Book
from ...typing import BoolArray, FloatArray, IntArray
from .category_shares import CategoryShares, Compositions, usual_prices
from .customer_occasions import Occasions
from .ledger_flows import CrossSell
from .reference_arrays import Standards

__all__ = ["Mix", "customer_mix", "goods_ratio"]

_BROADEST = 5  # categories at home from which customers are taken together
_LAST_STAGE = 8
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mix:
    """One number per customer, per unit of usual price.

    Attributes
    ----------
    home
        Share of home in the next purchase.
    alike
        Purchases seen and presumed: how firm ``home`` is.
    fading
        Whether other categories become home once bought.
    home_price, other_price
        Reference price, inside and outside home.
    home_cost, other_cost, cost
        Cost of goods inside and outside home, and of all categories.
    """

    home: FloatArray
    alike: FloatArray
    fading: bool
    home_price: FloatArray
    other_price: FloatArray
    home_cost: FloatArray
    other_cost: FloatArray
    cost: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Customers by categories with money in them: purchases' worth, and if home."""

    customer: IntArray
    category: IntArray
    seen: FloatArray
    home: BoolArray


def customer_mix(
    book: Book,
    occasions: Occasions,
    compositions: Compositions,
    *,
    shares: CategoryShares,
    standards: Standards,
    day: int,
    cross_sell: CrossSell,
) -> Mix:
    """Blend each customer's purchases with the company's, and correct what missed."""
    count, width = book.customers, len(book.categories)
    alpha = _presumed(book, compositions, shares)
    pairs = _pairs(book, occasions, compositions, cross_sell)
    purchases = totals(
        occasions.customer, (compositions.usual > 0).astype(float), count
    )
    alike = purchases + alpha.sum()
    inside, outside = _weighed(pairs, alpha, np.ones(width), count)
    plain = _ratio(inside, inside + outside)
    breadth = np.bincount(pairs.customer[pairs.home], minlength=count)
    foreseen = (
        _foreseen(occasions, compositions, pairs, alpha, breadth)
        if cross_sell == "persistent"
        else _foreseen_first_only(occasions, compositions, alpha)
    )
    home = _corrected(plain, foreseen, occasions, compositions, breadth)
    usual = usual_prices(book)
    price = 1 - standards.discount_depth(np.full(width, day + 1), np.arange(width))
    goods = goods_ratio(book, usual)
    home_price, other_price = _weighed(pairs, alpha, price / usual, count)
    home_cost, other_cost = _weighed(pairs, alpha, goods, count)
    return Mix(
        home=home,
        alike=alike,
        fading=cross_sell == "first_only",
        home_price=_ratio(home_price, inside),
        other_price=_ratio(other_price, outside),
        home_cost=_ratio(home_cost, inside),
        other_cost=_ratio(other_cost, outside),
        cost=_ratio(home_cost + other_cost, inside + outside),
    )


def goods_ratio(book: Book, usual: FloatArray) -> FloatArray:
    """Return cost of goods per usual price; the company's where nothing was sold."""
    lines, width = book.lines, len(book.categories)
    sold = ~lines.returned
    cost = totals(lines.category[sold], lines.cost[sold], width)
    amount = totals(lines.category[sold], lines.listed[sold], width) * usual
    overall = float(cost.sum() / amount.sum())
    ratio: FloatArray = np.divide(
        cost, amount, out=np.full(width, overall), where=amount > 0
    )
    return ratio


def _presumed(
    book: Book, compositions: Compositions, shares: CategoryShares
) -> FloatArray:
    at = dict(zip(shares.categories, shares.concentration, strict=True))
    needed = np.unique(compositions.category[compositions.amount > 0])
    for code in needed:
        if str(book.categories[code]) not in at:
            raise InvalidValueError(
                subject="argument 'shares'",
                found=f"no share of category {book.categories[code]!r}, "
                "which the ledger has",
                remedy="Fit the shares to this ledger.",
            )
    return np.array([at.get(str(name), 0.0) for name in book.categories])


def _pairs(
    book: Book,
    occasions: Occasions,
    compositions: Compositions,
    cross_sell: CrossSell,
) -> _Pairs:
    lines, width = book.lines, len(book.categories)
    customer = occasions.customer[compositions.occasion]
    key = customer * width + compositions.category
    # Also what came to nothing after returns was home: the first day sold it.
    first = occasions.day == book.first_purchase_days()[occasions.customer]
    opening = first[occasions.line] & ~lines.returned
    sold = lines.customer * width + lines.category
    home = sold[opening] if cross_sell == "persistent" else sold[~lines.returned]
    every, at = np.unique(np.concatenate([key, home]), return_inverse=True)
    return _Pairs(
        customer=every // width,
        category=every % width,
        seen=totals(at[: key.size], compositions.share, every.size),
        home=members_of(every, home),
    )


def _weighed(
    pairs: _Pairs, alpha: FloatArray, factor: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Sum posterior purchases times a factor, inside and outside home."""
    value = factor[pairs.category]
    met = pairs.seen * value
    presumed = (alpha * factor)[pairs.category]
    home, other = pairs.home, ~pairs.home
    inside = totals(pairs.customer[home], (met + presumed)[home], count)
    seen = totals(pairs.customer[other], met[other], count)
    left = float(alpha @ factor) - totals(pairs.customer[home], presumed[home], count)
    # Where home is everything, what rounding leaves is nothing.
    sold = np.count_nonzero(alpha)
    known = np.bincount(
        pairs.customer[home], (alpha > 0)[pairs.category][home], minlength=count
    )
    outside = np.where(known == sold, 0.0, seen + np.maximum(left, 0.0))
    return inside, outside


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Foreseen:
    """Of every occasion: the share of home foreseen before it, and what came."""

    share: FloatArray
    came: FloatArray
    breadth: IntArray


def _corrected(
    plain: FloatArray,
    foreseen: _Foreseen,
    occasions: Occasions,
    compositions: Compositions,
    breadth: IntArray,
) -> FloatArray:
    """Shift the shares by what earlier ones missed, by breadth of home and stage."""
    customer, size = occasions.customer, occasions.customer.size
    turn = turns(customer)
    share = foreseen.share
    # A first purchase was foreseen from nothing; certain shares cannot be shifted.
    used = (turn > 0) & (share > 0) & (share < 1 - _ROUNDING)
    used &= compositions.usual > 0
    whole = totals(compositions.occasion, compositions.amount, size)[used]
    broad = np.minimum(foreseen.breadth, _BROADEST)[used]
    stage = np.minimum(stages(turn), _LAST_STAGE)[used]
    logit, came = logit_of(share[used]), foreseen.came[used]
    one = np.zeros(broad.size, dtype=np.int64)
    level = logit_shifts(one, 1, share_of(logit), came, whole)[0]
    by_breadth = level + logit_shifts(
        broad, _BROADEST + 1, share_of(logit + level), came, whole
    )
    by_stage = logit_shifts(
        stage, _LAST_STAGE + 1, share_of(logit + by_breadth[broad]), came, whole
    )
    made = np.minimum(stages(np.bincount(customer, minlength=plain.size)), _LAST_STAGE)
    moved = by_breadth[np.minimum(breadth, _BROADEST)] + by_stage[made]
    open_ = (plain > 0) & (plain < 1)
    return np.where(open_, share_of(logit_of(plain) + moved), plain)


def _foreseen(
    occasions: Occasions,
    compositions: Compositions,
    pairs: _Pairs,
    alpha: FloatArray,
    breadth: IntArray,
) -> _Foreseen:
    """Foresee with the categories of the first day as home."""
    customer, width = occasions.customer, alpha.size
    key = customer[compositions.occasion] * width + compositions.category
    home = members_of(key, (pairs.customer * width + pairs.category)[pairs.home])
    size, at = customer.size, compositions.occasion[home]
    before = _running(customer, totals(at, compositions.share[home], size))
    presumed = totals(
        pairs.customer[pairs.home], alpha[pairs.category][pairs.home], breadth.size
    )
    return _Foreseen(
        share=(presumed[customer] + before)
        / (alpha.sum() + _purchases_before(occasions, compositions)),
        came=totals(at, compositions.amount[home], size),
        breadth=breadth[customer],
    )


def _foreseen_first_only(
    occasions: Occasions, compositions: Compositions, alpha: FloatArray
) -> _Foreseen:
    """Foresee with every category bought before the occasion as home."""
    customer, width = occasions.customer, alpha.size
    key = customer[compositions.occasion] * width + compositions.category
    new = np.zeros(key.size, dtype=bool)
    new[np.unique(key, return_index=True)[1]] = True
    size, at = customer.size, compositions.occasion[new]
    presumed = _running(customer, totals(at, alpha[compositions.category[new]], size))
    breadth = _running(customer, totals(at, np.ones(at.size), size))
    before = _purchases_before(occasions, compositions)
    known = compositions.occasion[~new]
    return _Foreseen(
        share=(presumed + before) / (alpha.sum() + before),
        came=totals(known, compositions.amount[~new], size),
        breadth=breadth.astype(np.int64),
    )


def _purchases_before(occasions: Occasions, compositions: Compositions) -> FloatArray:
    return _running(occasions.customer, (compositions.usual > 0).astype(np.float64))


def _running(customer: IntArray, values: FloatArray) -> FloatArray:
    """Return the sum over a customer's earlier rows; rows are adjacent."""
    until = np.cumsum(values) - values
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    size = np.diff(starts, append=customer.size)
    return until - np.repeat(until[starts], size)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
