"""The commands ``crmkit demo`` and ``crmkit report FILE``."""

import datetime as dt
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ... import __version__
from ...datasets import load_cdnow
from ...errors import InvalidValueError, UnitWarning
from ..analysis import Step, analyse
from ..bounded_text import cut
from ..intake.csv_format import CsvFormat
from ..intake.log_file import at_line, read_log
from ..intake.prepare import rows_with_id
from ..output.report_files import Format, write_report
from ..page.assumption_notes import left_out
from ..page.doubtful_choices import doubtful_choices
from ..page.headings import headings
from ..page.html_page import require_packages
from ..question import Gaps, Question, Refunds
from .step_progress import shown_steps

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["run"]

app = typer.Typer(
    add_completion=False,
    help="Estimate what each customer is worth, from a log of purchases.",
)

# The base of every usage error, wherever this version of typer keeps click.
_UsageError: type[Exception] = typer.BadParameter.__mro__[2]

_LONGEST = 300  # characters of a message about the options

_CDNOW = "CDNOW, the new customers of early 1997"

_Out = Annotated[Path, typer.Option("--out", help="Folder for the page and the table.")]
_Format = Annotated[
    Format, typer.Option("--format", help="Format of the table of customers.")
]
_Weeks = Annotated[
    float, typer.Option("--horizon-weeks", help="How many weeks ahead to look.")
]
_Rate = Annotated[float, typer.Option("--discount-rate", help="Per year: 0.10 is 10%.")]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit code."""
    command = typer.main.get_command(app)
    try:
        code = command.main(list(arguments), "crmkit", standalone_mode=False)
    except _UsageError as error:
        said = getattr(error, "format_message", error.__str__)()
        typer.echo(f"crmkit: {_sentence(said)} See {_asked(error)} --help.", err=True)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("crmkit: stopped.", err=True)
        return 130
    return code if isinstance(code, int) else 0


def _sentence(said: str) -> str:
    plain = cut(said.replace("Value error, ", ""), _LONGEST)
    return plain if plain.endswith((".", "?", "!")) else f"{plain}."


def _asked(error: Exception) -> str:
    """Name the command that was called, where the error knows it."""
    return getattr(getattr(error, "ctx", None), "command_path", "crmkit")


@app.callback(invoke_without_command=True)
def crmkit(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.")
    ] = False,
) -> None:
    """Print the version, or the help where no command is given."""
    if version:
        typer.echo(f"crmkit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def demo(
    *,
    out: _Out = Path("crmkit-demo"),
    table_format: _Format = "csv",
    horizon_weeks: _Weeks = 52.0,
    discount_rate: _Rate = 0.10,
) -> None:
    """Analyse a real log: 69,659 purchases of CDNOW's new customers of 1997."""
    question = Question(
        source=_CDNOW,
        observation_period_end=dt.date(1998, 6, 30),
        horizon_weeks=horizon_weeks,
        annual_discount_rate=discount_rate,
        currency="$",
    )
    _answer(lambda: load_cdnow(backend="pyarrow"), question, out, table_format)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    *,
    customer_id: Annotated[str, typer.Option(help="Column with the customer.")],
    date: Annotated[str, typer.Option(help="Column with the date.")],
    amount: Annotated[str, typer.Option(help="Column with the amount.")],
    observation_end: Annotated[
        str, typer.Option(help="The last day the log covers, such as 2024-12-31.")
    ],
    out: _Out = Path("crmkit-report"),
    table_format: _Format = "csv",
    refunds: Annotated[
        Refunds, typer.Option(help="Negative amounts: refuse, net or drop them.")
    ] = "error",
    refunds_without_purchase: Annotated[
        Gaps, typer.Option(help="With net: customers with refunds and no purchase.")
    ] = "error",
    missing_ids: Annotated[
        Gaps, typer.Option(help="Rows without an id: refuse or drop them.")
    ] = "error",
    horizon_weeks: _Weeks = 52.0,
    discount_rate: _Rate = 0.10,
    margin: Annotated[
        float, typer.Option(help="The part of an amount that you keep; 1 is revenue.")
    ] = 1.0,
    currency: Annotated[str, typer.Option(help="Sign before amounts.")] = "",
    title: Annotated[
        str | None, typer.Option(help="Name of the log on the page.")
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Text encoding of a CSV, if not UTF-8, such as cp1252."),
    ] = None,
    date_format: Annotated[
        str | None, typer.Option(help="Format of dates, if not ISO, such as %d.%m.%Y.")
    ] = None,
    decimal: Annotated[str, typer.Option(help="Decimal mark of amounts.")] = ".",
    thousands: Annotated[str, typer.Option(help="Thousands mark of amounts.")] = "",
) -> None:
    """Analyse your own transaction file (CSV or Parquet).

    It has one row per purchase, order line or refund.
    """
    question = Question(
        source=_readable(title or file.name),
        observation_period_end=_day(observation_end),
        horizon_weeks=horizon_weeks,
        annual_discount_rate=discount_rate,
        margin=margin,
        refunds=refunds,
        refunds_without_purchase=refunds_without_purchase,
        missing_ids=missing_ids,
        currency=_readable(currency),
        customer_id_col=customer_id,
        date_col=date,
        amount_col=amount,
    )
    csv_format = CsvFormat(
        encoding=encoding,
        date_format=date_format,
        decimal=decimal,
        thousands=thousands,
    )
    tables: list[pa.Table] = []

    def load() -> "pa.Table":
        tables.append(read_log(file, question.columns, csv_format))
        return tables[0]

    try:
        _answer(load, question, out, table_format)
    except InvalidValueError as error:
        in_a_column = error.subject in {f"column {name!r}" for name in question.columns}
        if not tables or not in_a_column:
            raise
        rows = rows_with_id(tables[0], question)
        raise at_line(error, file, csv_format, rows=rows) from None


def _answer(
    load: "Callable[[], pa.Table]", question: Question, out: Path, table_format: Format
) -> None:
    """Read, analyse and write; print where the two files are."""
    require_packages()
    with warnings.catch_warnings(record=True) as notes, shown_steps() as on_step:
        page, table, title, told = _written(load, question, out, table_format, on_step)
    for fact in told:
        typer.echo(f"note: {fact}", err=True)
    for note in notes:
        # The command notes an unlikely yearly rate itself, in the words of its option.
        if not issubclass(note.category, UnitWarning):
            typer.echo(f"note: {note.message}", err=True)
    typer.echo(f"{title}.")
    typer.echo(f"The page: {page}")
    typer.echo(f"The table of all customers: {table}")
    typer.echo(f"Open {page.resolve().as_uri()}")


def _written(
    load: "Callable[[], pa.Table]",
    question: Question,
    out: Path,
    table_format: Format,
    on_step: Step,
) -> tuple[Path, Path, str, tuple[str, ...]]:
    on_step("Reading the log")
    findings = analyse(load(), question=question, on_step=on_step)
    on_step("Writing the page")
    page, table = write_report(findings, out, table_format=table_format)
    told = (*doubtful_choices(findings), *left_out(findings.left_out))
    return page, table, headings(findings)["title"], told


def _readable(text: str) -> str:
    """Show bytes of the command line that are not text as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidValueError(
            subject="option '--observation-end'",
            found=f"text {text!r} that is not an ISO date",
            remedy="Pass the last day the log covers, such as 2024-12-31.",
        ) from None
