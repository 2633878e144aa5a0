"""Raked weights: answers weighted to the known shares of all customers."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..._check import typed
from ..._frames import (
    EagerFrame,
    group_rows,
    id_rules,
    native,
    read_eager,
    refuse,
    require_ids,
    with_arrays,
)
from ...errors import ConvergenceError, InvalidValueError
from ...kernels.survey import design_weights as kernel
from ...typing import FloatArray, IntArray, IntoDataFrameT
from ..reading.survey_weights import weights_of

__all__ = ["with_raked_weight"]

_TOLERANCE = 1e-10  # of a share
_ROUNDS = 1000  # contradictory margins never meet; most others do within 20


@typed
def with_raked_weight(
    responses: IntoDataFrameT,
    *,
    margins: Mapping[str, Mapping[object, float]],
    base_weight_col: str | None = None,
    output_col: str = "weight",
) -> IntoDataFrameT:
    """Add weights that give the answers the known margins of all customers.

    With one column this is post-stratification; with several it is raking (Deming and
    Stephan 1940): of all weights with these margins, those closest to the base weights.
    To weight by a combination of columns, combine them into one column first.

    Weights correct for what the columns measure and for nothing else: if satisfied
    customers answer more often within every cell, the score stays too high.

    Parameters
    ----------
    responses
        One row per answer.
    margins
        For each column, the share or the number of all customers with each of its
        values. Each value among the answers needs a margin, and each margin an answer.
    base_weight_col
        Weights to start from, such as 1 over the probability of being asked; None for
        equal weights.
    output_col
        The column to add. The weights have mean 1 (or the mean of the base weights).

    Returns
    -------
    The same frame with one more column.

    Raises
    ------
    InvalidValueError
        If a value has no margin, or a margin has no answer.
    ConvergenceError
        If no weights meet all margins.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"plan": ["a", "a", "a", "b"], "score": [9, 9, 3, 0]})
    >>> raked = with_raked_weight(answers, margins={"plan": {"a": 50, "b": 50}})
    >>> raked["weight"].round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    columns = tuple(margins)
    if not columns:
        raise InvalidValueError(
            subject="argument 'margins'",
            found="no column",
            remedy="Give the shares of at least one column.",
        )
    used = [*columns, *([] if base_weight_col is None else [base_weight_col])]
    frame = read_eager(responses, used)
    codes, shares = zip(
        *(_margin(frame, column, margins[column]) for column in columns), strict=True
    )
    weight, rounds, apart = kernel.rake(
        weights_of(frame, base_weight_col),
        codes,
        shares,
        tolerance=_TOLERANCE,
        max_iterations=_ROUNDS,
    )
    if apart > _TOLERANCE:
        message = (
            f"no weights meet all margins: after {rounds} rounds one share still "
            f"differs by {apart:.2g}. Combine rare values, or rake fewer columns."
        )
        raise ConvergenceError(message, fit=tuple(weight.tolist()))
    return native(with_arrays(frame, {output_col: weight}), responses)


def _margin(
    frame: EagerFrame, column: str, margin: Mapping[object, float]
) -> tuple[IntArray, FloatArray]:
    require_ids(frame, column)
    refuse(frame, id_rules(frame, column))
    groups = group_rows(frame, column)
    values = groups.ids.to_list()
    _require_same(column, values, margin)
    shares = np.array([margin[value] for value in values], dtype=np.float64)
    if not (np.isfinite(shares) & (shares > 0)).all():
        raise InvalidValueError(
            subject=f"margin {column!r}",
            found="a share that is not above 0",
            remedy="Leave such values and their answers out.",
        )
    return groups.codes, shares / shares.sum()


def _require_same(
    column: str, values: Sequence[object], margin: Mapping[object, float]
) -> None:
    unknown = [value for value in values if value not in margin]
    silent = [value for value in margin if value not in set(values)]
    if unknown or silent:
        what = "an answer without a share" if unknown else "a share without answers"
        raise InvalidValueError(
            subject=f"margin {column!r}",
            found=what,
            first=repr((unknown or silent)[0]),
            remedy="Give a share to each value among the answers, and merge values "
            "without answers into others.",
        )
