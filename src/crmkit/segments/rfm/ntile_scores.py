"""Scores of equal size, as SQL's NTILE makes them: ties are split by the id."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..._check import listed
from ..._frames import (
    Frame,
    column_types,
    id_rules,
    is_lazy,
    nw,
    refuse,
)
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...kernels.groups import rfm_scores
from ...typing import FloatArray

__all__ = [
    "ID",
    "ntile_cuts",
    "reached_by_id",
    "require_ids_once",
    "require_rising_ids",
    "with_text_ids",
]

ID = "_crmkit_id"


def with_text_ids(frame: Frame, column: str) -> Frame:
    """Add the id as text, under a reserved name; refuse ids without one clear order."""
    dtype = column_types(frame, [column])[column]
    if not (dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum)):
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids that are text or whole numbers",
            got=str(dtype),
            remedy="Convert the column first.",
        )
    engine = frame.implementation
    # Other engines order text by a setting of the server, and scores would follow it.
    if is_lazy(frame) and not (engine.is_polars() or engine.is_duckdb()):
        raise InvalidTypeError(
            subject="the frame",
            expected="an engine that sorts ids letter by letter",
            got=f"{engine.value}, whose order of text depends on its settings",
            remedy='Collect it first, or use method="independent", which reads no ids.',
        )
    refuse(frame, id_rules(frame, column))
    return frame.with_columns(nw.col(column).cast(nw.String).alias(ID))


def require_ids_once(ids: np.ndarray, column: str) -> None:
    """Refuse a base without customers, or with a customer in two rows."""
    distinct, counted = np.unique(ids, return_counts=True)
    if not ids.size:
        raise NotEnoughDataError(
            needed="at least 1 customer to learn the scores from",
            got="0",
            remedy="Pass a frame with at least one customer.",
        )
    twice = distinct[counted > 1]
    if twice.size:
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="customer with more than one row",
            remedy="Pass one row per customer.",
            count=int(twice.size),
            total=int(ids.size),
            first=repr(str(twice[0])),
        )


def ntile_cuts(
    values: FloatArray, ids: np.ndarray, bins: int
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the value and the id from which each score from 2 on is earned."""
    order = np.lexsort((ids, values))
    starts = rfm_scores.ntile_starts(order.size, bins)
    # A score that no customer earns is cut just above the highest value.
    beyond = np.nextafter(values[order[-1]], np.inf)
    bounds = np.append(values[order], beyond)[starts]
    keys = np.append(ids[order], ids[order[-1]])[starts]
    return bounds, tuple(keys.tolist())


def reached_by_id(
    value: nw.Expr, bounds: Sequence[float], ids: Sequence[str]
) -> nw.Expr:
    """Score as an expression: a value equal to a bound reaches it from its id on."""
    score = nw.lit(1)
    number, key = value.cast(nw.Float64), nw.col(ID)
    for bound, first in zip(bounds, ids, strict=True):
        reached = (number > bound) | ((number == bound) & (key >= first))
        score = score + reached.cast(nw.Int64)
    return score


def require_rising_ids(axis: str, bounds: Sequence[float], ids: Sequence[str]) -> None:
    """Refuse ids that do not fit their bounds; equal bounds rise by their ids."""
    given = listed("tie_ids", ids)
    texts = all(isinstance(key, str) for key in given) and len(given) == len(bounds)
    pairs = list(zip(bounds, given, strict=False))
    if not texts or not all(low <= high for low, high in pairwise(pairs)):
        raise InvalidValueError(
            subject="argument 'tie_ids'",
            found=f"ids {given!r} for the {axis} bounds",
            remedy="Pass one id as text for each bound, ascending where bounds are "
            "equal.",
        )
