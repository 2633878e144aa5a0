"""What the BG/BB reads of each customer: opportunities, numbered and counted."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..._check import MOST_REPEATS, nonnegative, purchase_history, whole, whole_array
from ..._frames import Frame, Rule, nw
from ...errors import InvalidValueError
from ...kernels.purchases import bg_bb
from ...typing import FloatArray, IntArray
from .futures import History
from .histories import Clock, Columns, history_rules, impossible

__all__ = ["OPPORTUNITIES", "opportunity_futures"]


def _rules(columns: Columns) -> Callable[[Frame], list[Rule]]:
    """Make the rules of a history of opportunities: whole, each used at most once."""
    frequency, recency, T = columns

    def rules(frame: Frame) -> list[Rule]:
        t_x, n = nw.col(recency), nw.col(T)
        return [
            *history_rules(columns)(frame),
            _not_whole(recency, t_x != t_x.floor()),
            _not_whole(T, n != n.floor()),
            # The likelihood is tabulated for each number of them up to the largest.
            impossible(T, n > MOST_REPEATS, f"It may not exceed {MOST_REPEATS:,}"),
            impossible(
                frequency,
                nw.col(frequency) > t_x,
                "An opportunity is used at most once, and recency numbers the last one",
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


def _history(
    frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three numbers of each customer: whole, frequency <= recency <= T."""
    whole_array("recency", recency)
    whole_array("T", T)
    x, t_x, n = purchase_history(frequency, recency, T)
    # The likelihood is tabulated for each number of opportunities up to the largest.
    whole("T", n.max(initial=0.0), at_most=MOST_REPEATS)
    broken = x > t_x
    if np.any(broken):
        raise InvalidValueError(
            subject="argument 'frequency'",
            found="value above recency",
            count=int(np.count_nonzero(broken)),
            total=x.size,
            first=f"position {int(np.flatnonzero(broken)[0])}",
            remedy="An opportunity is used at most once, and recency numbers the last "
            "one.",
        )
    return x, t_x, n


def _opportunities(name: str, value: float, *, infinite: bool = False) -> float:
    """Return a number of opportunities: whole, infinite where that has a meaning."""
    number = nonnegative(name, value, infinite=infinite)
    if number != np.floor(number):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"invalid value {number!r}",
            remedy="Pass a whole number of opportunities.",
        )
    if number < np.inf:
        whole(name, int(number), at_most=MOST_REPEATS)
    return number


def _ages(name: str, values: ArrayLike) -> FloatArray:
    ages = whole_array(name, values)
    whole(name, int(ages.max(initial=0.0)), at_most=MOST_REPEATS)
    return ages


OPPORTUNITIES = Clock(
    history=_history,
    rules=_rules,
    span=_opportunities,
    ages=_ages,
    counted=True,
)


def opportunity_futures(
    history: History,
    span: FloatArray,
    rng: np.random.Generator,
    *,
    alpha: float,
    beta: float,
    gamma: float,
    delta: float,
) -> tuple[IntArray, FloatArray]:
    """Draw the row and number of each opportunity that active customers use."""
    x, _, T = history
    chance = rng.beta(alpha + x, beta + T - x)
    dropout = rng.beta(gamma, delta + T)
    # How many opportunities pass before leaving: the geometric inverse, in floats.
    staying = np.log1p(-np.clip(dropout, 1e-300, 1 - 1e-16))
    lifetime = np.floor(-rng.standard_exponential(x.size) / staying)
    return bg_bb.sample_purchase_times(chance, lifetime, span, rng)
