"""The command for a survey: the net promoter score with its interval."""

from typing import Annotated

import typer

from ..intake.csv_format import CsvFormat
from ..intake.survey_file import read_survey
from .printed import print_json, print_table

__all__ = ["add_survey_commands"]


def nps(
    file: Annotated[str, typer.Argument(help="A CSV, Excel, Parquet or DuckDB file.")],
    *,
    score: Annotated[
        str, typer.Option(help="Column with the answer, 0 to 10.")
    ] = "score",
    by: Annotated[list[str] | None, typer.Option(help="Columns of groups.")] = None,
    table: Annotated[str | None, typer.Option(help="Sheet or table.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Text encoding.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute the net promoter score of a survey, with its interval."""
    from ...satisfaction import nps as score_of  # noqa: PLC0415 - slow to import
    from ...satisfaction import nps_by  # noqa: PLC0415 - slow to import

    survey = read_survey(
        file,
        score=score,
        by=tuple(by or ()),
        table=table,
        csv=CsvFormat(encoding=encoding),
    )
    if by:
        print_table(
            nps_by(survey, by=list(by), score_col=score), out=None, as_json=as_json
        )
        return
    found = score_of(survey, score_col=score)
    lower, upper = found.interval()
    if as_json:
        print_json(
            {
                "score": found.score,
                "lower": lower,
                "upper": upper,
                "level": 0.95,
                "n_responses": found.n_responses,
                "promoters": found.promoters,
                "passives": found.passives,
                "detractors": found.detractors,
            }
        )
        return
    typer.echo(
        f"NPS {found.score:+.1f} (95% interval {lower:+.1f} to {upper:+.1f}), "
        f"{found.n_responses:,} answers: {found.promoters:,} promoters, "
        f"{found.passives:,} passives, {found.detractors:,} detractors"
    )


def add_survey_commands(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(nps)
