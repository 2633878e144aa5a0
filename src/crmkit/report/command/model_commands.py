"""The commands that fit, compare and use models."""

import json
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ..._frames import native
from ...clv import BgNbd, GammaGamma, MbgNbd, ParetoNbd, per_unit_rate, with_clv
from ...errors import InvalidValueError
from ..findings.purchase_models import PurchaseFit
from ..findings.spend_floor import with_spend_floor
from ..findings.spend_model import fit_spend
from ..intake.prepare import prepare_log
from ..output.atomic_files import write_file
from ..question import ModelName
from .log_options import LogOptions, takes_log
from .opened_log import open_for
from .printed import print_json, print_notes, print_table
from .table_commands import chosen_model

__all__ = ["add_model_commands"]

_KINDS: dict[str, type[PurchaseFit]] = {
    "bg_nbd": BgNbd,
    "mbg_nbd": MbgNbd,
    "pareto_nbd": ParetoNbd,
}
_MOST_BYTES = 1 << 20  # saved models take some thousand bytes; a device never ends
_Out = Annotated[
    Path | None, typer.Option("--out", help="A file to write; else print it.")
]
_Model = Annotated[
    ModelName, typer.Option(help="The purchase model; auto compares them.")
]


def fit(log: LogOptions, *, model: _Model = "auto", out: _Out = None) -> None:
    """Fit how often and how much customers buy; write the models as JSON."""
    opened = open_for(log, "fit")
    print_notes(opened.log.notes, quiet=log.quiet)
    prepared = prepare_log(opened.table, question=opened.question)
    history = native(with_spend_floor(prepared.summary()), opened.table)
    chosen = chosen_model(prepared, opened, model)
    document = {
        "model": chosen.key,
        "purchases": chosen.fit(history).to_dict(),
        "spend": fit_spend(history).to_dict(),
    }
    if out is None:
        print_json(document)
        return
    text = json.dumps(document, indent=2).encode()
    write_file(out, lambda file: _write(file, text))
    typer.echo(f"{chosen.models.chosen} and Gamma-Gamma: {out}")


def score(
    log: LogOptions,
    *,
    saved: Annotated[Path, typer.Option("--saved", help="What crmkit fit wrote.")],
    horizon_weeks: Annotated[float, typer.Option(help="Weeks ahead.")] = 52.0,
    discount_rate: Annotated[float, typer.Option(help="Per year.")] = 0.10,
    margin: Annotated[float, typer.Option(help="The part that you keep.")] = 1.0,
    out: _Out = None,
) -> None:
    """Value the customers of a log with models that were saved."""
    purchases, spend = _loaded(saved)
    opened = open_for(log, "score", ("--saved", str(saved)))
    print_notes(opened.log.notes, quiet=log.quiet)
    prepared = prepare_log(opened.table, question=opened.question)
    history = native(with_spend_floor(prepared.summary()), opened.table)
    valued = with_clv(
        purchases.with_probability_alive(history),
        purchases=purchases,
        spend=spend,
        horizon=horizon_weeks,
        discount_rate=per_unit_rate(discount_rate, time_unit="week"),
        margin=margin,
        nonpositive="keep",
    )
    print_table(valued, out=out, as_json=log.as_json)


def compare(log: LogOptions) -> None:
    """Compare models on a part of the log that is held back."""
    opened = open_for(log, "compare")
    print_notes(opened.log.notes, quiet=log.quiet)
    prepared = prepare_log(opened.table, question=opened.question)
    models = chosen_model(prepared, opened, "auto").models
    rows = [
        {
            "model": each.name,
            "log_score": each.log_score,
            "bias": each.bias,
            "mean_absolute_error": each.mean_absolute_error,
        }
        for each in models.compared
    ]
    if log.as_json:
        print_json({"chosen": models.chosen, "reason": models.reason, "models": rows})
        return
    typer.echo(f"{'model':<12}{'log score':>12}{'total':>10}{'off each':>10}")
    for row in models.compared:
        total = "n/a" if row.bias is None else f"{row.bias:+.1%}"
        log_score = "n/a" if row.log_score is None else f"{row.log_score:.4f}"
        typer.echo(
            f"{row.name:<12}{log_score:>12}{total:>10}{row.mean_absolute_error:>10.3f}"
        )
    typer.echo(f"chosen: {models.chosen} ({models.reason})")


def _write(file: BinaryIO, text: bytes) -> None:
    file.write(text)


def _loaded(path: Path) -> tuple[PurchaseFit, GammaGamma]:
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_MOST_BYTES))
        kind = _KINDS[document["model"]]
        return kind.from_dict(document["purchases"]), GammaGamma.from_dict(
            document["spend"]
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidValueError(
            subject=f"file {str(path)!r}",
            found=f"not models that crmkit fit wrote ({type(error).__name__})",
            remedy="Write one with crmkit fit FILE --out models.json.",
        ) from None


def add_model_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (fit, score, compare):
        app.command()(takes_log(command))
