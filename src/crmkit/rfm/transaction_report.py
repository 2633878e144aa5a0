"""Counts of a transaction log: what a summary uses, merges, leaves out and refunds."""

import datetime as dt
from dataclasses import dataclass

from .._dates import date_of
from ..fits import checked
from ..typing import Day, Grain, IntoFrame
from .log_counts import LogCounts, count_log
from .open_log import LogColumns, TransactionLog, open_log

__all__ = ["TransactionReport", "reported", "transaction_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class TransactionReport:
    """Counts of a transaction log; printed, they read as a short page.

    Attributes
    ----------
    n_rows, n_rows_used, n_rows_after_end
        All rows; those in the observed period; those after its end, which are excluded.
    n_customers, n_customers_after_end
        Customers with a row in the observed period; those with rows only after it.
    n_customers_without_purchase
        Customers whose rows in the period are all refunds.
    n_occasions, n_merged_rows
        Purchase occasions at the grain; purchase rows merged into another's occasion.
    n_zero_amount_rows, n_refund_rows, n_duplicate_rows
        Rows of amount 0 (they count as purchases); of negative amount; and repeats of
        a row equal in customer, date and amount (they are kept: they may be real).
    n_cancelled_purchases, n_refunds_without_purchase
        With ``refunds="cancel"``, the purchases that refunds undo in full, and the
        refunds that are larger than any purchase of their customer until then. None
        for a lazy frame, whose refunds cannot be matched row by row.
    total_amount, refund_amount
        Sum of all amounts in the period; sum of its negative ones.
    first_date, last_date
        First and last day with a row in the period, None without one.
    observation_period_end
        The last day of the period.
    """

    n_rows: int
    n_rows_used: int
    n_rows_after_end: int
    n_customers: int
    n_customers_after_end: int
    n_customers_without_purchase: int
    n_occasions: int
    n_merged_rows: int
    n_zero_amount_rows: int
    n_refund_rows: int
    n_duplicate_rows: int
    n_cancelled_purchases: int | None
    n_refunds_without_purchase: int | None
    total_amount: float
    refund_amount: float
    first_date: dt.date | None
    last_date: dt.date | None
    observation_period_end: dt.date

    @property
    def notes(self) -> tuple[str, ...]:
        """One note for each kind of row that is unusual but allowed."""
        said = (
            (self.n_rows_after_end, "row", " after the observation end: excluded"),
            (self.n_customers_after_end, "customer", " seen only after the end"),
            (self.n_merged_rows, "row", " merged into an occasion of the same period"),
            (self.n_zero_amount_rows, "row", " with amount 0: counted as purchases"),
            (self.n_refund_rows, "row", " with a negative amount: refunds"),
            (self.n_cancelled_purchases, "purchase", " that a refund undoes in full"),
            (
                self.n_refunds_without_purchase,
                "refund",
                " larger than any earlier purchase of the customer",
            ),
            (self.n_customers_without_purchase, "customer", " with refunds only"),
            (self.n_duplicate_rows, "exact duplicate row", ": kept, amounts add up"),
        )
        return tuple(
            _counted(count, noun) + rest for count, noun, rest in said if count
        )

    def __str__(self) -> str:
        """Print the counts and the notes, one line each."""
        span = f"{self.first_date} to {self.last_date}"
        used = f"{self.n_rows_used:,} of {self.n_rows:,} rows used, {span}"
        customers = _counted(self.n_customers, "customer")
        base = f"{customers}, {_counted(self.n_occasions, 'purchase occasion')}"
        lines = (
            f"{used} (observed to {self.observation_period_end})",
            f"{base}, total amount {self.total_amount:,.2f}",
            *(f"note: {note}" for note in self.notes),
        )
        return "\n".join(lines)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def transaction_report(
    transactions: IntoFrame,
    *,
    observation_period_end: Day,
    grain: Grain = "day",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> TransactionReport:
    """Count the rows of a log that a summary uses, merges, leaves out or refunds.

    It refuses the errors that :func:`rfm_summary` refuses, except negative amounts: it
    counts them, so that you can choose ``refunds`` of :func:`rfm_summary`.

    Parameters
    ----------
    transactions
        One row per purchase, line or refund. In a lazy frame they are
        counted where they are.
    observation_period_end
        The last day of the observed period, inclusive.
    grain
        What makes one occasion, as in :func:`rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    TransactionReport
        The counts; it prints as a short page.

    Raises
    ------
    MissingColumnError, InvalidTypeError, InvalidValueError
        As :func:`rfm_summary`.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-04-20"]),
    ...     "amount": [10.0, 0.0, 15.0],
    ... })
    >>> print(ck.transaction_report(log, observation_period_end="2024-03-31"))
    2 of 3 rows used, 2024-01-01 to 2024-01-01 (observed to 2024-03-31)
    1 customer, 1 purchase occasion, total amount 10.00
    note: 1 row after the observation end: excluded
    note: 1 customer seen only after the end
    note: 1 row merged into an occasion of the same period
    note: 1 row with amount 0: counted as purchases
    """
    columns = LogColumns(customer_id_col, date_col, amount_col)
    # Refunds are counted, not refused, so that one can choose what they mean.
    log = open_log(transactions, columns, observation_period_end, grain, refunds="net")
    return reported(log, count_log(log))


def reported(log: TransactionLog, counts: LogCounts) -> TransactionReport:
    """Put the counts of a log into the report that the page and the user read."""
    used = counts.rows_inside
    return TransactionReport(
        n_rows=counts.rows,
        n_rows_used=used,
        n_rows_after_end=counts.rows - used,
        n_customers=counts.customers_inside,
        n_customers_after_end=counts.customers - counts.customers_inside,
        n_customers_without_purchase=counts.customers_inside - counts.buyers,
        n_occasions=counts.occasions,
        n_merged_rows=counts.sales - counts.occasions,
        n_zero_amount_rows=counts.zeros,
        n_refund_rows=counts.refunds,
        n_duplicate_rows=used - counts.distinct_rows,
        n_cancelled_purchases=counts.cancelled,
        n_refunds_without_purchase=counts.unmatched,
        total_amount=counts.amount,
        refund_amount=counts.refunded,
        first_date=_date(counts.first_day) if used else None,
        last_date=_date(counts.last_day) if used else None,
        observation_period_end=_date(log.window.end_day),
    )


def _date(day: float) -> dt.date:
    return date_of(day)
