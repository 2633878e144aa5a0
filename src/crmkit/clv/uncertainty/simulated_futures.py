"""Many futures of many customers, in constant memory, block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..._check import ProvenHistory
from ...fits import told, told_within
from ...typing import FloatArray, IntArray, Progress, SpendModel
from ..models.gamma_gamma import GammaGamma
from ..models.purchase_scores import PurchaseScores
from .parameter_draws import Fitted, Parametric, plausible

__all__ = [
    "Futures",
    "PurchaseSampler",
    "SpendSampler",
    "drawn_alike",
    "drawn_models",
    "futures",
]

_CELLS = 1 << 22  # customers times draws held at once: 32 MB a quantity


class PurchaseSampler(Fitted, Protocol):
    """A model of purchases that can draw a future."""

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


class SpendSampler(Parametric, SpendModel, Protocol):
    """A model of spend that can draw amounts."""

    def sample_amounts(
        self,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        *,
        customer: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Draw the amount of each purchase of the customers in these rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Drawn futures of a block of customers: one row per draw, one column each.

    Attributes
    ----------
    rows
        Which customers.
    at
        Until which of the times asked for.
    purchases, value
        How many purchases, and their discounted amounts; 0 without a spend model.
    """

    rows: slice
    purchases: FloatArray
    value: FloatArray
    at: int


def futures(
    history: ProvenHistory,
    amounts: FloatArray | None,
    *,
    purchases: PurchaseSampler,
    spend: SpendSampler | None,
    horizon: float,
    discount_rate: float | FloatArray,
    n_draws: int,
    rng: np.random.Generator,
    models: Sequence[tuple[PurchaseSampler, SpendSampler | None]] | None = None,
    until: Sequence[float] = (),
    progress: Progress | None = None,
) -> Iterator[Futures]:
    """Draw parameters once, then the futures of one block of customers after another.

    Each block is yielded once for each time in ``until``, as far as its futures have
    come by then, and once for the whole ``horizon``.

    Each draw has one set of parameters for all customers: the uncertainty about them
    moves all customers together, and does not average out in a total. ``models`` are
    such sets that were already drawn. ``progress`` is told each future of each block.
    """
    if models is None:
        models = drawn_models(purchases, spend, n_draws, rng)
    log_rate = np.log1p(np.broadcast_to(discount_rate, history.T.shape))
    size = max(_CELLS // n_draws, 1)
    starts = range(0, history.T.size, size)
    for step, first in enumerate(starts):
        within = told_within(progress, step=step, of=len(starts))
        rows = slice(first, first + size)
        block = history.rows(rows)
        counts = np.zeros((len(until) + 1, n_draws, block.T.size))
        values = np.zeros_like(counts)
        for at, (model, money) in enumerate(told(models, within)):
            customer, times = model.sample_purchase_times(
                *block, horizon=horizon, rng=rng
            )
            for part, end in enumerate((*until, np.inf)):
                counts[part, at] = np.bincount(
                    customer[times <= end], minlength=block.T.size
                )
            if money is not None and amounts is not None:
                paid = money.sample_amounts(
                    block.frequency, amounts[rows], customer=customer, rng=rng
                )
                paid = paid * np.exp(-log_rate[rows][customer] * times)
                for part, end in enumerate((*until, np.inf)):
                    known = times <= end
                    values[part, at] = np.bincount(
                        customer[known], paid[known], minlength=block.T.size
                    )
        for part, (bought, worth) in enumerate(zip(counts, values, strict=True)):
            yield Futures(rows=rows, purchases=bought, value=worth, at=part)


def drawn_models(
    purchases: PurchaseSampler,
    spend: SpendSampler | None,
    n_draws: int,
    rng: np.random.Generator,
) -> list[tuple[PurchaseSampler, SpendSampler | None]]:
    """Draw a model of purchases and one of spend for each future."""
    models = plausible(purchases, n_draws, rng)
    if spend is None:
        return [(model, None) for model in models]
    return list(zip(models, plausible(spend, n_draws, rng), strict=True))


def drawn_alike(
    model: PurchaseScores,
    spend: GammaGamma | None,
    x: FloatArray,
    T: FloatArray,
    *,
    horizon: float,
    discount_rate: FloatArray,
    n_draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw futures of active customers, (customers, draws), by one set of parameters.

    Returns
    -------
    array
        The number of purchases, or their discounted amounts for a size of 1: the
        amounts of a customer scale by ``v`` plus what was paid so far.
    """
    size = x.size * n_draws
    counts, ages = np.repeat(x, n_draws), np.repeat(T, n_draws)
    rows, times = model.formulas.futures(
        (counts, ages, ages), np.full(size, horizon), rng, **model.parameters
    )
    worth = None
    if spend is not None:
        pace = rng.gamma(spend.p * counts + spend.q)
        paid = rng.gamma(spend.p, size=rows.size) / pace[rows]
        worth = paid * np.exp(-np.log1p(discount_rate)[rows // n_draws] * times)
    drawn = np.bincount(rows, worth, size).astype(np.float64)
    return drawn.reshape(x.size, n_draws)
