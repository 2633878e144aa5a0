"""Intervals of many customers from futures that customers alike share.

Each customer's interval speaks of that customer alone, so customers of one frequency,
one ``T`` and one discount rate can share the futures drawn: given that a customer is
active, nothing else of the history matters, but for the size of the amounts, which
scales. What tells the customers apart, the probability of being active and that size,
is exact for each.

What is not exact, beside the draws themselves: ``T`` is taken as that of a customer at
most 2% away, so that rates move by 2% at most where the draws leave an end uncertain
by 5% or more; and one set of drawn parameters serves 16 futures, since chance is nearly
all that is unsure about one customer.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..._check import ProvenHistory
from ...fits import told
from ...typing import FloatArray, Progress
from ..models.gamma_gamma import GammaGamma
from ..models.purchase_scores import PurchaseScores
from .drawn_ends import end_ranks, ends_by_column
from .parameter_draws import plausible
from .simulated_futures import (
    PurchaseSampler,
    SpendSampler,
    drawn_alike,
    futures,
)

__all__ = ["drawn_ends", "shared_ends"]

_STEP_OF_T = 0.02
_FUTURES_OF_SET = 16
_ROWS = 1 << 16  # customers whose probabilities are held at once, for every set
_CELLS = 1 << 20  # customers alike times futures drawn at once


class _Alike(NamedTuple):
    """Customers of one frequency, rate and about one T, in order; starts of groups."""

    order: np.ndarray
    starts: np.ndarray


def drawn_ends(
    history: ProvenHistory,
    amounts: FloatArray | None,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler | None,
    horizon: float,
    discount_rate: float | FloatArray,
    n_draws: int,
    tail: float,
    rng: np.random.Generator,
    factors: FloatArray | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Return the ends of each customer's purchases or value, (2, customers).

    Customers share draws where they can; otherwise each has draws of its own, at many
    times the cost. ``factors`` are by how much each future exceeds the models, for all
    customers alike.
    """
    if (
        isinstance(purchases, PurchaseScores)
        # Regular buyers have a memory: what comes depends on how long they were silent.
        and not purchases.formulas.fixed
        and isinstance(spend, GammaGamma | None)
    ):
        return shared_ends(
            history,
            amounts,
            purchases=purchases,
            spend=spend,
            horizon=horizon,
            discount_rate=np.broadcast_to(discount_rate, history.T.shape),
            n_draws=n_draws,
            tail=tail,
            rng=rng,
            factors=factors,
            progress=progress,
        )
    ends = np.empty((2, history.T.size))
    for block in futures(
        history,
        amounts,
        purchases=purchases,
        spend=spend,
        horizon=horizon,
        discount_rate=discount_rate,
        n_draws=n_draws,
        rng=rng,
        progress=progress,
    ):
        drawn = block.purchases if amounts is None else block.value
        if factors is not None:
            drawn = _missed(drawn, factors[:, None], whole=amounts is None, rng=rng)
        ends[:, block.rows] = ends_by_column(drawn, tail)
    return ends


def shared_ends(
    history: ProvenHistory,
    amounts: FloatArray | None,
    *,
    purchases: PurchaseScores,
    spend: GammaGamma | None,
    horizon: float,
    discount_rate: FloatArray,
    n_draws: int,
    tail: float,
    rng: np.random.Generator,
    factors: FloatArray | None = None,
    progress: Progress | None = None,
) -> FloatArray:
    """Return the lower and upper ends of each customer's purchases, or of their value.

    Returns
    -------
    array
        (2, customers). With a spend model the ends are of the discounted value.
    """
    sets = -(-n_draws // _FUTURES_OF_SET)
    models = plausible(purchases, sets, rng)
    spends = [None] * sets if spend is None else plausible(spend, sets, rng)
    serves = np.arange(n_draws) // _FUTURES_OF_SET
    order, starts = _alike(history.frequency, history.T, discount_rate)
    ends = np.empty((2, order.size))
    ranks = end_ranks(n_draws, tail)
    for first in told(range(0, order.size, _ROWS), progress):
        rows = order[first : first + _ROWS]
        cuts = starts[(starts > first) & (starts < first + rows.size)] - first
        block, rate = history.rows(rows), discount_rate[rows]
        x, T = block.frequency, block.T
        alive = np.stack([model.probability_alive(*block) for model in models])
        sizes = _sizes(spends, x, None if amounts is None else amounts[rows])
        bounds = [0, *cuts.tolist(), rows.size]
        groups = list(pairwise(bounds))
        members = np.array([(start + end) // 2 for start, end in groups])
        at_once = max(_CELLS // n_draws, 1)
        for part in range(0, len(groups), at_once):
            some = members[part : part + at_once]
            drawn = np.empty((some.size, n_draws))
            for at, (model, money) in enumerate(zip(models, spends, strict=True)):
                served = serves == at
                drawn[:, served] = drawn_alike(
                    model,
                    money,
                    x[some],
                    T[some],
                    horizon=horizon,
                    discount_rate=rate[some],
                    n_draws=int(served.sum()),
                    rng=rng,
                )
            if factors is not None:
                drawn = _missed(drawn, factors, whole=spend is None, rng=rng)
            for one, (start, end) in zip(
                drawn, groups[part : part + at_once], strict=True
            ):
                found = _ends_of_group(
                    one,
                    alive[:, start:end],
                    sizes[:, start:end],
                    serves,
                    ranks,
                    rng=rng,
                )
                ends[:, rows[start:end]] = found
    return ends


def _missed(
    drawn: FloatArray,
    factors: FloatArray,
    *,
    whole: bool,
    rng: np.random.Generator,
) -> FloatArray:
    """Return draws times what the models missed; counts stay whole, and their mean."""
    moved = drawn * factors
    if not whole:
        return moved
    count = np.floor(moved)
    return np.asarray(count + (rng.random(moved.shape) < moved - count))


def _alike(x: FloatArray, T: FloatArray, rate: FloatArray) -> _Alike:
    near = np.full(T.size, -np.inf)
    np.log(T, out=near, where=T > 0)
    step = np.floor(near / _STEP_OF_T)
    keys = [step, x]
    if rate.size and np.ptp(rate) > 0:
        keys.append(rate)
    order = np.lexsort((T, *keys))
    ordered = [key[order] for key in keys]
    new = np.any([key[1:] != key[:-1] for key in ordered], axis=0)
    return _Alike(order, np.concatenate([[0], np.flatnonzero(new) + 1]))


def _sizes(
    spends: list[GammaGamma] | list[None], x: FloatArray, amounts: FloatArray | None
) -> FloatArray:
    """Return by what each customer's amounts scale, for each set of parameters."""
    if amounts is None:
        return np.ones((len(spends), x.size))
    paid = x * amounts
    return np.stack([paid + (0.0 if one is None else one.v) for one in spends])


def _ends_of_group(
    drawn: FloatArray,
    alive: FloatArray,
    sizes: FloatArray,
    serves: np.ndarray,
    ranks: tuple[int, int],
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the ends of customers who share ``drawn``, each with chances of their own.

    Futures that bring nothing are counted, not sorted: most of them bring nothing.
    """
    some = np.flatnonzero(drawn > 0)
    nothing = drawn.size - some.size
    ends = np.zeros((2, alive.shape[1]))
    wanted = [rank - nothing for rank in ranks]
    if wanted[1] < 0:
        return ends
    chance = rng.random(some.size)
    by_set = serves[some]
    values = np.where(chance < alive[by_set].T, drawn[some] * sizes[by_set].T, 0.0)
    values.partition([max(rank, 0) for rank in wanted], axis=1)
    for end, rank in enumerate(wanted):
        if rank >= 0:
            ends[end] = values[:, rank]
    return ends
