"""Historical, expected and potential value of each customer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import fraction, names_given
from ..._frames import (
    EagerFrame,
    group_rows,
    id_rules,
    native,
    number_rules,
    numbers,
    nw,
    probability_rules,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    table,
    with_arrays,
)
from ...errors import InvalidTypeError, InvalidValueError
from ...kernels.value.group_quantiles import group_quantiles
from ...typing import FloatArray, IntArray, IntoDataFrameT
from ..components.result_rows import without_holes

__all__ = ["with_value_tenses"]

_ALIVE = "probability_alive"
_POTENTIALS = {
    "potential_activation": "clv2",
    "potential_cross_sell": "clv3",
    "potential_referral": "clv5",
}


def with_value_tenses(
    components: IntoDataFrameT,
    *,
    expected: IntoDataFrameT,
    by: str | Sequence[str] | None = None,
    reach: float = 0.75,
    customer_id_col: str = "customer_id",
) -> IntoDataFrameT:
    """Add the historical, current and potential value of each customer.

    The potential is what could be added by reaching what peers already achieve: the
    ``reach`` quantile of the peers' expected part, times the customer's chance to be
    active, less her own expected part; 0 for customers above it. It comes on top of
    the current value.

    Parameters
    ----------
    components
        One row per customer: what :func:`clv_components` returned, perhaps with columns
        to find peers by.
    expected
        What :func:`expected_components` returned for the same customers; its column
        ``probability_alive`` is the chance to be active.
    by
        Columns of ``components`` that peers have in common; None makes all customers
        peers of each other.
    reach
        The quantile that counts as reachable, between 0 and 1.
    customer_id_col
        The column of ids in both frames.

    Returns
    -------
    DataFrame
        The same rows with ``historical_value`` (``clv`` so far), ``current_value``
        (expected if behaviour does not change), ``probability_alive``,
        ``potential_activation`` (more repeat purchases: clv2),
        ``potential_cross_sell`` (clv3), ``potential_referral`` (clv5), and
        ``potential_value``, the sum of these three. ``segments.with_value_role`` reads
        ``current_value`` and ``potential_value``.

    Raises
    ------
    InvalidValueError
        If a customer is in one frame only, or twice, a part is missing or infinite, a
        chance is outside 0 to 1, or a customer has no group.
    InvalidTypeError
        If a part is not numeric, or the frames differ in library or in type of id.
    MissingColumnError
        If a column to read is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv.value.value_tenses import with_value_tenses
    >>> past = pd.DataFrame({"customer_id": ["ada", "bob"], "clv": [50.0, 5.0]})
    >>> ahead = pd.DataFrame({
    ...     "customer_id": ["ada", "bob"], "clv2": [20.0, 4.0], "clv3": [0.0, 8.0],
    ...     "clv5": [1.0, 1.0], "clv": [21.0, 13.0], "probability_alive": [1.0, 0.5],
    ... })
    >>> tenses = with_value_tenses(past, expected=ahead, reach=0.5)
    >>> tenses[["historical_value", "current_value", "potential_value"]]
       historical_value  current_value  potential_value
    0              50.0           21.0              4.0
    1               5.0           13.0              2.0
    """
    quantile = fraction("reach", reach)
    columns = [] if by is None else names_given("by", by)
    past = _checked(components, customer_id_col, ["clv"], columns)
    wanted = ["clv", *_POTENTIALS.values(), _ALIVE]
    ahead = _checked(expected, customer_id_col, wanted, [])
    refuse(ahead, probability_rules(ahead, _ALIVE), id_col=customer_id_col)
    at = _rows_of(past, ahead, customer_id_col)
    peers, count = _peers(past, columns)
    added: dict[str, FloatArray] = {
        "historical_value": numbers(past, "clv"),
        "current_value": numbers(ahead, "clv")[at],
        _ALIVE: numbers(ahead, _ALIVE)[at],
    }
    for name, part in _POTENTIALS.items():
        own = numbers(ahead, part)[at]
        within_reach = group_quantiles(own, peers, count, quantile)
        # Who has probably left cannot be brought to what the active achieve.
        attainable = added[_ALIVE] * np.maximum(within_reach[peers], 0.0)
        added[name] = np.maximum(attainable - own, 0.0)
    added["potential_value"] = np.sum([added[name] for name in _POTENTIALS], axis=0)
    return native(with_arrays(past, added), components)


def _checked(
    frame: object, id_col: str, parts: Sequence[str], by: Sequence[str]
) -> EagerFrame:
    """Open a frame, and check its ids, parts and groups."""
    opened = read_eager(frame, [id_col, *parts, *by])
    require_ids(opened, id_col)
    require_numbers(opened, parts)
    rules = id_rules(opened, id_col)
    for part in parts:
        rules += number_rules(opened, part)
    refuse(opened, rules, id_col=id_col)
    for column in by:
        require_ids(without_holes(opened, column), column)
    return opened


def _ids_of(past: EagerFrame, ahead: EagerFrame, column: str) -> list[EagerFrame]:
    """Bring the ids of both frames to one type."""
    first, second = past[column], ahead[column]
    if first.implementation != second.implementation:
        raise InvalidTypeError(
            subject="argument 'expected'",
            expected=f"a frame of {first.implementation.value}, as 'components' is",
            got=f"a frame of {second.implementation.value}",
            remedy="Convert both frames to one library.",
        )
    kinds = [_kind(series) for series in (first, second)]
    if kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"argument 'expected', column {column!r}",
            expected=f"ids of dtype {first.dtype}, as in 'components'",
            got=str(second.dtype),
            remedy="Convert the ids of both frames to one type.",
        )
    common = nw.String() if kinds[0] == nw.String else first.dtype
    return [
        table(frame, {column: frame[column].cast(common)}) for frame in (past, ahead)
    ]


def _kind(series: nw.Series[Any]) -> nw.dtypes.DType:
    dtype = series.dtype
    if dtype.is_integer():
        return nw.Int64()
    return nw.String() if dtype in (nw.Categorical, nw.Enum) else dtype


def _rows_of(past: EagerFrame, ahead: EagerFrame, column: str) -> IntArray:
    """Find the row of each customer in the other frame."""
    both = nw.concat(_ids_of(past, ahead, column), how="vertical")
    groups = group_rows(both, column)
    mine, theirs = np.split(groups.codes, [len(past)])
    times = np.stack(
        [np.bincount(codes, minlength=groups.count) for codes in (mine, theirs)]
    )
    wrong = (times != 1).any(axis=0)
    if wrong.any():
        first = groups.ids[[int(np.flatnonzero(wrong)[0])]].to_list()[0]
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="unmatched customer",
            count=int(np.count_nonzero(wrong)),
            total=groups.count,
            first=f"customer {first!r}",
            remedy="Each frame has each customer once: use one 'as_of' for both.",
        )
    row = np.empty(groups.count, dtype=np.int64)
    row[theirs] = np.arange(len(ahead))
    return row[mine]


def _peers(frame: EagerFrame, columns: Sequence[str]) -> tuple[IntArray, int]:
    key = np.zeros(len(frame), dtype=np.int64)
    for column in columns:
        groups = group_rows(frame, column)
        key = key * groups.count + groups.codes
    found, peers = np.unique(key, return_inverse=True)
    return peers.astype(np.int64), found.size
