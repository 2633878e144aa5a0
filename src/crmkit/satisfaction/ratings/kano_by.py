"""Kano's category of each feature."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction, names_given
from ..._frames import (
    beside,
    is_lazy,
    native,
    with_arrays,
)
from ...typing import IntoFrameT
from ..reading.answer_groups import answer_groups
from ..reading.pair_counts import pair_counts
from .kano import KANO_CATEGORIES, Kano, kano_of, open_pairs
from .rating import BoxMethod

__all__ = ["kano_by"]


def kano_by(
    responses: IntoFrameT,
    *,
    by: str | Sequence[str] = "feature",
    functional_col: str = "functional",
    dysfunctional_col: str = "dysfunctional",
    level: float = 0.95,
    method: BoxMethod = "wilson",
) -> IntoFrameT:
    """Classify each of several features by how customers feel with and without it.

    Parameters
    ----------
    responses
        One row per customer and feature. A lazy frame is counted in its engine.
    by
        The column or columns that name the feature.
    functional_col, dysfunctional_col
        The answers with and without the feature, 1 to 5 as in ``kano``.
    level, method
        Level and method of the intervals, as in ``Kano.interval``.

    Returns
    -------
    A frame of the same library, one row per feature, sorted by it (a lazy frame is not
    sorted): the counts of the six categories, ``incomplete``, ``category``,
    ``significant``, and ``better`` and ``worse`` with ``better_lower``,
    ``better_upper``, ``worse_lower`` and ``worse_upper``.

    Raises
    ------
    InvalidValueError
        If a feature is missing, or an answer is outside 1 to 5.
    NotEnoughDataError
        If all customers reject a feature or contradict themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "feature": ["lock", "lock", "bell", "bell"],
    ...     "functional": [2, 3, 1, 1], "dysfunctional": [5, 5, 3, 5],
    ... })
    >>> kano_by(answers)[["feature", "category", "better", "worse"]]
      feature         category  better  worse
    0    bell  one_dimensional     1.0   -0.5
    1    lock          must_be     0.0   -1.0
    """
    fraction("level", level)
    columns = names_given("by", by)
    frame = open_pairs(responses, (functional_col, dysfunctional_col), columns)
    counted, present, absent, count = pair_counts(
        frame, (functional_col, dysfunctional_col), by=columns
    )
    keys, codes = answer_groups(counted, columns)
    here = [codes == code for code in range(len(keys))]
    features = [kano_of(present[at], absent[at], count[at]) for at in here]
    rows = with_arrays(keys, _columns(features, level, method))
    if not is_lazy(frame):
        return native(rows, responses)
    return native(beside(frame, {name: rows[name] for name in rows.columns}), responses)


def _columns(
    features: Sequence[Kano], level: float, method: BoxMethod
) -> dict[str, np.ndarray]:
    def each(name: str) -> np.ndarray:
        return np.array([getattr(feature, name) for feature in features])

    told = ("category", "significant", "better", "worse")
    ends = np.array(
        [
            (
                *feature.interval(of="better", level=level, method=method),
                *feature.interval(of="worse", level=level, method=method),
            )
            for feature in features
        ]
    ).reshape(-1, 4)
    named = ("better_lower", "better_upper", "worse_lower", "worse_upper")
    columns = {name: each(name) for name in (*KANO_CATEGORIES, "incomplete", *told)}
    return columns | {str(name): end for name, end in zip(named, ends.T, strict=True)}
