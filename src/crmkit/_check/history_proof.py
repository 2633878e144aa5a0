"""A purchase history: frequency, recency and T of customers, proven once."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidValueError
from ..typing import BoolArray, FloatArray, IntArray
from .numbers import (
    HUGE,
    LONGEST,
    SHORTEST,
    nonnegative_array,
    number_array,
    refuse_where,
)

__all__ = [
    "ProvenHistory",
    "flawless_history",
    "known_history",
    "proven_history",
    "purchase_history",
]

_BLOCK: Final = 32_768  # rows that stay in the cache


class ProvenHistory(NamedTuple):
    """The three numbers of each customer, known to be flawless: nothing proves again.

    Its columns are read-only arrays that remember which proof they belong to. What is
    computed from them, a slice too, is an ordinary array.
    """

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray

    def rows(self, kept: slice | IntArray | BoolArray) -> "ProvenHistory":
        """Return some of the customers: part of what is flawless is flawless."""
        return _marked(self.frequency[kept], self.recency[kept], self.T[kept])


class _ProvenColumn(np.ndarray):
    """A column of a proven history: the proof, and its place in it."""

    proof: tuple[object, int] | None

    def __array_finalize__(self, source: object) -> None:
        # A copy, a slice or a sum is new data, about which nothing is known yet.
        self.proof = None


def proven_history(
    frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> ProvenHistory | None:
    """Prove a history at a glance; None if something is wrong with it."""
    if not flawless_history(frequency, recency, T):
        return None
    return _marked(frequency, recency, T)


def known_history(
    frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> ProvenHistory:
    """Mark a history as flawless that was proven otherwise: by the rules of a frame."""
    return _marked(frequency, recency, T)


def _marked(*columns: FloatArray) -> ProvenHistory:
    proof = object()
    return ProvenHistory(
        *(_proved(column, proof, at) for at, column in enumerate(columns))
    )


def _proved(column: FloatArray, proof: object, at: int) -> FloatArray:
    marked = column.view(_ProvenColumn)
    marked.proof = (proof, at)
    # A column that could be written to would outlive its proof.
    marked.flags.writeable = False
    return marked


def _is_proven(*columns: ArrayLike) -> bool:
    proofs = [
        each.proof
        for each in columns
        if isinstance(each, _ProvenColumn) and each.proof is not None
    ]
    if len(proofs) < len(columns):
        return False
    # All of one proof and in its order: two halves of two histories prove nothing.
    return len({proof for proof, _ in proofs}) == 1 and [
        at for _, at in proofs
    ] == list(range(len(columns)))


def purchase_history(
    frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three numbers of each customer, broadcast: 0 <= recency <= T.

    A history that was proved already is returned as it is, without another look.
    """
    if _is_proven(frequency, recency, T):
        x, t_x, T_ = (np.asarray(column) for column in (frequency, recency, T))
        return x, t_x, T_
    columns = (
        number_array("frequency", frequency),
        number_array("recency", recency),
        number_array("T", T),
    )
    try:
        x, t_x, T_ = np.broadcast_arrays(*columns)
    except ValueError:
        raise InvalidValueError(
            subject="arguments 'frequency', 'recency' and 'T'",
            found=f"shapes {', '.join(str(column.shape) for column in columns)}",
            remedy="Pass arrays of one length, or single numbers.",
        ) from None
    if flawless_history(x, t_x, T_):
        return x, t_x, T_
    near = (T_ > 0) & (T_ < SHORTEST)
    refuse_where("T", T_, near, f"value between 0 and {SHORTEST:g}")
    for name, column in zip(("frequency", "recency", "T"), columns, strict=True):
        nonnegative_array(name, column)
    for name, column in zip(("frequency", "recency", "T"), columns, strict=True):
        most = LONGEST if name == "frequency" else HUGE
        refuse_where(name, column, column > most, f"value above {most:g}")
    refuse_where("frequency", x, x != np.floor(x), "value that is not whole")
    refuse_where("recency", t_x, t_x > T_, "value above T")
    refuse_where("recency", t_x, (x == 0) & (t_x > 0), "value above 0 at frequency 0")
    refuse_where("T", T_, (x > 0) & (T_ == 0), "value of 0 with repeat purchases")
    return x, t_x, T_


def flawless_history(x: FloatArray, t_x: FloatArray, T: FloatArray) -> bool:
    """Return whether a history keeps every rule, in one pass; blocks fit the cache."""
    flat = [np.ravel(column) for column in (x, t_x, T)]
    return all(
        _flawless(*(column[at : at + _BLOCK] for column in flat))
        for at in range(0, x.size, _BLOCK)
    )


def _flawless(x: FloatArray, t_x: FloatArray, T: FloatArray) -> bool:
    # A NaN makes min and max NaN, and every comparison with NaN is false, so that a
    # missing value fails here without a test for it.
    counted = x.min() >= 0 and x.max() <= LONGEST and bool(np.all(x == np.floor(x)))
    seen = t_x.min() >= 0 and T.max() <= HUGE and bool(np.all(t_x <= T))
    first = not np.any((x == 0) & (t_x > 0))
    if not (counted and seen and first):
        return False
    # Over so short a time a count has no rate that a float could hold.
    short = T < SHORTEST
    return not (short.any() and bool(np.any(short & ((x > 0) | (T > 0)))))
