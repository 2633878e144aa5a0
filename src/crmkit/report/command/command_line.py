"""The commands of ``crmkit``, and the exit code of each run.

0: done. 1: ``check`` found something that the file leaves open. 2: nothing was done,
and a message on stderr says why. 130: stopped by the user.
"""

import datetime as dt
import warnings
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ... import __version__
from ...datasets import load_cdnow
from ...errors import InvalidValueError, UnitWarning
from ...ledger import Ledger
from ...typing import IntoDataFrame
from ..analysis import analyse
from ..bounded_text import cut
from ..findings.findings import Findings
from ..intake.campaign_file import read_contacts
from ..intake.ledger_file import read_ledger_lines
from ..intake.survey_file import read_survey
from ..output.report_files import Format, ReportFiles, write_report
from ..page.assumption_notes import left_out
from ..page.headings import headings, list_words
from ..page.html_page import require_packages
from ..question import ModelName, Question
from .log_options import LogOptions, takes_log
from .model_commands import add_model_commands
from .opened_log import UnsettledLogError, open_for
from .printed import print_json, print_notes
from .step_progress import shown_steps, steps_of_analysis
from .survey_commands import add_survey_commands
from .table_commands import add_table_commands

__all__ = ["run"]

app = typer.Typer(
    help="Estimate what each customer is worth, from a log of purchases.",
    epilog="Exit codes: 0 done; 1 check found something open; 2 nothing was done, the "
    "message says why; 130 stopped.",
)

# The base of every usage error, wherever this version of typer keeps click.
_UsageError: type[Exception] = typer.BadParameter.__mro__[2]

_LONGEST = 300  # characters of a message about the options

_CDNOW = "CDNOW, the new customers of early 1997"

_Out = Annotated[
    Path, typer.Option("--out", help="Folder for the page and the tables.")
]
_Format = Annotated[
    Format,
    typer.Option("--format", help="Format of the tables; auto: CSV up to a million."),
]
_Weeks = Annotated[
    float, typer.Option("--horizon-weeks", help="How many weeks ahead to look.")
]
_Rate = Annotated[float, typer.Option("--discount-rate", help="Per year: 0.10 is 10%.")]
_Model = Annotated[
    ModelName,
    typer.Option("--model", help="The purchase model; auto compares them."),
]
_Open = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the key figures as JSON.")]
_Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no notes; doubts remain.")
]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit code."""
    command = typer.main.get_command(app)
    try:
        with warnings.catch_warnings(record=True) as notes:
            code = command.main(list(arguments), "crmkit", standalone_mode=False)
    except _UsageError as error:
        said = getattr(error, "format_message", error.__str__)()
        typer.echo(f"crmkit: {_sentence(said)} See {_asked(error)} --help.", err=True)
        return 2
    except UnsettledLogError as error:
        typer.echo(f"crmkit: {error}", err=True)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("crmkit: stopped.", err=True)
        return 130
    # Python would print a warning with the path and the line of crmkit that gave it.
    said = tuple(dict.fromkeys(str(note.message) for note in notes))
    print_notes(said, quiet=not {"--quiet", "-q"}.isdisjoint(arguments))
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
    table_format: _Format = "auto",
    horizon_weeks: _Weeks = 52.0,
    discount_rate: _Rate = 0.10,
    model: _Model = "auto",
    open_page: _Open = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> None:
    """Analyse a real log: 69,659 purchases of CDNOW's new customers of 1997."""
    require_packages()
    question = Question(
        source=_CDNOW,
        observation_period_end=dt.date(1998, 6, 30),
        horizon_weeks=horizon_weeks,
        annual_discount_rate=discount_rate,
        model=model,
        currency="$",
    )
    with warnings.catch_warnings(record=True) as notes, shown_steps(quiet=quiet) as on:
        on("Reading the log")
        findings = analyse(
            load_cdnow(backend="pyarrow"),
            question=question,
            progress=steps_of_analysis(on),
        )
        on("Writing the page")
        files = write_report(findings, out, table_format=table_format)
    _tell(findings, files, notes, quiet=quiet, as_json=as_json)
    _show(files, open_page=open_page)


def report(
    log: LogOptions,
    *,
    out: _Out = Path("crmkit-report"),
    table_format: _Format = "auto",
    horizon_weeks: _Weeks = 52.0,
    discount_rate: _Rate = 0.10,
    margin: Annotated[
        float, typer.Option(help="The part of an amount that you keep; 1 is revenue.")
    ] = 1.0,
    currency: Annotated[
        str | None, typer.Option(help="Sign before amounts, if not in the file.")
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Name of the log on the page.")
    ] = None,
    model: _Model = "auto",
    survey: Annotated[
        str | None, typer.Option(help="A survey with the column score: adds the NPS.")
    ] = None,
    ledger: Annotated[
        str | None, typer.Option(help="Sales lines of a ledger: adds CLV1 to CLV6.")
    ] = None,
    campaigns: Annotated[
        str | None, typer.Option(help="Contacts of campaigns: adds what each added.")
    ] = None,
    open_page: _Open = False,
) -> None:
    """Make a page, and lists to work on, from your own transaction file.

    It has one row per purchase, order line or refund. Whatever the file leaves open is
    asked at once, with the command that settles it.
    """
    require_packages()
    asked = Question(
        source="",
        observation_period_end=dt.date(2000, 1, 1),
        horizon_weeks=horizon_weeks,
        annual_discount_rate=discount_rate,
        margin=margin,
        model=model,
    )
    with (
        warnings.catch_warnings(record=True) as notes,
        shown_steps(quiet=log.quiet) as on,
    ):
        on("Reading the log")
        opened = open_for(log, "report")
        question = replace(
            opened.question,
            source=_readable(title or opened.question.source),
            horizon_weeks=asked.horizon_weeks,
            annual_discount_rate=asked.annual_discount_rate,
            margin=asked.margin,
            model=asked.model,
            currency=opened.question.currency
            if currency is None
            else _readable(currency),
        )
        try:
            findings: Findings[IntoDataFrame] = analyse(
                opened.take(),
                question=question,
                ledger=None if ledger is None else _ledger(ledger),
                responses=None if survey is None else read_survey(survey),
                campaigns=None if campaigns is None else read_contacts(campaigns),
                progress=steps_of_analysis(on),
            )
        except InvalidValueError as error:
            raise opened.with_place(error) from None
        on("Writing the page")
        files = write_report(findings, out, table_format=table_format)
    if not log.quiet:
        for each in opened.accepted:
            typer.echo(f"accepted: {each.said}", err=True)
        for note in opened.log.notes:
            typer.echo(f"note: {note}", err=True)
        if campaigns is not None and not findings.campaigns:
            typer.echo(f"note: {campaigns!r} holds no contacts", err=True)
    _tell(findings, files, notes, quiet=log.quiet, as_json=log.as_json)
    _show(files, open_page=open_page)


app.command()(takes_log(report))
add_table_commands(app)
add_model_commands(app)
add_survey_commands(app)


def _ledger(place: str) -> Ledger[IntoDataFrame]:
    return Ledger(lines=read_ledger_lines(place), relationship_start="unknown")


def _tell(
    findings: Findings[IntoDataFrame],
    files: ReportFiles,
    notes: list[warnings.WarningMessage],
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    """Print doubts and notes first, then what was found and where the files are."""
    # Quiet or not: whoever pipes the result must not miss what makes it doubtful.
    for doubt in findings.doubts:
        typer.echo(f"check this first: {doubt}", err=True)
    if not quiet:
        for fact in left_out(findings.left_out):
            typer.echo(f"note: {fact}", err=True)
        for note in notes:
            # The command doubts an unlikely yearly rate itself, by its option's name.
            if not issubclass(note.category, UnitWarning):
                typer.echo(f"note: {note.message}", err=True)
    if as_json:
        print_json(_key_figures(findings, files))
        return
    said = headings(findings)
    typer.echo(f"{said['title']} ({said['range']}).")
    for each in findings.lists:
        words = list_words(each, findings)
        typer.echo(f"{words['title'] if each.n_customers else words['none']}")
    typer.echo(f"The page: {files.page}")
    typer.echo(f"The table of all customers: {files.table}")
    typer.echo(f"The lists: {', '.join(str(path) for path in files.lists.values())}")
    typer.echo(f"Open {files.page.resolve().as_uri()}")


def _key_figures(
    findings: Findings[IntoDataFrame], files: ReportFiles
) -> dict[str, object]:
    end = findings.outlook.fan[-1] if findings.outlook.fan else None
    return {
        "n_customers": findings.base.n_customers,
        "value": findings.base.value,
        "value_lower": end.lower if end else None,
        "value_upper": end.upper if end else None,
        "n_active": findings.base.n_active,
        "value_at_risk": findings.base.value_at_risk,
        "model": findings.models.chosen,
        "lists": {
            each.name: {
                "n_customers": each.n_customers,
                "value": each.value,
                "value_at_risk": each.value_at_risk,
                "file": str(files.lists[each.name]),
            }
            for each in findings.lists
        },
        "doubts": findings.doubts,
        "page": str(files.page),
        "table": str(files.table),
    }


def _show(files: ReportFiles, *, open_page: bool) -> None:
    if open_page:
        webbrowser.open(files.page.resolve().as_uri())


def _readable(text: str) -> str:
    """Show bytes of the command line that are not text as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
