"""How long customers stay, without a model: Kaplan-Meier and the log-rank test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..._check import fraction, nonnegative_array, one_of, positive
from ..._frames import group_rows
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survival import event_table as kernel
from ...typing import FloatArray, IntoFrame
from .spells import Spells, read_spells

__all__ = [
    "LogRank",
    "SurvivalCurve",
    "fit_kaplan_meier",
    "log_rank",
]

Weighting = Literal["log-rank", "wilcoxon", "tarone-ware", "peto"]
_WEIGHTINGS = ("log-rank", "wilcoxon", "tarone-ware", "peto")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SurvivalCurve:
    """A Kaplan-Meier curve as plain numbers.

    Attributes
    ----------
    time
        The durations at which somebody left or was censored.
    at_risk, events
        How many were there just before each time, and how many left at it.
    survival, lower, upper
        The share still there just after each time, and its interval.
    level
        The confidence of the interval.
    """

    time: tuple[float, ...]
    at_risk: tuple[float, ...]
    events: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float

    @property
    def longest(self) -> float:
        """The longest duration seen: beyond it the curve says nothing."""
        return self.time[-1]

    @property
    def median(self) -> float | None:
        """The first time by which half have left; None when that was not seen."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float | None:
        """Return the first time by which ``share`` have left; None when not seen."""
        inside = fraction("share", share)
        found = kernel.quantile(np.array(self.time), np.array(self.survival), inside)
        return found if np.isfinite(found) else None

    def survival_at(self, times: ArrayLike, *, age: float = 0.0) -> FloatArray:
        """Return the share still there ``times`` later, given they reached ``age``.

        Times beyond the longest duration seen are refused: the curve ends there.
        """
        asked = age + nonnegative_array("times", times)
        if np.any(asked > self.longest):
            raise InvalidValueError(
                subject="argument 'times'",
                found=f"time {float(asked.max())!r} beyond {self.longest!r}",
                remedy="Ask within what was observed, or fit a model that projects.",
            )
        time, S = np.array(self.time), np.array(self.survival)
        reached = float(kernel.at_times(time, S, np.array([age]))[0])
        if reached == 0:
            raise NotEnoughDataError(
                needed=f"customers who reached age {age!r}",
                got="0",
                remedy="Ask for an age that somebody reached.",
            )
        return kernel.at_times(time, S, asked) / reached

    def restricted_mean(self, *, until: float) -> tuple[float, float]:
        """Return the mean time spent as a customer up to ``until``, and its error."""
        limit = positive("until", until)
        if limit > self.longest:
            raise InvalidValueError(
                subject="argument 'until'",
                found=f"time {limit!r} beyond {self.longest!r}",
                remedy="Stop the mean within what was observed.",
            )
        table = kernel.EventTable(
            time=np.array(self.time),
            at_risk=np.array(self.at_risk),
            events=np.array(self.events),
            censored=np.zeros(len(self.time)),
        )
        return kernel.restricted_mean(table, until=limit)

    def to_dict(self) -> dict[str, object]:
        """Return the curve as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "SurvivalCurve":
        """Build the curve from its JSON document."""
        return from_document(cls, document)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class LogRank:
    """Do groups leave at the same pace? Observed and expected losses, and the test.

    Attributes
    ----------
    groups
        The groups, as text.
    observed, expected
        Losses of each, and what they would be if all shared one pace.
    statistic, degrees_of_freedom, p_value
        The chi-squared test.
    """

    groups: tuple[str, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float

    def to_dict(self) -> dict[str, object]:
        """Return the test as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "LogRank":
        """Build the test from its JSON document."""
        return from_document(cls, document)


def fit_kaplan_meier(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    level: float = 0.95,
    interval: Literal["log-log", "plain"] = "log-log",
) -> SurvivalCurve:
    """Fit the share of customers still there after each time (Kaplan and Meier 1958).

    Customers who are still there count until their last day seen (censored): leaving
    them out, or calling them lost, would be wrong both ways.

    Parameters
    ----------
    spells
        One row per customer.
    duration_col, event_col
        How long the customer was observed from the start, and whether the loss was
        seen (booleans, or 0 and 1).
    entry_col
        The age at which observation began, where that was later than the start. A
        customer counts as at risk after that age only.
    weight_col
        How many customers a row stands for.
    level
        The confidence of the interval.
    interval
        ``"log-log"`` keeps within 0 and 1 by itself; ``"plain"`` is Greenwood's.

    Returns
    -------
    SurvivalCurve
        The curve with its interval at every time.

    Raises
    ------
    InvalidValueError
        If a duration, event, entry or weight is impossible.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame(
    ...     {"duration": [2, 3, 3, 5, 8], "event_observed": [1, 1, 0, 1, 0]}
    ... )
    >>> curve = fit_kaplan_meier(spells)
    >>> [round(share, 2) for share in curve.survival]
    [0.8, 0.6, 0.3, 0.3]
    >>> curve.median, curve.restricted_mean(until=8)[0]
    (5.0, 4.9)
    """
    one_of("interval", interval, ("log-log", "plain"))
    inside = fraction("level", level)
    rows, _ = read_spells(
        spells,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=entry_col,
        weight_col=weight_col,
    )
    table = kernel.event_table(rows.entry, rows.duration, rows.event, rows.weight)
    S, variance = kernel.survival(table), kernel.greenwood(table)
    of = {"log-log": kernel.log_log_interval, "plain": kernel.plain_interval}[interval]
    lower, upper = of(S, variance, level=inside)
    return SurvivalCurve(
        time=tuple(table.time.tolist()),
        at_risk=tuple(table.at_risk.tolist()),
        events=tuple(table.events.tolist()),
        survival=tuple(S.tolist()),
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        level=inside,
    )


def log_rank(
    spells: IntoFrame,
    *,
    group_col: str,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    weighting: Weighting = "log-rank",
) -> LogRank:
    """Test whether two or more groups leave at the same pace (Mantel 1966).

    Parameters
    ----------
    spells
        One row per customer.
    group_col
        The group of each.
    duration_col, event_col, entry_col, weight_col
        As in ``fit_kaplan_meier``.
    weighting
        Which times count more: all alike (``"log-rank"``), by customers at risk
        (``"wilcoxon"``), by its root (``"tarone-ware"``), or by survival (``"peto"``);
        the last three stress early losses.

    Returns
    -------
    LogRank
        Observed and expected losses per group, the statistic and its p-value.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two groups, or nobody was lost while another group was
        there to compare.

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
    >>> test = log_rank(spells, group_col="plan")
    >>> test.observed, round(test.p_value, 4)
    ((4.0, 3.0), 0.0067)
    """
    one_of("weighting", weighting, _WEIGHTINGS)
    rows, frame = read_spells(
        spells,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=entry_col,
        weight_col=weight_col,
        extra=(group_col,),
    )
    groups = group_rows(frame, group_col)
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
            needed="a loss in one group while others are still watched",
            got="none",
            remedy="Compare groups that were watched at the same ages.",
        )
    return LogRank(
        groups=tuple(str(name) for name in groups.ids.to_list()),
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
