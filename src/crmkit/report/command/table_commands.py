"""The commands that turn a log into a table, and the one that only looks at it."""

import shlex
from pathlib import Path
from typing import Annotated, Literal

import typer

from ..._frames import native
from ...segments import cohort_table, with_rfm_scores, with_rfm_segment
from ...typing import HistoryColumns
from ..findings.held_back import held_back
from ..findings.log_doubts import log_doubts
from ..findings.purchase_models import (
    MOST_REFITTED,
    SAMPLE_SEED,
    ChosenModel,
    choose_model,
)
from ..findings.spend_floor import with_spend_floor
from ..intake.dated_amounts import dated_amounts
from ..intake.log_file import LogFile
from ..intake.prepare import PreparedLog, prepare_log
from ..intake.unsettled import Unsettled, answer
from ..question import ModelName
from .log_options import LogOptions, takes_log
from .opened_log import Opened, examine, open_for, opened_log, option_words
from .printed import print_json, print_notes, print_table

__all__ = ["add_table_commands", "chosen_model"]

_Out = Annotated[
    Path | None, typer.Option("--out", help="A .csv or .parquet file; else print it.")
]
_Model = Annotated[
    ModelName, typer.Option(help="The purchase model; auto compares them.")
]


def check(log: LogOptions) -> None:
    """Say what a file holds, and what it leaves open. Exit code 1 if anything."""
    found, used, taken = examine(log)
    words = option_words(used, found, "report")
    judged = _judged(found, used, taken)
    if log.as_json:
        print_json(
            {
                "ready": not found.unsettled,
                "unsettled": [
                    {
                        "said": each.said,
                        "options": each.options,
                        "instead": each.instead,
                    }
                    for each in found.unsettled
                ],
                "accepted": [each.said for each in taken],
                "notes": found.notes,
                "doubts": judged[1] if judged else [],
                "command": shlex.join(words),
            }
        )
    else:
        print_notes(found.notes, quiet=log.quiet)
        if judged:
            counts, doubts = judged
            typer.echo(counts)
            for doubt in doubts:
                typer.echo(f"Check this first: {doubt}")
            rest = "Nothing else is open" if doubts else "Nothing is open"
            typer.echo(f"{rest}. The page: {shlex.join(words)}")
        else:
            typer.echo(answer(found.name, found.unsettled, words))
    if found.unsettled:
        raise typer.Exit(1)


def _judged(
    found: LogFile, used: LogOptions, taken: tuple[Unsettled, ...]
) -> tuple[str, list[str]] | None:
    """Count the rows of a log that is ready, and say what to doubt in it."""
    if found.unsettled or found.table is None:
        return None
    opened = opened_log(found, found.table, used, taken)
    prepared = _prepared(opened)
    rows = dated_amounts(prepared)
    doubts = log_doubts(prepared, rows, question=opened.question)
    return str(prepared.report()), list(doubts)


def summary(log: LogOptions, *, out: _Out = None) -> None:
    """Summarise each customer: frequency, recency, T and mean amount, in weeks."""
    opened = open_for(log, "summary")
    print_notes(opened.log.notes, quiet=log.quiet)
    # What rfm_summary does, with the log that was checked and grouped before.
    table = _prepared(opened).summary()
    print_table(native(table, opened.table), out=out, as_json=log.as_json)


def segments(log: LogOptions, *, out: _Out = None) -> None:
    """Give each customer RFM scores and the segment that they make."""
    opened = open_for(log, "segments")
    print_notes(opened.log.notes, quiet=log.quiet)
    columns = HistoryColumns(customer_id=opened.question.customer_id_col)
    customers = native(_prepared(opened).summary(), opened.table)
    scored = with_rfm_segment(with_rfm_scores(customers, columns=columns))
    print_table(scored, out=out, as_json=log.as_json)


def cohorts(
    log: LogOptions,
    *,
    grain: Annotated[
        Literal["month", "quarter", "year"], typer.Option(help="The period.")
    ] = "month",
    out: _Out = None,
) -> None:
    """Tabulate retention and revenue by cohort of first purchase and age."""
    opened = open_for(log, "cohorts")
    print_notes(opened.log.notes, quiet=log.quiet)
    question = opened.question
    table = cohort_table(
        native(_prepared(opened).frame, opened.table),
        observation_period_end=question.observation_period_end,
        grain=grain,
        refunds=question.refunds,
        customer_id_col=question.customer_id_col,
        date_col=question.date_col,
        amount_col=question.amount_col,
    )
    print_table(table, out=out, as_json=log.as_json)


def churn(
    log: LogOptions,
    *,
    horizon_weeks: Annotated[
        float, typer.Option(help="Without a purchase for how many weeks.")
    ] = 52.0,
    model: _Model = "auto",
    out: _Out = None,
) -> None:
    """Give each customer the risk of buying nothing in the weeks ahead."""
    opened = open_for(log, "churn")
    print_notes(opened.log.notes, quiet=log.quiet)
    prepared = _prepared(opened)
    history = native(with_spend_floor(prepared.summary()), opened.table)
    chosen = chosen_model(prepared, opened, model)
    purchases = chosen.fit(history)
    from ...churn import with_churn_risk  # noqa: PLC0415 - only this command needs it

    scored = with_churn_risk(
        purchases.with_probability_alive(history),
        purchases=purchases,
        horizon=horizon_weeks,
    )
    print_notes((f"the model is {chosen.models.chosen}",), quiet=log.quiet)
    print_table(scored, out=out, as_json=log.as_json)


def chosen_model(
    prepared: PreparedLog, opened: Opened, model: ModelName
) -> ChosenModel:
    """Choose a model as the report does."""
    history = native(with_spend_floor(prepared.summary()), opened.table)
    sample = prepared.sample(MOST_REFITTED, seed=SAMPLE_SEED)
    early = held_back(sample, question=opened.question)
    return choose_model(model, history, early, opened.table)


def _prepared(opened: Opened) -> PreparedLog:
    return prepare_log(opened.table, question=opened.question)


def add_table_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (check, summary, segments, cohorts, churn):
        app.command()(takes_log(command))
