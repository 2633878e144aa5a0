"""How each customer's service cases went: the link from cases to outcomes."""

import numpy as np

from ..._check import typed
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    collect,
    group_rows,
    id_rules,
    matched_ids,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    require_one_row_each,
    require_present,
    with_arrays,
)
from ...typing import Day, IntArray, IntoDataFrameT
from ..measurement.days_reached import days_reached, require_order

__all__ = ["with_service_experience"]

_EXPERIENCES = np.array(["no case", "first contact", "later", "open"], dtype=object)


@typed
def with_service_experience(
    customers: IntoDataFrameT,
    *,
    cases: IntoDataFrameT,
    as_of: Day,
    opened_col: str = "opened",
    closed_col: str = "closed",
    n_contacts_col: str = "n_contacts",
    customer_id_col: str = "customer_id",
    output_col: str = "service_experience",
) -> IntoDataFrameT:
    """Add how the service cases of each customer went.

    Parameters
    ----------
    customers
        One row per customer.
    cases
        One row per case, in the same library. Cases of other customers are not read.
    as_of
        The last day seen, inclusive. Cases opened later are not read, and a case closed
        later was still open.
    opened_col, closed_col
        The day on which a case was opened, and the one on which it was closed; missing
        while it is open.
    n_contacts_col
        The contacts that the case took, 1 or more.
    customer_id_col
        The customer, in both frames.
    output_col
        The column added.

    Returns
    -------
    DataFrame
        The same rows with ``n_cases`` and ``service_experience``, that of the case that
        went worst: ``"no case"``, ``"first contact"`` (closed after one contact),
        ``"later"`` (closed after more) or ``"open"``.

    Raises
    ------
    InvalidValueError
        If a customer has two rows, an opening day is missing, or a case was closed
        before it was opened or took less than 1 contact.

    See Also
    --------
    matched_effect_by : What a case changed, against customers alike without one.

    Notes
    -----
    Put outcomes *after* ``as_of`` beside it: ``satisfaction.outcomes_by`` then gives
    satisfaction and retention with intervals for each experience. The difference is not
    the effect of service alone: customers with cases had a problem first.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> cases = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "bob"], "n_contacts": [1, 1, 3],
    ...     "opened": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-02-01"]),
    ...     "closed": pd.to_datetime(["2024-01-02", "2024-01-02", "2024-02-09"]),
    ... })
    >>> customers = pd.DataFrame({"customer_id": ["ann", "bob", "cyd"]})
    >>> found = campaigns.with_service_experience(
    ...     customers, cases=cases, as_of="2024-03-01"
    ... )
    >>> found[["customer_id", "n_cases", "service_experience"]]
      customer_id  n_cases service_experience
    0         ann        1      first contact
    1         bob        2              later
    2         cyd        0            no case
    """
    base = read_eager(customers, [customer_id_col])
    seen = read_eager(cases, [customer_id_col, opened_col, closed_col, n_contacts_col])
    require_one_row_each(base, customer_id_col)
    require_ids(seen, customer_id_col)
    require_present(seen, opened_col)
    require_numbers(seen, [n_contacts_col])
    refuse(
        seen,
        [
            *id_rules(seen, customer_id_col),
            *number_rules(seen, n_contacts_col, sign="positive"),
        ],
    )
    days = [days_reached(seen, name) for name in (opened_col, closed_col)]
    require_order(days, closed_col)
    end = float(day_number("as_of", as_of))
    opened = days[0] <= end
    closed = days[1] <= end  # False where the day is missing
    hard = np.where(closed, 1 + (numbers(seen, n_contacts_col) > 1), 3)
    row = _rows_of(base, seen, customer_id_col)
    known = opened & (row >= 0)
    count = np.bincount(row[known], minlength=len(base))
    worst = np.zeros(len(base), dtype=np.int64)
    np.maximum.at(worst, row[known], hard[known])
    added = {"n_cases": count, output_col: _EXPERIENCES[worst]}
    return native(with_arrays(base, added), customers)


def _rows_of(base: EagerFrame, seen: EagerFrame, column: str) -> IntArray:
    """Find the row of each case's customer; -1 for customers who are not asked for."""
    ids = [collect(each.select(column)) for each in matched_ids(base, seen, column)]
    groups = group_rows(nw.concat(ids, how="vertical"), column)
    row = np.full(groups.count, -1, dtype=np.int64)
    row[groups.codes[: len(base)]] = np.arange(len(base))
    return row[groups.codes[len(base) :]]
