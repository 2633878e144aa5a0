"""The names of the columns of a transaction log."""

from dataclasses import dataclass
from typing import Final

from ..typing import ColumnNames

__all__ = ["TRANSACTIONS", "TransactionColumns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionColumns(ColumnNames):
    """The names of the columns that hold a transaction log.

    Attributes
    ----------
    customer_id, date, amount
        Who bought, when, and for how much; negative amounts are returns.
    category
        What was bought; None if the log does not say. This and the next two are read by
        snapshots alone.
    discount
        The money taken off the list price; None if the log does not say.
    available
        When the row became known, if that is later than its date.

    Raises
    ------
    InvalidTypeError
        If a name is not a text.
    InvalidValueError
        If a name is empty, or two fields share a name.

    Examples
    --------
    >>> TransactionColumns(date="day", category="department").read
    ('customer_id', 'day', 'amount', 'department')
    """

    customer_id: str = "customer_id"
    date: str = "date"
    amount: str = "amount"
    category: str | None = None
    discount: str | None = None
    available: str | None = None

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that the log must have."""
        optional = (self.category, self.discount, self.available)
        given = [name for name in optional if name is not None]
        return (self.customer_id, self.date, self.amount, *given)


# The default of ``columns=``.
TRANSACTIONS: Final = TransactionColumns()
