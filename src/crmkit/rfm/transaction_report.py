"""What is worth knowing about a log before anything is computed from it."""

import datetime as dt
from dataclasses import dataclass

from .._dates import date_of
from ..typing import Day, Grain, IntoFrame
from .log_counts import LogCounts, count_log
from .open_log import TransactionLog, open_log

__all__ = ["TransactionReport", "reported", "transaction_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReport:
    """Counts of a transaction log; printed, they read as a short page.

    Attributes
    ----------
    rows, rows_used, rows_after_end
        All rows; those inside the window; those after its end, which are excluded.
    customers, customers_born_after_end
        Customers with a row inside the window; those seen only after it.
    customers_without_purchase
        Customers whose rows inside the window are all refunds.
    occasions, merged_rows
        Purchase occasions at the grain; purchase rows merged into another's occasion.
    zero_amount_rows, refund_rows, duplicate_rows
        Rows of amount 0 (they count as purchases); of negative amount; and repeats of
        a row equal in customer, date and amount (they are kept: they may be real).
    total_amount, refund_amount
        Sum of all amounts inside the window; sum of its negative ones.
    first_date, last_date
        First and last day with a row inside the window, None without one.
    observation_period_end
        The last day seen.
    """

    rows: int
    rows_used: int
    rows_after_end: int
    customers: int
    customers_born_after_end: int
    customers_without_purchase: int
    occasions: int
    merged_rows: int
    zero_amount_rows: int
    refund_rows: int
    duplicate_rows: int
    total_amount: float
    refund_amount: float
    first_date: dt.date | None
    last_date: dt.date | None
    observation_period_end: dt.date

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing that is unusual and was not an error."""
        said = (
            (self.rows_after_end, "row(s) after the observation end: excluded"),
            (self.customers_born_after_end, "customer(s) seen only after the end"),
            (self.merged_rows, "row(s) merged into an occasion of the same period"),
            (self.zero_amount_rows, "row(s) with amount 0: counted as purchases"),
            (self.refund_rows, "row(s) with a negative amount: choose refunds="),
            (self.customers_without_purchase, "customer(s) with refunds only"),
            (self.duplicate_rows, "exact duplicate row(s): kept, amounts add up"),
        )
        return tuple(f"{count:,} {text}" for count, text in said if count)

    def __str__(self) -> str:
        """Read as a short page."""
        span = f"{self.first_date} to {self.last_date}"
        used = f"{self.rows_used:,} of {self.rows:,} rows used, {span}"
        base = f"{self.customers:,} customers, {self.occasions:,} purchase occasions"
        lines = (
            f"{used} (observed to {self.observation_period_end})",
            f"{base}, total amount {self.total_amount:,.2f}",
            *(f"note: {note}" for note in self.notes),
        )
        return "\n".join(lines)


def transaction_report(
    transactions: IntoFrame,
    *,
    observation_period_end: Day,
    grain: Grain = "day",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> TransactionReport:
    """Count what a log holds: what is used, merged, excluded, zero or refunded.

    Refuses what :func:`rfm_summary` refuses, except negative amounts: it counts them,
    so that ``refunds`` can be chosen knowingly.

    Parameters
    ----------
    transactions
        One row per purchase, line or refund.
    observation_period_end
        The last day seen, inclusive.
    grain
        What makes one occasion, as in :func:`rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A frozen value that also prints well.

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
    1 customers, 1 purchase occasions, total amount 10.00
    note: 1 row(s) after the observation end: excluded
    note: 1 customer(s) seen only after the end
    note: 1 row(s) merged into an occasion of the same period
    note: 1 row(s) with amount 0: counted as purchases
    """
    log = open_log(
        transactions,
        end=observation_period_end,
        end_argument="observation_period_end",
        grain=grain,
        time_unit="day",
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    return reported(log, count_log(log))


def reported(log: TransactionLog, counts: LogCounts) -> TransactionReport:
    """Put the counts of a log into the report that the page and the user read."""
    used = counts.rows_inside
    return TransactionReport(
        rows=counts.rows,
        rows_used=used,
        rows_after_end=counts.rows - used,
        customers=counts.customers_inside,
        customers_born_after_end=counts.customers - counts.customers_inside,
        customers_without_purchase=counts.customers_inside - counts.buyers,
        occasions=counts.occasions,
        merged_rows=counts.sales - counts.occasions,
        zero_amount_rows=counts.zeros,
        refund_rows=counts.refunds,
        duplicate_rows=used - counts.distinct_rows,
        total_amount=counts.amount,
        refund_amount=counts.refunded,
        first_date=_date(counts.first_day) if used else None,
        last_date=_date(counts.last_day) if used else None,
        observation_period_end=_date(log.window.end_day),
    )


def _date(day: float) -> dt.date:
    return date_of(day)
