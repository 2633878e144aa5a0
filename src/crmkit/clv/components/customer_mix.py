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
    first = _on_first_day(book, occasions)
    pairs = _pairs(book, occasions, compositions, first, cross_sell)
    purchases = totals(
        occasions.customer, (compositions.usual > 0).astype(float), count
    )
    alike = purchases + alpha.sum()
    inside, outside = _weighed(pairs, alpha, np.ones(width), count)
    plain = _ratio(inside, inside + outside)
    home = _corrected(
        occasions, compositions, pairs, alpha, plain, first, width, cross_sell
    )
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
    return np.divide(cost, amount, out=np.full(width, overall), where=amount > 0)


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


def _on_first_day(book: Book, occasions: Occasions) -> BoolArray:
    """Return which occasions are a customer's first, in a log that has it."""
    first: BoolArray = occasions.day == book.first_purchase_days()[occasions.customer]
    return first


def _pairs(
    book: Book,
    occasions: Occasions,
    compositions: Compositions,
    first: BoolArray,
    cross_sell: CrossSell,
) -> _Pairs:
    lines, width = book.lines, len(book.categories)
    customer = occasions.customer[compositions.occasion]
    key = customer * width + compositions.category
    # Also what came to nothing after returns was home: the first day sold it.
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


def _corrected(
    occasions: Occasions,
    compositions: Compositions,
    pairs: _Pairs,
    alpha: FloatArray,
    plain: FloatArray,
    first: BoolArray,
    width: int,
    cross_sell: CrossSell,
) -> FloatArray:
    """Shift the shares by what earlier ones missed, by breadth and stage."""
    count = plain.size
    turn = turns(occasions.customer)
    if cross_sell == "persistent":
        known = _home_known(compositions, occasions, pairs, width)
        presumed = totals(
            pairs.customer[pairs.home], alpha[pairs.category][pairs.home], count
        )[occasions.customer]
        breadth = np.bincount(pairs.customer[pairs.home], minlength=count)
    else:
        known, presumed, breadth_then = _seen_before(
            compositions, occasions, alpha, width
        )
        breadth = np.bincount(pairs.customer[pairs.home], minlength=count)
    before, whole = known
    came = _came_home(compositions, occasions, pairs, width, cross_sell)
    predicted = (presumed + before) / (alpha.sum() + whole)
    of = breadth[occasions.customer] if cross_sell == "persistent" else breadth_then
    open_ = (~first) & (predicted > 0) & (predicted < 1 - 1e-9)
    open_ &= compositions.usual > 0
    group = np.minimum(of, _BROADEST)[open_]
    stage = np.minimum(stages(turn), _LAST_STAGE)[open_]
    logit, part = logit_of(predicted[open_]), came[open_]
    amount = totals(compositions.occasion, compositions.amount, turn.size)[open_]
    zero = np.zeros(group.size, dtype=np.int64)
    shift = logit_shifts(zero, 1, share_of(logit), part, amount)
    by_breadth = shift[0] + logit_shifts(
        group, _BROADEST + 1, share_of(logit + shift[0]), part, amount
    )
    moved = logit + by_breadth[group]
    by_stage = logit_shifts(stage, _LAST_STAGE + 1, share_of(moved), part, amount)
    made = np.bincount(occasions.customer, minlength=count)
    ahead = np.minimum(stages(made), _LAST_STAGE)
    mixed = (plain > 0) & (plain < 1)
    found = share_of(
        logit_of(plain) + by_breadth[np.minimum(breadth, _BROADEST)] + by_stage[ahead]
    )
    return np.where(mixed, found, plain)


def _running(customer: IntArray, values: FloatArray) -> FloatArray:
    """Return the sum over a customer's earlier rows; rows are adjacent."""
    until = np.cumsum(values) - values
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    size = np.diff(starts, append=customer.size)
    return until - np.repeat(until[starts], size)


def _home_known(
    compositions: Compositions, occasions: Occasions, pairs: _Pairs, width: int
) -> tuple[FloatArray, FloatArray]:
    key = occasions.customer[compositions.occasion] * width + compositions.category
    home = members_of(key, (pairs.customer * width + pairs.category)[pairs.home])
    size = occasions.customer.size
    own = totals(compositions.occasion[home], compositions.share[home], size)
    valued = (compositions.usual > 0).astype(np.float64)
    return _running(occasions.customer, own), _running(occasions.customer, valued)


def _first_met(
    compositions: Compositions, occasions: Occasions, width: int
) -> BoolArray:
    """Return which rows are a customer's first of a category."""
    key = occasions.customer[compositions.occasion] * width + compositions.category
    first = np.zeros(key.size, dtype=bool)
    first[np.unique(key, return_index=True)[1]] = True
    return first


def _seen_before(
    compositions: Compositions, occasions: Occasions, alpha: FloatArray, width: int
) -> tuple[tuple[FloatArray, FloatArray], FloatArray, IntArray]:
    """Return what is home where every category bought so far is."""
    size = occasions.customer.size
    new = _first_met(compositions, occasions, width)
    at, what = compositions.occasion[new], compositions.category[new]
    presumed = _running(occasions.customer, totals(at, alpha[what], size))
    breadth = _running(occasions.customer, totals(at, np.ones(at.size), size))
    valued = (compositions.usual > 0).astype(np.float64)
    before = _running(occasions.customer, valued)
    return (before, before), presumed, breadth.astype(np.int64)


def _came_home(
    compositions: Compositions,
    occasions: Occasions,
    pairs: _Pairs,
    width: int,
    cross_sell: CrossSell,
) -> FloatArray:
    key = occasions.customer[compositions.occasion] * width + compositions.category
    if cross_sell == "persistent":
        home = members_of(key, (pairs.customer * width + pairs.category)[pairs.home])
    else:
        home = ~_first_met(compositions, occasions, width)
    return totals(
        compositions.occasion[home], compositions.amount[home], occasions.customer.size
    )


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
