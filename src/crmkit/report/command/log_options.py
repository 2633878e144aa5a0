"""The options that say where a log is, how it is written, and what to do with its rows.

Every command that reads a log takes them, so they are declared once.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, get_type_hints

import typer

from ..question import Doubted, Gaps, Refunds

__all__ = ["LogOptions", "takes_log"]

_READ, _ROWS = "Reading the file", "What to do with rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What the command line says about a log."""

    file: Annotated[
        str,
        typer.Argument(
            help="A CSV (also .gz), Excel, Parquet or DuckDB file, a postgresql:// "
            "address, or - for standard input."
        ),
    ]
    customer_id: Annotated[
        str | None, typer.Option(help="Column with the customer.")
    ] = None
    date: Annotated[str | None, typer.Option(help="Column with the date.")] = None
    amount: Annotated[str | None, typer.Option(help="Column with the amount.")] = None
    quantity: Annotated[
        str | None, typer.Option(help="With --price: amount is quantity times price.")
    ] = None
    price: Annotated[str | None, typer.Option(help="Column with the price of one.")] = (
        None
    )
    observation_end: Annotated[
        str | None,
        typer.Option(help="The last day the log covers, such as 2024-12-31."),
    ] = None
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="Take every proposal, and say so; refuse what has none."
        ),
    ] = False
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Keep rows: COLUMN=VALUE or COLUMN!=VALUE; * stands for any text.",
            rich_help_panel=_ROWS,
        ),
    ] = None
    refunds: Annotated[
        Refunds,
        typer.Option(
            help="Negative amounts: cancel the purchase they undo, net or drop them.",
            rich_help_panel=_ROWS,
        ),
    ] = "error"
    refunds_without_purchase: Annotated[
        Gaps,
        typer.Option(
            help="Customers with refunds and no purchase.", rich_help_panel=_ROWS
        ),
    ] = "error"
    missing_ids: Annotated[
        Gaps, typer.Option(help="Rows without an id.", rich_help_panel=_ROWS)
    ] = "error"
    placeholders: Annotated[
        Doubted,
        typer.Option(
            help="Rows of a placeholder such as (blank).", rich_help_panel=_ROWS
        ),
    ] = "error"
    total_rows: Annotated[
        Doubted,
        typer.Option(help="Lines that are the total of others.", rich_help_panel=_ROWS),
    ] = "error"
    unreadable: Annotated[
        Gaps,
        typer.Option(
            help="Rows without a readable date and amount.", rich_help_panel=_ROWS
        ),
    ] = "error"
    table: Annotated[
        str | None,
        typer.Option(
            help="Sheet of a workbook, table of a database.", rich_help_panel=_READ
        ),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(
            help="Text encoding, if not found: cp1252, utf-16.", rich_help_panel=_READ
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        typer.Option(help="Mark between cells, if not found.", rich_help_panel=_READ),
    ] = None
    header_line: Annotated[
        int | None,
        typer.Option(
            help="Line with the names; 0 if there is none.", rich_help_panel=_READ
        ),
    ] = None
    date_format: Annotated[
        str | None,
        typer.Option(help="Format of dates, such as %d.%m.%Y.", rich_help_panel=_READ),
    ] = None
    decimal: Annotated[
        str | None,
        typer.Option(help="Decimal mark of amounts.", rich_help_panel=_READ),
    ] = None
    thousands: Annotated[
        str | None,
        typer.Option(help="Thousands mark of amounts.", rich_help_panel=_READ),
    ] = None
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No progress and no notes; doubts remain."),
    ] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON.")
    ] = False


def takes_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a log in front of its own."""
    hints = get_type_hints(LogOptions, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty
            if each.default is MISSING
            else each.default,
            annotation=hints[each.name],
        )
        for each in fields(LogOptions)
    ]
    whole = inspect.signature(command, eval_str=True)
    own = list(whole.parameters.values())[1:]

    def run(**given: Any) -> None:  # noqa: ANN401 - typer passes what it has checked
        log = LogOptions(**{each.name: given.pop(each.name) for each in shared})
        command(log, **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    # mypy does not know the attribute, which `inspect` reads first.
    run.__signature__ = whole.replace(  # type: ignore[attr-defined] # see above
        parameters=[*shared, *own]
    )
    run.__annotations__ = {each.name: each.annotation for each in (*shared, *own)}
    return run
