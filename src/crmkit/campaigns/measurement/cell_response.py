"""Which cells pay: the response of each compared with the break-even rate."""

import numpy as np

from ..._check import fraction, nonnegative, positive
from ..._frames import (
    collect,
    flag_rules,
    id_rules,
    native,
    numbers,
    nw,
    read,
    refuse,
    result_table,
)
from ...kernels.base.intervals import wilson
from ...typing import IntoFrameT

__all__ = ["cell_response"]


def cell_response(
    contacts: IntoFrameT,
    *,
    cost_per_contact: float,
    margin_per_response: float,
    cell_col: str = "rfm_cell",
    responded_col: str = "responded",
    level: float = 0.95,
) -> IntoFrameT:
    """Compare the response of each cell with the rate at which a contact pays.

    A test mailing to a sample of each cell shows which cells are worth contacting:
    those whose response rate is clearly above break-even, ``cost / margin``.

    Parameters
    ----------
    contacts
        One row per contacted customer; a lazy frame is counted in its engine.
    cost_per_contact
        The cost of one contact.
    margin_per_response
        The margin of one response before that cost.
    cell_col
        The cell, segment or tier of the customer.
    responded_col
        Whether the customer responded: true and false, or 1 and 0.
    level
        The confidence level of the Wilson interval.

    Returns
    -------
    DataFrame
        One row per cell, the best rate first, with ``n_contacts``, ``n_responses``,
        ``response_rate``, ``response_rate_lower``, ``response_rate_upper``,
        ``break_even_rate``, ``profit_per_contact`` and ``verdict``: ``"contact"`` where
        the whole interval is above break-even, ``"skip"`` where it is below, and
        ``"test more"`` otherwise.

    Raises
    ------
    InvalidValueError
        If a cell or a response is missing, or a response is neither 0 nor 1.

    References
    ----------
    Hughes (1994), Strategic Database Marketing: the break-even response rate.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> mailing = pd.DataFrame({
    ...     "rfm_cell": ["555"] * 100 + ["111"] * 100,
    ...     "responded": [1] * 12 + [0] * 88 + [0] * 100,
    ... })
    >>> found = ck.campaigns.cell_response(
    ...     mailing, cost_per_contact=1.0, margin_per_response=20.0
    ... )
    >>> found[["rfm_cell", "response_rate", "break_even_rate", "verdict"]]
      rfm_cell  response_rate  break_even_rate  verdict
    0      555           0.12             0.05  contact
    1      111           0.00             0.05     skip
    """
    cost = nonnegative("cost_per_contact", cost_per_contact)
    margin = positive("margin_per_response", margin_per_response)
    fraction("level", level)
    opened = read(contacts, [cell_col, responded_col])
    rules = [*id_rules(opened, cell_col), *flag_rules(opened, responded_col)]
    refuse(opened, rules)
    answer = nw.col(responded_col).cast(nw.Float64).alias("n_responses")
    grouped = (
        opened.select(nw.col(cell_col), answer)
        .group_by(cell_col)
        .agg(nw.len().alias("n_contacts"), nw.col("n_responses").sum())
    )
    found = collect(grouped).sort(cell_col)
    counted, answered = numbers(found, "n_contacts"), numbers(found, "n_responses")
    rate = answered / counted
    lower, upper = wilson(answered, counted, level=level)
    even = cost / margin
    columns: dict[str, np.ndarray] = {
        cell_col: found[cell_col].to_numpy(),
        "n_contacts": counted.astype(np.int64),
        "n_responses": answered.astype(np.int64),
        "response_rate": rate,
        "response_rate_lower": lower,
        "response_rate_upper": upper,
        "break_even_rate": np.full(rate.size, even),
        "profit_per_contact": rate * margin - cost,
        "verdict": np.select(
            [lower > even, upper < even], ["contact", "skip"], "test more"
        ),
    }
    best_first = np.argsort(-rate, kind="stable")
    ordered = {name: values[best_first] for name, values in columns.items()}
    return native(result_table(opened, ordered), contacts)
