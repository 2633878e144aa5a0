"""Futures of the parts: what purchases add beside what is expected of them.

A purchase ahead brings what the customer's purchases are expected to bring, and misses
it by as much as a purchase of the log did, drawn at random: in all parts together, for
what is bought at home is not bought elsewhere.
"""

from dataclasses import dataclass
from math import log1p
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ...kernels.base.symmetric_root import symmetric_root
from ...kernels.value.component_identity import NEVER, first_days, members_of, totals
from ...typing import BoolArray, FloatArray, IntArray, PurchaseModel, SpendModel
from ..uncertainty.parameter_draws import Parametric
from .customer_outlook import Outlook, PartsAhead, parts_ahead

__all__ = [
    "CHANCE_PARTS",
    "Chance",
    "FittedSpend",
    "PurchaseFutures",
    "chance_of",
    "future_parts",
]

CHANCE_PARTS = ("clv2", "clv3", "clv4", "clv6")
_SERVED = 2  # the place of clv4, which does not grow with the amount bought
_POOL = 50_000  # purchases that show what purchases miss by
_LEAST_SPEND = 1e-9


class FittedSpend(SpendModel, Parametric, Protocol):
    """Expects spend, and has parameters to draw."""


class PurchaseFutures(PurchaseModel, Parametric, Protocol):
    """Expects purchases, draws them, and has parameters to draw."""

    def sample_purchase_times(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]:
        """Draw the row and the time after ``T`` of each purchase."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chance:
    """How purchases of the log missed what was expected of them.

    Attributes
    ----------
    missed
        Purchases by parts (clv2, clv3, clv4, clv6): relative to the customer's expected
        spend, but for clv4.
    common
        A square root of the covariance of what all purchases are wrong by together,
        because the log has only so many.
    """

    missed: FloatArray
    common: FloatArray

    def drawn_common(self, rng: np.random.Generator) -> FloatArray:
        """Draw what is added to every purchase of one future."""
        drawn: FloatArray = self.common @ rng.standard_normal(len(CHANCE_PARTS))
        return drawn


def chance_of(outlook: Outlook, spend: FloatArray) -> Chance:
    """Compare repeat purchases of the log with what is expected of the next one."""
    occasions = outlook.occasions
    # Every so-many-th customer suffices: the covariance of four numbers is wanted.
    stride = max(occasions.customer.size // _POOL, 1)
    some = np.arange(outlook.book.customers) % stride == 0
    brought, first = _brought(outlook, some)
    repeat = np.flatnonzero(some[occasions.customer] & ~first)
    if not repeat.size:
        width = len(CHANCE_PARTS)
        return Chance(missed=np.zeros((1, width)), common=np.zeros((width, width)))
    customer = occasions.customer[repeat]
    next_one = parts_ahead(outlook, np.ones(spend.size), spend, certain=True)
    expected = np.stack([next_one[part][customer] for part in CHANCE_PARTS])
    came = brought[:, repeat]
    paid = occasions.paid[repeat]
    size = np.maximum(spend[customer], _LEAST_SPEND)
    scale = np.stack([size, size, np.ones(size.size), size])
    # How much is bought is the spend model's to be wrong about; what it consists of is
    # not, and is judged at the amount that was bought.
    share = np.where(
        np.arange(len(CHANCE_PARTS)) == _SERVED, 1.0, (paid / size)[:, None]
    )
    composed = came - expected * share.T
    composed -= scale * (composed.sum(axis=1) / scale.sum(axis=1))[:, None]
    missed = (came - expected) / scale
    missed -= missed.mean(axis=1, keepdims=True)
    return Chance(
        missed=np.ascontiguousarray(missed.T),
        common=symmetric_root(_clustered(composed, scale, customer) / stride),
    )


def _clustered(missed: FloatArray, scale: FloatArray, customer: IntArray) -> FloatArray:
    """Return the covariance of means of purchases, which customers make several of."""
    codes, at = np.unique(customer, return_inverse=True)
    each = np.stack([totals(at, row, codes.size) for row in missed])
    whole = scale.sum(axis=1)
    found: FloatArray = (each @ each.T) / np.outer(whole, whole)
    return found


def _brought(outlook: Outlook, some: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Return what each occasion of some customers brought, by part; and the firsts."""
    book, occasions = outlook.book, outlook.occasions
    count, width = occasions.customer.size, len(book.categories)
    first = occasions.day == book.first_purchase_days()[occasions.customer]
    lines = book.lines
    at = np.flatnonzero(some[lines.customer])
    occasion, category = occasions.line[at], lines.category[at]
    key = lines.customer[at] * width + category
    kept = ~lines.returned[at]
    if outlook.mix.fading:
        keys, pair = np.unique(key, return_inverse=True)
        day = np.where(kept, occasions.day[occasion], NEVER)
        home = occasions.day[occasion] > first_days(pair, day, keys.size)[pair]
    else:
        home = members_of(key, key[first[occasion] & kept])
    reference = lines.listed[at] * outlook.reference_price[category]
    margin = reference - lines.cost[at]
    standard = occasions.orders * outlook.standard_service
    brought = np.stack(
        [
            totals(occasion[home], margin[home], count) - standard,
            totals(occasion[~home], margin[~home], count),
            standard - occasions.service,
            occasions.paid - totals(occasion, reference, count),
        ]
    )
    return brought, first


def future_parts(
    outlook: Outlook,
    purchases: PurchaseFutures,
    spend: FloatArray,
    chance: Chance,
    common: FloatArray,
    *,
    horizon: float,
    discount_rate: float,
    pace: float,
    rng: np.random.Generator,
) -> tuple[FloatArray, PartsAhead]:
    """Draw one future of every customer: discounted purchases, and their parts.

    ``pace`` multiplies the purchases.
    """
    history = outlook.history
    rows, times = purchases.sample_purchase_times(
        *history.of_buyers(), horizon=horizon, rng=rng
    )
    customer = np.flatnonzero(history.bought)[rows]
    worth = pace * np.exp(-log1p(discount_rate) * times)
    count = history.bought.size
    made = totals(customer, worth, count)
    parts = parts_ahead(outlook, made, spend, certain=True)
    missed = chance.missed[rng.integers(len(chance.missed), size=customer.size)]
    missed = missed + common
    amount = worth * spend[customer]
    for at, part in enumerate(CHANCE_PARTS):
        scale = worth if at == _SERVED else amount
        parts[part] = parts[part] + totals(customer, scale * missed[:, at], count)
    return made, parts
