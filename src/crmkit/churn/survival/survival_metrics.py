"""Judging survival forecasts when not everybody was watched to the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import positive
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.survival import censored_scores as kernel
from ...typing import FloatArray, IntoDataFrame, SurvivalModel
from .spells import read_spells

__all__ = ["SurvivalQuality", "survival_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalQuality:
    """How well survival forecasts match what came, time by time.

    Attributes
    ----------
    times
        When the forecast is asked.
    brier
        The mean squared error of S(t), corrected for censoring: 0 is perfect, 0.25 a
        coin.
    auc
        The chance that one gone by t was given a lower S(t) than one who stayed beyond.
    integrated_brier
        The mean of the Brier score over the times, by trapezoids; None for one time.
    """

    times: tuple[float, ...]
    brier: tuple[float, ...]
    auc: tuple[float, ...]
    integrated_brier: float | None

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "SurvivalQuality":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def survival_quality(
    spells: IntoDataFrame,
    *,
    survival: SurvivalModel,
    times: Sequence[float],
    learned_from: IntoDataFrame,
    duration_col: str = "duration",
    event_col: str = "event_observed",
) -> SurvivalQuality:
    """Judge a survival model on spells it has not learned from.

    Parameters
    ----------
    spells
        One row per customer to judge on, with what the model reads.
    survival
        The fitted model.
    times
        When to judge; each must lie before the longest censored duration of the spells
        learned from, for beyond it nothing is known of the censoring.
    learned_from
        The spells the model was fitted to: the censoring is estimated from them.
    duration_col, event_col
        The columns read.

    Returns
    -------
    SurvivalQuality
        Brier score and area under the curve at each time.

    Raises
    ------
    InvalidValueError
        If a time lies beyond what the censoring allows.
    NotEnoughDataError
        If nobody left before a time, or nobody stayed beyond it.

    Notes
    -----
    Who leaves at the moment at which another is censored is taken to have left first:
    the weight is 1 / G just before. scikit-survival counts that censoring too, so its
    scores differ a little where times are tied, and not at all where none are.

    References
    ----------
    Graf, Schmoor, Sauerbrei and Schumacher (1999) for the score; Uno, Cai, Tian and Wei
    (2007) for the area.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.churn import fit_discrete_hazard, person_periods
    >>> spells = pd.DataFrame(
    ...     {
    ...         "plus": [0, 0, 0, 1, 1, 1, 0, 1],
    ...         "duration": [1, 1, 2, 2, 3, 3, 3, 1],
    ...         "event_observed": [1, 1, 1, 1, 0, 1, 0, 0],
    ...     }
    ... )
    >>> model = fit_discrete_hazard(
    ...     person_periods(spells), covariates=["plus"], baseline="constant"
    ... )
    >>> found = survival_quality(
    ...     spells, survival=model, times=[1, 2], learned_from=spells
    ... )
    >>> round(found.auc[0], 2)
    0.8
    """
    rows, frame = read_spells(
        spells,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=None,
        weight_col=None,
    )
    known, _ = read_spells(
        learned_from,
        duration_col=duration_col,
        event_col=event_col,
        entry_col=None,
        weight_col=None,
    )
    asked = sorted({positive("times", time) for time in times})
    limit = float(known.duration[~known.event].max(initial=0.0))
    unseen = [time for time in asked if time >= limit] if limit else []
    if unseen:
        raise InvalidValueError(
            subject="argument 'times'",
            found=f"time {unseen[0]!r}, not before the last censoring at {limit!r}",
            remedy="Judge earlier, or learn from customers watched for longer.",
        )
    curve = kernel.censoring_curve(known.duration, known.event)
    table = survival.survival_table(frame.to_native(), asked)
    _require_shares(table)
    brier, auc = [], []
    for at, S in zip(asked, table.T, strict=True):
        gone = np.count_nonzero((rows.duration <= at) & rows.event)
        if not gone or not np.any(rows.duration > at):
            raise NotEnoughDataError(
                needed=f"customers who left by {at:g} and who stayed beyond it",
                got=f"{gone} who left of {rows.duration.size}",
                remedy="Judge at another time.",
            )
        brier.append(
            kernel.weighted_brier(S, rows.duration, rows.event, at=at, curve=curve)
        )
        auc.append(
            kernel.cumulative_dynamic_area(
                1 - S, rows.duration, rows.event, at=at, curve=curve
            )
        )
    return SurvivalQuality(
        times=tuple(asked),
        brier=tuple(brier),
        auc=tuple(auc),
        integrated_brier=_mean_over(asked, brier),
    )


def _require_shares(table: FloatArray) -> None:
    wrong = ~((table >= 0) & (table <= 1))
    if np.any(wrong):
        raise InvalidValueError(
            subject="the survival model",
            found="survival that is no share from 0 to 1",
            count=int(wrong.sum()),
            total=table.size,
            first=f"{float(table[wrong][0])!r}",
            remedy="Judge a model that answers for every customer and time.",
        )


def _mean_over(times: Sequence[float], values: Sequence[float]) -> float | None:
    if len(times) < 2:
        return None
    steps = np.diff(times)
    middle = (np.array(values[1:]) + np.array(values[:-1])) / 2
    return float(steps @ middle / steps.sum())
