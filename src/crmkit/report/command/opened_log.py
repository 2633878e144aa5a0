"""Open the log of a command: read it, settle what can be settled, or answer."""

import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import CrmkitError, InvalidValueError
from ..bounded_text import cut
from ..intake.arrow_memory import give_back
from ..intake.column_roles import Roles
from ..intake.csv_format import CsvFormat
from ..intake.log_answers import Choices, settled_log
from ..intake.log_file import LogFile, Reading, read_source
from ..intake.log_source import read_once
from ..intake.opened_source import open_source
from ..intake.unsettled import Unsettled, answer, command_of
from ..question import Question
from .log_options import LogOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Opened",
    "UnsettledLogError",
    "examine",
    "open_for",
    "opened_log",
    "option_words",
]

_CHOICES = (
    "refunds",
    "refunds_without_purchase",
    "missing_ids",
    "placeholders",
    "total_rows",
    "unreadable",
)


class UnsettledLogError(CrmkitError):
    """A log leaves something open; the message is the whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A log that leaves nothing open, and the question to it.

    Attributes
    ----------
    log
        What was read, without the rows.
    tables
        The rows, until they are taken.
    question
        The question to them.
    accepted
        The proposals that were taken.
    """

    log: LogFile
    tables: list["pa.Table"]
    question: Question
    accepted: tuple[Unsettled, ...] = ()

    @property
    def table(self) -> "pa.Table":
        """The rows."""
        return self.tables[0]

    def take(self) -> "pa.Table":
        """Hand over the rows: whoever reads a large log can let them go."""
        return self.tables.pop()

    def with_place(self, error: InvalidValueError) -> InvalidValueError:
        """Name the line of the file in a refusal that names a row."""
        first = error.first or ""
        named = {f"column {name!r}" for name in self.log.columns}
        if not first.startswith("row ") or error.subject not in named:
            return error
        number, _, more = first.removeprefix("row ").partition(",")
        return InvalidValueError(
            subject=error.subject,
            found=error.found,
            count=error.count,
            total=error.total,
            first=self.log.place_of(int(number)) + (f",{more}" if more else ""),
            remedy=error.remedy,
        )


def examine(log: LogOptions) -> tuple[LogFile, LogOptions, tuple[Unsettled, ...]]:
    """Read a log; with ``--accept``, judge it with each proposal until none is left.

    Returns the log, the options it was read with at last, and the proposals taken.
    """
    _require_literals(log)
    content = sys.stdin.buffer.read() if log.file == "-" else None
    first = _reading(log)
    source = open_source(
        log.file if content is None else content, table=first.table, csv=first.csv
    )
    if log.accept:
        # No proposal changes how the text is taken apart, so it is read once.
        source = read_once(source)
    taken: list[Unsettled] = []
    while True:
        found = settled_log(read_source(source, _reading(log)), _choices(log))
        news = [each for each in found.unsettled if not each.is_open]
        if not (log.accept and news):
            return found, log, tuple(taken)
        taken += news
        log = _accepted(log, news)


def open_for(log: LogOptions, command: str, more: tuple[str, ...] = ()) -> Opened:
    """Open a log for a command.

    Raises
    ------
    UnsettledLogError
        If the log leaves something open: with everything that it leaves open.
    """
    found, used, taken = examine(log)
    if found.unsettled or found.table is None:
        raise UnsettledLogError(
            answer(
                found.name, found.unsettled, option_words(used, found, command, more)
            )
        )
    return opened_log(found, found.table, used, taken)


def opened_log(
    found: LogFile,
    table: "pa.Table",
    used: LogOptions,
    taken: tuple[Unsettled, ...],
) -> Opened:
    """Put the question to a log that leaves nothing open."""
    give_back()  # what reading took beside the rows
    question = Question(
        source=_readable(
            Path(used.file).name if used.file != "-" else "standard input"
        ),
        observation_period_end=_day(used.observation_end or ""),
        refunds=used.refunds,
        refunds_without_purchase=used.refunds_without_purchase,
        missing_ids=used.missing_ids,
        placeholders=used.placeholders,
        total_rows=used.total_rows,
        currency=found.currency,
        source_notes=tuple(cut(_readable(each), 300) for each in found.notes),
        source_rows=found.n_read,
        customer_id_col=found.columns[0],
        date_col=found.columns[1],
        amount_col=found.columns[2],
    )
    return Opened(
        log=replace(found, table=None),
        tables=[table],
        question=question,
        accepted=taken,
    )


def option_words(
    log: LogOptions, found: LogFile, command: str, more: tuple[str, ...] = ()
) -> list[str]:
    """Return the words of the command that would settle what a log leaves open."""
    stated: list[str] = []
    names = (
        "observation_end",
        *_CHOICES,
        "table",
        "encoding",
        "delimiter",
        "header_line",
    )
    for name in names:
        value = getattr(log, name)
        if value is not None and value != "error":
            stated += [f"--{name.replace('_', '-')}", str(value)]
    for each in log.where or ():
        stated += ["--where", each]
    for name in ("date_format", "decimal", "thousands"):
        option = f"--{name.replace('_', '-')}"
        if getattr(log, name) is not None and option not in found.options:
            stated += [option, str(getattr(log, name))]
    given = ["crmkit", command, log.file, *found.options, *stated, *more]
    return command_of(given, found.unsettled)


def _reading(log: LogOptions) -> Reading:
    return Reading(
        roles=Roles(
            customer=log.customer_id,
            date=log.date,
            amount=log.amount,
            quantity=log.quantity,
            price=log.price,
        ),
        where=tuple(log.where or ()),
        table=log.table,
        unreadable=log.unreadable,
        csv=CsvFormat(
            encoding=log.encoding,
            delimiter=log.delimiter,
            header_line=log.header_line,
            date_format=log.date_format,
            decimal=log.decimal,
            thousands=log.thousands,
        ),
    )


def _choices(log: LogOptions) -> Choices:
    end = None if log.observation_end is None else _day(log.observation_end)
    return Choices(
        observation_end=end, **{name: getattr(log, name) for name in _CHOICES}
    )


def _accepted(log: LogOptions, news: list[Unsettled]) -> LogOptions:
    """Return the options with each proposal taken."""
    where = list(log.where or ())
    taken: dict[str, str] = {}
    for each in news:
        for option, value in zip(each.options[::2], each.options[1::2], strict=True):
            if option == "--where":
                where.append(value)
            else:
                taken[option.removeprefix("--").replace("-", "_")] = value
    return replace(log, where=where or None, **taken)  # type: ignore[arg-type] # of its own options


def _require_literals(log: LogOptions) -> None:
    if log.quantity is not None and log.amount is not None:
        raise InvalidValueError(
            subject="options '--amount' and '--quantity'",
            found="both",
            remedy="Pass --amount, or --quantity and --price.",
        )


def _readable(text: str) -> str:
    """Show bytes of the command line that are not text as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(
            subject="option '--observation-end'",
            found=f"text {cut(text)!r} that is not an ISO date",
            remedy="Pass the last day the log covers, such as 2024-12-31.",
        ) from None
