"""Totals of many futures over a set of customers: purchases, buyers and value.

A few hundred customers are drawn one by one. Of more, a total is the sum of two parts
that are each drawn as often as asked for, at a cost that hardly grows with the number:

- what to expect at drawn parameters: at the estimate from every customer; how it moves
  with the parameters from a few thousand of them, by a quadratic in the parameters that
  is checked at parameters it was not made from;
- chance: a few futures of every customer at the estimate, cut into blocks of customers.
  One future of each block, drawn afresh, adds up to a future of all.

Where the quadratic does not hold, or amounts have no variance, all are drawn singly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any, TypeAlias

import numpy as np

from ..._check import ProvenHistory
from ...fits import told, told_within
from ...kernels.value.draw_deviations import draw_deviations
from ...typing import FloatArray, IntArray, Progress
from ..models.gamma_gamma import GammaGamma
from ..models.purchase_scores import PurchaseScores
from .parameter_draws import log_covariance, moved
from .simulated_futures import (
    PurchaseSampler,
    SpendSampler,
    drawn_models,
    futures,
)

__all__ = ["drawn_totals"]

Models: TypeAlias = list[tuple[PurchaseSampler, SpendSampler | None]]

_FEW_CELLS = 1 << 19  # customers times draws up to which each has draws of its own
_SAMPLE = 4096  # customers who show how expectations move with the parameters
_FUTURES = 48  # of every customer: blocks make up what these few leave out
_BLOCKS = 256
_CHECKED = 4  # drawn parameters at which the quadratic is checked
_ALLOWED = 0.1  # its largest error, in standard deviations of the totals
_FAR = 1.5  # standard deviations at which the quadratic is made


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """What is asked of the models, for every customer alike."""

    horizon: float
    discount_rate: float


def drawn_totals(
    history: ProvenHistory,
    amounts: FloatArray,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    horizon: float,
    discount_rate: float | FloatArray,
    margin: float | FloatArray = 1.0,
    n_draws: int,
    rng: np.random.Generator,
    groups: Sequence[IntArray] | None = None,
    until: Sequence[float] = (),
    progress: Progress | None = None,
) -> FloatArray:
    """Draw the totals of groups: purchases, customers who buy, discounted value.

    Parameters
    ----------
    history, amounts
        Of every customer.
    purchases, spend
        The fitted models.
    horizon, discount_rate, margin
        What is asked; the last two for all, or one per customer.
    n_draws
        How many futures.
    rng
        The source of randomness.
    groups
        The rows of each group, which together are all; None for one group of all.
    until
        Earlier times at which the totals so far are wanted too.
    progress
        Is told how far the groups, and the futures of each, have come.

    Returns
    -------
    array
        (times, groups, 3, draws): the times in ``until``, then the horizon. A future
        has one set of parameters for all groups.
    """
    each = [np.arange(history.T.size)] if groups is None else list(groups)
    totals = np.zeros((len(until) + 1, len(each), 3, n_draws))
    models = drawn_models(purchases, spend, n_draws, rng)
    for at, rows in enumerate(each):
        total = totals[:, at]
        within = told_within(progress, step=at, of=len(each))
        some = history.rows(rows)
        found = (
            _totals_of_many(
                some,
                amounts[rows],
                purchases,
                spend,
                models,
                asked=[
                    _Asked(horizon=end, discount_rate=discount_rate)
                    for end in (*until, horizon)
                ],
                rng=rng,
                progress=within,
            )
            if isinstance(discount_rate, float) and isinstance(margin, float)
            else None
        )
        if found is not None:
            total[:] = found
            total[:, 2] *= margin
            continue
        rate, share = (
            np.broadcast_to(term, history.T.shape)[rows]
            for term in (discount_rate, margin)
        )
        for block in futures(
            some,
            amounts[rows],
            purchases=purchases,
            spend=spend,
            horizon=horizon,
            discount_rate=rate,
            n_draws=n_draws,
            rng=rng,
            models=models,
            until=until,
            progress=within,
        ):
            so_far = total[block.at]
            so_far[0] += block.purchases.sum(axis=1)
            so_far[1] += np.count_nonzero(block.purchases, axis=1)
            so_far[2] += block.value @ share[block.rows]
    return totals


def _totals_of_many(
    history: ProvenHistory,
    amounts: FloatArray,
    purchases: PurchaseSampler,
    spend: SpendSampler,
    models: Models,
    *,
    asked: list[_Asked],
    rng: np.random.Generator,
    progress: Progress | None,
) -> FloatArray | None:
    """Return totals made of two parts; None where customers are few or parts fail."""
    if not (
        history.T.size * len(models) > _FEW_CELLS
        and isinstance(purchases, PurchaseScores)
        and not purchases.formulas.fixed
        and isinstance(spend, GammaGamma)
        and spend.q > 2  # else the variance of amounts is infinite
    ):
        return None
    expected = []
    for one in asked:
        found = _expected_totals(history, amounts, purchases, spend, models, asked=one)
        if found is None:
            return None
        expected.append(found)
    chance = _chance(
        history,
        amounts,
        purchases,
        spend,
        asked=asked,
        n_draws=len(models),
        rng=rng,
        progress=progress,
    )
    total: FloatArray = np.maximum(np.stack(expected) + chance, 0.0)
    return total


def _expected(
    history: ProvenHistory,
    amounts: FloatArray,
    purchases: PurchaseScores,
    spend: GammaGamma,
    asked: _Asked,
) -> FloatArray:
    """Return what each customer adds to the three totals on average, (3, customers)."""
    ahead = {"horizon": asked.horizon}
    worth = purchases.discounted_expected_purchases(
        *history, discount_rate=asked.discount_rate, **ahead
    )
    return np.stack(
        [
            purchases.expected_purchases(*history, **ahead),
            1.0 - purchases.probability_of_n_purchases(*history, n=0, **ahead),
            worth * spend.expected_spend(history.frequency, amounts),
        ]
    )


def _expected_totals(
    history: ProvenHistory,
    amounts: FloatArray,
    purchases: PurchaseScores,
    spend: GammaGamma,
    drawn: Models,
    *,
    asked: _Asked,
) -> FloatArray | None:
    """Return the expected totals at drawn parameters; None if no quadratic holds."""
    each = _expected(history, amounts, purchases, spend, asked)
    totals, n_draws = each.sum(axis=1), len(drawn)
    if not np.all(totals > 0):
        return np.repeat(totals[:, None], n_draws, axis=1)
    # Every so-many-th in the order of what they bring: each stretch keeps its share.
    ranked = np.argsort(each[2], kind="stable")
    step = max(ranked.size // _SAMPLE, 1)
    few = np.sort(ranked[step // 2 :: step])
    part = history.rows(few)
    paid = amounts[few]

    def log_totals(model: PurchaseScores, money: GammaGamma) -> FloatArray:
        each: FloatArray = _expected(part, paid, model, money, asked)
        return np.asarray(np.log(each.sum(axis=1)))

    here = log_totals(purchases, spend)
    models: list[Any] = [model for model, _ in drawn]
    spends: list[Any] = [money for _, money in drawn]
    moves = np.zeros((3, n_draws))
    if purchases.report is not None:
        moves += _quadratic(purchases, models, lambda one: log_totals(one, spend), here)
    if spend.report is not None:
        worth = purchases.discounted_expected_purchases(
            *part, horizon=asked.horizon, discount_rate=asked.discount_rate
        )
        known = [worth @ one.expected_spend(part.frequency, paid) for one in spends]
        moves[2] += np.log(known) - here[2]
    for at in range(min(_CHECKED, n_draws)):
        exact = log_totals(models[at], spends[at]) - here
        off = np.abs(exact - moves[:, at])
        if np.any(off > _ALLOWED * moves.std(axis=1) + 1e-9):
            return None
    result: FloatArray = totals[:, None] * np.exp(moves)
    return result


def _quadratic(
    model: PurchaseScores,
    models: list[PurchaseScores],
    log_totals: Callable[[PurchaseScores], FloatArray],
    here: FloatArray,
) -> FloatArray:
    """Read the logarithms of totals at drawn models off a quadratic about a fit."""
    covariance: FloatArray = log_covariance(model)
    curvature, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(curvature, 1e-300))
    size = curvature.size

    def at(z: FloatArray) -> FloatArray:
        return log_totals(moved(model, root @ z)) - here

    unit = _FAR * np.eye(size)
    up, down = (np.stack([at(sign * one) for one in unit]) for sign in (1.0, -1.0))
    slope, bend = (up - down) / (2 * _FAR), np.zeros((size, size, here.size))
    for i in range(size):
        bend[i, i] = (up[i] + down[i]) / _FAR**2
        for j in range(i):
            both = at(unit[i] + unit[j]) - up[i] - up[j]
            bend[i, j] = bend[j, i] = both / _FAR**2
    centre = np.log(list(model.parameters.values()))
    drawn = np.stack([np.log(list(one.parameters.values())) for one in models]) - centre
    z = np.linalg.solve(root, drawn.T)
    result: FloatArray = slope.T @ z + 0.5 * np.einsum("id,ijt,jd->td", z, bend, z)
    return result


def _chance(
    history: ProvenHistory,
    amounts: FloatArray,
    purchases: PurchaseScores,
    spend: GammaGamma,
    *,
    asked: list[_Asked],
    n_draws: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> FloatArray:
    """Draw by how much totals, (times, 3, draws), miss what a right model expects."""
    customers = history.T.size
    alive = purchases.probability_alive(*history)
    block = rng.permutation(customers) % _BLOCKS  # blocks that are alike
    log_rate = log1p(asked[-1].discount_rate)
    sums = np.empty((len(asked), _FUTURES, 3, _BLOCKS))
    for at in told(range(_FUTURES), progress):
        there = np.flatnonzero(rng.random(customers) < alive)
        rows, times = purchases.formulas.futures(
            tuple(column[there] for column in history),
            np.full(there.size, asked[-1].horizon),
            rng,
            **purchases.parameters,
        )
        customer = there[rows]
        paid = spend.sample_amounts(
            history.frequency, amounts, customer=customer, rng=rng
        )
        paid *= np.exp(-log_rate * times)
        for future, one in zip(sums[:, at], asked, strict=True):
            known = times <= one.horizon
            own = customer[known]
            buyers = np.flatnonzero(np.bincount(own, minlength=customers))
            future[0] = np.bincount(block[own], minlength=_BLOCKS)
            future[1] = np.bincount(block[buyers], minlength=_BLOCKS)
            future[2] = np.bincount(block[own], paid[known], _BLOCKS)
    sums = draw_deviations(sums, axis=1)
    chosen = rng.integers(_FUTURES, size=(n_draws, _BLOCKS))
    # One future of each block, drawn afresh: the same for every time.
    result: FloatArray = np.stack(
        [part[chosen, :, np.arange(_BLOCKS)].sum(axis=1).T for part in sums]
    )
    return result
