"""Which cells pay: the response of each against its break-even rate."""

import numpy as np

from ..._check import fraction, nonnegative, positive
from ..._frames import (
    Frame,
    Rule,
    collect,
    native,
    numbers,
    nw,
    read,
    refuse,
    require_present,
    result_table,
)
from ...errors import InvalidTypeError
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

    A test mailing to a sample of each cell says which cells to write to: those whose
    response rate is surely above break-even, ``cost / margin``.

    Parameters
    ----------
    contacts
        One row per customer who was contacted; a lazy frame is counted in its engine.
    cost_per_contact
        What one contact costs, in money.
    margin_per_response
        What one response brings before that cost, in money.
    cell_col
        The cell, segment or tier the customer was in.
    responded_col
        Whether the customer responded: true and false, or 1 and 0.
    level
        The level of the Wilson interval.

    Returns
    -------
    A row per cell in the caller's library, the best rate first, with ``contacts``,
    ``responses``, ``response_rate``, ``response_lower``, ``response_upper``,
    ``break_even_rate``, ``profit_per_contact`` and ``verdict``: ``"contact"`` where
    the whole interval is above break-even, ``"skip"`` where it is below, and
    ``"test more"`` where nobody can tell.

    Raises
    ------
    InvalidValueError
        If a cell or an answer is missing, or an answer other than 0 or 1.

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
    require_present(opened, cell_col)
    rows = opened.select(nw.col(cell_col), responses=_answer(opened, responded_col))
    grouped = rows.group_by(cell_col).agg(
        nw.len().alias("contacts"), nw.col("responses").sum()
    )
    found = collect(grouped).sort(cell_col)
    counted, answered = numbers(found, "contacts"), numbers(found, "responses")
    rate = answered / counted
    lower, upper = wilson(answered, counted, level=level)
    even = cost / margin
    columns: dict[str, np.ndarray] = {
        cell_col: found[cell_col].to_numpy(),
        "contacts": counted.astype(np.int64),
        "responses": answered.astype(np.int64),
        "response_rate": rate,
        "response_lower": lower,
        "response_upper": upper,
        "break_even_rate": np.full(rate.size, even),
        "profit_per_contact": rate * margin - cost,
        "verdict": np.select(
            [lower > even, upper < even], ["contact", "skip"], "test more"
        ),
    }
    best_first = np.argsort(-rate, kind="stable")
    ordered = {name: values[best_first] for name, values in columns.items()}
    return native(result_table(opened, ordered), contacts)


def _answer(frame: Frame, column: str) -> nw.Expr:
    """Check that the answers are yes and no, and count them as 1 and 0."""
    dtype = frame.collect_schema()[column]
    if not (dtype.is_numeric() or dtype == nw.Boolean):
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="true and false, or 1 and 0",
            got=str(dtype),
            remedy="Convert the column first.",
        )
    require_present(frame, column)
    answer = nw.col(column).cast(nw.Float64)
    if dtype.is_numeric():
        refuse(
            frame,
            [
                Rule(
                    column=column,
                    broken=(answer != 0) & (answer != 1),
                    found="value that is neither 0 nor 1",
                    remedy="Say 1 for who responded, and 0 for who did not.",
                )
            ],
        )
    return answer
