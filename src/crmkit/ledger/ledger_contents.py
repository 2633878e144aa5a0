"""What a ledger contains, as the table that a notebook shows."""

from .._dates import iso_text
from ..fits.html_tables import Cell, html_table, paragraph
from .book import Book, Costs

__all__ = ["contents_in_html"]


def contents_in_html(sentence: str, book: Book) -> str:
    """Return the sentence and the counts, days and sums of a ledger as HTML."""
    lines = book.lines
    rows = [
        ("customers", _count(book.customers)),
        ("lines", _count(lines.row.size)),
        ("orders", _count(book.orders)),
        ("categories", _count(len(book.categories))),
    ]
    if lines.day.size:
        rows.append(("first and last day", _days(book)))
        rows.append(("paid", f"{lines.paid.sum():,.2f}"))
    # A column that the lines lack is absent here, not zero.
    if "cost_amount" in book.measured:
        rows.append(("cost of goods", f"{lines.cost.sum():,.2f}"))
    rows += [
        (noun, _costs(table))
        for noun, table in (
            ("service costs", book.service),
            ("acquisition costs", book.acquisition),
        )
        if table.day.size
    ]
    if book.referrals.day.size:
        rows.append(("referrals", _count(book.referrals.day.size)))
    return paragraph(sentence) + html_table((), [_row(*row) for row in rows])


def _row(label: str, text: str) -> list[Cell]:
    return [(label, False), (text, True)]


def _count(count: int) -> str:
    return f"{count:,}"


def _costs(table: Costs) -> str:
    return f"{table.amount.sum():,.2f} in {table.day.size:,} rows"


def _days(book: Book) -> str:
    day = book.lines.day
    return f"{iso_text(int(day.min()))} to {iso_text(int(day.max()))}"
