"""What the BG/BB reads of each customer: opportunities, numbered and counted."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, purchase_history, random_source, whole_array
from ..._frames import Frame, Rule, nw
from ...errors import InvalidValueError
from ...kernels.purchases import bg_bb
from ...typing import FloatArray, IntArray, IntoFrameT
from .histories import (
    Columns,
    Score,
    history_rules,
    impossible,
    on_histories,
    with_history_scores,
)

__all__ = [
    "bb_times",
    "opportunities",
    "opportunity_rules",
    "opportunity_score",
    "with_opportunity_scores",
]


def opportunity_rules(columns: Columns) -> Callable[[Frame], list[Rule]]:
    """Say what a history of opportunities must be: whole, and used at most once."""
    frequency, recency, T = columns

    def rules(frame: Frame) -> list[Rule]:
        t_x, n = nw.col(recency), nw.col(T)
        return [
            *history_rules(columns)(frame),
            _not_whole(recency, t_x != t_x.floor()),
            _not_whole(T, n != n.floor()),
            impossible(
                frequency,
                nw.col(frequency) > t_x,
                "An opportunity is used at most once, the last one is recency",
            ),
        ]

    return rules


def _not_whole(column: str, broken: nw.Expr) -> Rule:
    return Rule(
        column=column,
        broken=broken,
        found="impossible value",
        remedy="Recency and T count opportunities: give the summary the same grain and "
        "time_unit, and round both.",
    )


def opportunity_history(
    frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three numbers of each customer: whole, frequency <= recency <= T."""
    whole_array("recency", recency)
    whole_array("T", T)
    x, t_x, n = purchase_history(frequency, recency, T)
    broken = x > t_x
    if np.any(broken):
        raise InvalidValueError(
            subject="argument 'frequency'",
            found="value above recency",
            count=int(np.count_nonzero(broken)),
            total=x.size,
            first=f"position {int(np.flatnonzero(broken)[0])}",
            remedy="An opportunity is used at most once, the last one is recency.",
        )
    return x, t_x, n


def opportunity_score(
    formula: Callable[..., FloatArray | IntArray],
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    parameters: Mapping[str, float],
    **options: float,
) -> FloatArray:
    """Check three arrays and apply a kernel's formula to them, row by row."""
    history = opportunity_history(frequency, recency, T)
    return on_histories(formula, *history, parameters, **options)


def with_opportunity_scores(
    customers: IntoFrameT, columns: Columns, scores: Mapping[str, Score]
) -> IntoFrameT:
    """Add columns that are functions of the history alone, whatever the library."""
    return with_history_scores(customers, columns, scores, rules=opportunity_rules)


def opportunities(name: str, value: float, *, infinite: bool = False) -> float:
    """Return a number of opportunities: whole, infinite where that has a meaning."""
    number = nonnegative(name, value, infinite=infinite)
    if number != np.floor(number):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"invalid value {number!r}",
            remedy="Pass a whole number of opportunities.",
        )
    return number


def bb_times(
    alive: Callable[..., FloatArray],
    history: tuple[ArrayLike, ArrayLike, ArrayLike],
    parameters: Mapping[str, float],
    *,
    horizon: float,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Draw the row and number of each opportunity used after now."""
    random_source(rng)
    x, t_x, n = (np.ravel(column) for column in opportunity_history(*history))
    there = np.flatnonzero(rng.random(x.size) < alive(x, t_x, n))
    x, n = x[there], n[there]
    chance = rng.beta(parameters["alpha"] + x, parameters["beta"] + n - x)
    dropout = rng.beta(parameters["gamma"], parameters["delta"] + n)
    # How many opportunities pass before leaving: the geometric inverse, in floats.
    staying = np.log1p(-np.clip(dropout, 1e-300, 1 - 1e-16))
    lifetime = np.floor(-rng.standard_exponential(x.size) / staying)
    span = np.full(x.size, opportunities("horizon", horizon))
    rows, times = bg_bb.sample_purchase_times(chance, lifetime, span, rng)
    return there[rows], times
