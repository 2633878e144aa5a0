"""The log-rank test: whether groups of customers leave at the same rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import chdtrc

from ..._check import names_given, one_of, typed
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.survival import event_table as kernel
from ...typing import FloatArray, IntoFrame
from .spell_groups import spell_groups
from .spells import SpellColumns, Spells, read_spells

__all__ = ["LogRank", "log_rank"]

Weighting: TypeAlias = Literal["log-rank", "wilcoxon", "tarone-ware", "peto"]
_WEIGHTINGS: tuple[Weighting, ...] = ("log-rank", "wilcoxon", "tarone-ware", "peto")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class LogRank(JsonResult):
    """A log-rank test: whether groups of customers leave at the same rate.

    Attributes
    ----------
    groups
        The groups in ascending order, as text; several columns are joined by " / ".
    observed, expected
        The losses of each group, and those expected if all groups left at the same
        rate.
    statistic, degrees_of_freedom, p_value
        The chi-squared test.
    """

    groups: tuple[str, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float


@typed
def log_rank(
    spells: IntoFrame,
    *,
    by: str | Sequence[str],
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    weighting: Weighting = "log-rank",
) -> LogRank:
    """Test whether two or more groups leave at the same rate (Mantel 1966).

    Parameters
    ----------
    spells
        One row per customer.
    by
        The column of the groups, or several.
    duration_col, event_col
        How long the customer was observed from the start, and whether the loss was
        seen (booleans, or 0 and 1).
    entry_col
        The age at which observation began, where that was later than the start.
    weight_col
        The number of customers that a row represents.
    weighting
        Which times count more: none (``"log-rank"``), those with more customers at risk
        (``"wilcoxon"``; ``"tarone-ware"`` for its root), or those with higher survival
        (``"peto"``); the last three emphasise early losses.

    Returns
    -------
    LogRank
        Observed and expected losses per group, the statistic and its p-value.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two groups, or no customer was lost while another group
        was observed.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame(
    ...     {
    ...         "plan": ["basic"] * 4 + ["plus"] * 4,
    ...         "duration": [1, 2, 3, 4, 5, 6, 7, 8],
    ...         "event_observed": [1, 1, 1, 1, 1, 1, 1, 0],
    ...     }
    ... )
    >>> test = log_rank(spells, by="plan")
    >>> test.observed, round(test.p_value, 4)
    ((4.0, 3.0), 0.0067)
    """
    one_of("weighting", weighting, _WEIGHTINGS)
    names = names_given("by", by)
    columns_read = SpellColumns(duration_col, event_col, entry_col, weight_col)
    rows, frame = read_spells(spells, columns_read, by=names)
    groups = spell_groups(frame, names)
    _require_groups(groups.count, rows)
    events, at_risk = kernel.grouped_events(
        rows.entry,
        rows.duration,
        rows.event,
        rows.weight,
        groups.codes,
        groups=groups.count,
    )
    test = kernel.log_rank(events, at_risk, _time_weight(events, at_risk, weighting))
    if not test.degrees_of_freedom:
        raise NotEnoughDataError(
            needed="a loss in one group while others are still observed",
            got="none",
            remedy="Compare groups that were observed at the same ages.",
        )
    return LogRank(
        groups=groups.labels,
        observed=tuple(test.observed.tolist()),
        expected=tuple(test.expected.tolist()),
        statistic=test.statistic,
        degrees_of_freedom=test.degrees_of_freedom,
        p_value=float(chdtrc(test.degrees_of_freedom, test.statistic)),
    )


def _time_weight(
    events: FloatArray, at_risk: FloatArray, weighting: Weighting
) -> FloatArray:
    d, n = events.sum(axis=0), at_risk.sum(axis=0)
    if weighting == "wilcoxon":
        return np.asarray(n, dtype=np.float64)
    if weighting == "tarone-ware":
        return np.asarray(np.sqrt(n), dtype=np.float64)
    if weighting == "peto":
        return np.asarray(np.cumprod(1 - d / (n + 1)), dtype=np.float64)
    return np.ones(n.shape)


def _require_groups(count: int, rows: Spells) -> None:
    if count < 2:
        raise NotEnoughDataError(
            needed="at least 2 groups",
            got=str(count),
            remedy="Pass the spells of all groups together.",
        )
    if not rows.event.any():
        raise NotEnoughDataError(
            needed="customers who were lost", got="0", remedy="Observe for longer."
        )
