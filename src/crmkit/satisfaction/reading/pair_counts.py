"""How often each pair of values of two columns occurs, by group."""

from collections.abc import Sequence

from ..._frames import EagerFrame, Frame, collect, numbers, nw
from ...typing import FloatArray

__all__ = ["pair_counts"]


def pair_counts(
    frame: Frame, columns: tuple[str, str], *, by: Sequence[str] = ()
) -> tuple[EagerFrame, FloatArray, FloatArray, FloatArray]:
    """Return the pairs with their groups, both values and the count of each pair.

    One aggregate query in the engine of the frame; only the counts leave it.
    """
    first, second = columns
    pairs = collect(
        frame.select(
            *by,
            nw.col(first).alias("crmkit_first"),
            nw.col(second).alias("crmkit_second"),
        )
        .group_by(*by, "crmkit_first", "crmkit_second")
        .agg(nw.len().alias("crmkit_count"))
    )
    one, other, count = (
        numbers(pairs, f"crmkit_{name}") for name in ("first", "second", "count")
    )
    return pairs, one, other, count
