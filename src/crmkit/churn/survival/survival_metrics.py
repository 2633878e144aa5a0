"""How good a survival model is, allowing for customers not observed to the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import able_to, listed, positive, typed
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.survival import censored_scores as kernel
from ...typing import FloatArray, IntoDataFrame, SurvivalModel
from .spells import SpellColumns, read_spells

__all__ = ["SurvivalMetrics", "survival_metrics"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SurvivalMetrics(JsonResult):
    """Brier score and time-dependent AUC of a survival model.

    Attributes
    ----------
    times
        The times at which the model was judged.
    brier_score
        The mean squared error of S(t), corrected for censoring: 0 is perfect, 0.25 is
        that of S(t) = 0.5 for all customers.
    auc
        The probability that a customer who left by t was given a lower S(t) than one
        who stayed beyond t.
    integrated_brier_score
        The mean of the Brier score over the times, by trapezoids; None for one time.
    """

    times: tuple[float, ...]
    brier_score: tuple[float, ...]
    auc: tuple[float, ...]
    integrated_brier_score: float | None = None


@typed
def survival_metrics(
    spells: IntoDataFrame,
    *,
    survival: SurvivalModel,
    times: Sequence[float],
    learned_from: IntoDataFrame,
    duration_col: str = "duration",
    event_col: str = "event_observed",
) -> SurvivalMetrics:
    """Measure how good a survival model is on spells it was not fitted to.

    Parameters
    ----------
    spells
        One row per customer, with the columns the model reads.
    survival
        The fitted model.
    times
        The times to judge at, above 0. Each must lie before the longest censored
        duration of ``learned_from``: beyond it nothing is known about the censoring.
    learned_from
        The spells the model was fitted to; the censoring is estimated from them.
    duration_col, event_col
        How long the customer was observed from the start, and whether the loss was
        seen (booleans, or 0 and 1).

    Returns
    -------
    SurvivalMetrics
        Brier score and area under the curve at each time.

    Raises
    ------
    InvalidValueError
        If a time lies beyond what the censoring allows, or the model answers with a
        number outside 0 to 1.
    NotEnoughDataError
        If no customer left by a time, or none stayed beyond it.

    Notes
    -----
    A customer who leaves at the time at which another is censored counts as having left
    first: the weight is 1 / G just before. scikit-survival counts that censoring too,
    so its scores differ a little where times are tied, and only there.

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
    ...     person_periods(spells), covariate_cols=["plus"], baseline="constant"
    ... )
    >>> found = survival_metrics(
    ...     spells, survival=model, times=[1, 2], learned_from=spells
    ... )
    >>> round(found.auc[0], 2)
    0.8
    """
    columns = SpellColumns(duration_col, event_col)
    rows, frame = read_spells(spells, columns)
    known, _ = read_spells(learned_from, columns)
    asked = sorted({positive("times", time) for time in listed("times", times)})
    censored = known.duration[~known.event]
    # Without censoring every customer was observed to the end, and no time is too late.
    limit = float(censored.max()) if censored.size else np.inf
    unseen = [time for time in asked if time >= limit]
    if unseen:
        raise InvalidValueError(
            subject="argument 'times'",
            found=f"time {unseen[0]!r}, not before the last censoring at {limit!r}",
            remedy="Judge earlier, or fit to customers observed for longer.",
        )
    curve = kernel.censoring_curve(known.duration, known.event)
    able_to("survival", survival, "survival_table")
    table = survival.survival_table(frame.to_native(), asked)
    _require_shares(table)
    brier, auc = [], []
    for at, S in zip(asked, table.T, strict=True):
        gone = np.count_nonzero((rows.duration <= at) & rows.event)
        if not gone or not np.any(rows.duration > at):
            raise NotEnoughDataError(
                needed=f"customers who left by {at:g} and others who stayed longer",
                got=f"{gone} who left of {rows.duration.size}",
                remedy="Judge at another time.",
            )
        brier.append(
            kernel.weighted_brier(S, rows.duration, rows.event, at=at, curve=curve)
        )
        auc.append(
            kernel.cumulative_dynamic_area(
                -S, rows.duration, rows.event, at=at, curve=curve
            )
        )
    return SurvivalMetrics(
        times=tuple(asked),
        brier_score=tuple(brier),
        auc=tuple(auc),
        integrated_brier_score=_mean_over(asked, brier),
    )


def _require_shares(table: FloatArray) -> None:
    wrong = ~((table >= 0) & (table <= 1))
    if np.any(wrong):
        raise InvalidValueError(
            subject="the survival model",
            found="survival outside 0 to 1",
            count=int(wrong.sum()),
            total=table.size,
            first=f"{float(table[wrong][0])!r}",
            remedy="Pass a model that answers for every customer and time.",
        )


def _mean_over(times: Sequence[float], values: Sequence[float]) -> float | None:
    if len(times) < 2:
        return None
    steps = np.diff(times)
    middle = (np.array(values[1:]) + np.array(values[:-1])) / 2
    return float(steps @ middle / steps.sum())
