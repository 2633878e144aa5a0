"""Kano's categories of many features at once."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction
from ..._frames import (
    beside,
    collect,
    group_rows,
    id_rules,
    is_lazy,
    native,
    numbers,
    nw,
    refuse,
    require_ids,
    table,
)
from ...typing import IntoFrameT
from .csat import BoxMethod
from .kano import KANO_CATEGORIES, Kano, kano_of, open_pairs

__all__ = ["kano_by"]


def kano_by(
    responses: IntoFrameT,
    *,
    by: str = "feature",
    functional_col: str = "functional",
    dysfunctional_col: str = "dysfunctional",
    level: float = 0.95,
    method: BoxMethod = "wilson",
) -> IntoFrameT:
    """Count how customers see each feature, from a pair of questions about each.

    Parameters
    ----------
    responses
        One row per customer and feature. A lazy frame is counted in its engine.
    by
        The column that names the feature.
    functional_col, dysfunctional_col
        The answers with and without it, 1 to 5 as in ``kano``.
    level, method
        Of the intervals, as in ``Kano.better_interval``.

    Returns
    -------
    The same library's frame, one row per feature, sorted by it (a lazy one is not): the
    six counts, ``incomplete``, ``category``, ``significant``, and ``better`` and
    ``worse`` with ``better_lower``, ``better_upper``, ``worse_lower``, ``worse_upper``.

    Raises
    ------
    InvalidValueError
        If a feature is missing, or an answer is not 1 to 5.
    NotEnoughDataError
        If all contradict themselves over a feature, or reject it.

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
    frame = open_pairs(responses, (functional_col, dysfunctional_col), (by,))
    require_ids(frame, by)
    refuse(frame, id_rules(frame, by))
    counted = collect(
        frame.select(
            by,
            nw.col(functional_col).alias("crmkit_with"),
            nw.col(dysfunctional_col).alias("crmkit_without"),
        )
        .group_by(by, "crmkit_with", "crmkit_without")
        .agg(nw.len().alias("crmkit_count"))
    )
    present, absent, count = (
        numbers(counted, f"crmkit_{name}") for name in ("with", "without", "count")
    )
    groups = group_rows(counted, by)
    here = [groups.codes == code for code in range(groups.count)]
    features = [kano_of(present[at], absent[at], count[at]) for at in here]
    rows = table(frame, {by: groups.ids, **_columns(features, level, method)})
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
                *feature.better_interval(level=level, method=method),
                *feature.worse_interval(level=level, method=method),
            )
            for feature in features
        ]
    ).reshape(-1, 4)
    named = ("better_lower", "better_upper", "worse_lower", "worse_upper")
    columns = {name: each(name) for name in (*KANO_CATEGORIES, "incomplete", *told)}
    return columns | {str(name): end for name, end in zip(named, ends.T, strict=True)}
