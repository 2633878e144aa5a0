"""The steps of a value waterfall: from the first purchase to the whole value."""

import numpy as np

from ..._frames import native, numbers, read_eager, read_numbers, table
from ...typing import IntoDataFrameT

__all__ = ["value_waterfall"]

_STEPS = {
    "clv1": "first purchase",
    "clv2": "repeat purchase",
    "clv3": "cross-selling",
    "clv4": "easier to serve",
    "clv5": "referral",
    "clv6": "price",
}


def value_waterfall(components: IntoDataFrameT) -> IntoDataFrameT:
    """Return the parts of some customers, summed, as the steps of a waterfall.

    Parameters
    ----------
    components
        Rows of :func:`clv_components` or :func:`expected_components`: one customer, a
        segment, the company.

    Returns
    -------
    DataFrame
        Seven rows: the six parts and ``"value"``, with ``part``, ``meaning``,
        ``amount``, and where the bar begins and ends: ``start``, ``end``.
        ``value`` is after the cost of acquisition in every case.

    Raises
    ------
    MissingColumnError
        If a part is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.clv.value.value_waterfall import value_waterfall
    >>> parts = pd.DataFrame({
    ...     "clv1": [5.0], "clv2": [23.0], "clv3": [7.0], "clv4": [1.0],
    ...     "clv5": [10.0], "clv6": [-2.0], "clv": [44.0],
    ... })
    >>> value_waterfall(parts)[["part", "amount", "start", "end"]].tail(3)
        part  amount  start   end
    4   clv5    10.0   36.0  46.0
    5   clv6    -2.0   46.0  44.0
    6  value    44.0    0.0  44.0
    """
    frame = read_eager(components, (*_STEPS, "clv"))
    read_numbers(frame, [*_STEPS, "clv"])
    amounts = np.array([numbers(frame, part).sum() for part in _STEPS])
    end = np.cumsum(amounts)
    total = float(numbers(frame, "clv").sum())
    found = table(
        frame,
        {
            "part": np.array([*_STEPS, "value"], dtype=object),
            "meaning": np.array([*_STEPS.values(), "value"], dtype=object),
            "amount": np.append(amounts, total),
            "start": np.append(end - amounts, 0.0),
            "end": np.append(end, total),
        },
    )
    return native(found, components)
