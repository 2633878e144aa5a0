"""Match returns that name no sale to the customer's previous sale of the category."""

import numpy as np

from ..typing import FloatArray, IntArray

__all__ = ["previous_sales"]


def previous_sales(
    key: IntArray,
    day: IntArray,
    *,
    back: IntArray,
    sold: IntArray,
    left: FloatArray,
    amount: FloatArray,
) -> IntArray:
    """Return the row of the sale that each return takes back; -1 where none can.

    ``back`` and ``sold`` are rows of returns and of sales; ``key`` names customer and
    category of each row. A return, earliest first, goes to the latest sale up to its
    day of which enough is left. ``left`` (what earlier returns left of each row) and
    ``amount`` (what each row moves, at least 0) have a column per kind of money.
    """
    found = np.full(back.size, -1, dtype=np.int64)
    wanted = np.isin(key[sold], key[back])
    candidates = sold[wanted]
    order = candidates[np.lexsort((candidates, day[candidates], key[candidates]))]
    keys, days = key[order], day[order]
    starts = np.searchsorted(keys, key[back], side="left")
    ends = np.searchsorted(keys, key[back], side="right")
    remaining = left.copy()
    for at in np.argsort(day[back], kind="stable").tolist():
        row, first = back[at], int(starts[at])
        place = first + int(
            np.searchsorted(days[first : ends[at]], day[row], side="right")
        )
        need = amount[row]
        # The latest sale first: that is what a till without receipts assumes.
        for sale in order[first:place][::-1].tolist():
            if (need <= remaining[sale] * (1 + 1e-9) + 1e-9).all():
                remaining[sale] -= need
                found[at] = sale
                break
    return found
