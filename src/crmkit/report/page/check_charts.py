"""The charts that check the forecast, and those of a ledger and a survey."""

import datetime as dt
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from ..._chart import Chart, Layer, Scale, Tone, layer
from ...clv import ModelError
from ..findings.found_values import Holdout
from ..findings.ledger_parts import LedgerParts
from ..question import Question
from .numbers_as_text import dollars, percent

if TYPE_CHECKING:
    from ...satisfaction import Nps

__all__ = ["deciles_chart", "errors_chart", "nps_chart", "parts_chart", "weeks_chart"]


def errors_chart(found: ModelError) -> Chart:
    """Describe the relative error of the money of each past forecast."""
    # The logarithm is of actual over forecast: a forecast too high is above 0 here.
    shares = [
        (each, exp(-each.value) - 1) for each in found.errors if each.value is not None
    ]
    cutoffs = sorted({each.cutoff for each, _ in shares})
    leads = sorted({each.lead_days for each, _ in shares})
    layers: list[Layer] = []
    for at, lead in enumerate(leads):
        own = [(each, share) for each, share in shares if each.lead_days == lead]
        offset = 0.42 + (at - (len(leads) - 1) / 2) * 0.18
        layers.append(
            layer(
                "points",
                [cutoffs.index(each.cutoff) + offset for each, _ in own],
                [share for _, share in own],
                name=f"{lead} days",
                hints=tuple(
                    f"Made on {each.cutoff} for {lead} days: "
                    f"{percent(abs(share))} too {'high' if share > 0 else 'low'}"
                    for each, share in own
                ),
            )
        )
    largest = max([abs(share) for _, share in shares], default=0.1)
    end = 1.05 * max(largest, 0.05)
    return Chart(
        layers=tuple(layers),
        x=Scale(
            names=tuple(f"{dt.date.fromisoformat(cutoff):%b %y}" for cutoff in cutoffs)
        ),
        y=Scale(title="Forecast above actual", unit="share", lower=-end, upper=end),
        finding="Errors of forecasts made at past dates",
        height=3.04,
    )


def weeks_chart(found: Holdout) -> Chart:
    """Describe predicted and actual repeat purchases since the forecast, added up."""
    rows = found.by_week
    weeks = [at.week for at in rows]
    actual, predicted = [at.actual for at in rows], [at.predicted for at in rows]
    return Chart(
        layers=(
            layer("line", weeks, actual, tone="reference", dash=True, name="actual"),
            layer("line", weeks, predicted, name="predicted"),
        ),
        x=Scale(title="Weeks since the forecast", lower=0, upper=max(weeks[-1], 1)),
        y=Scale(title="Repeat purchases", unit="count", lower=0),
        finding="Repeat purchases since the forecast, cumulative",
    )


def deciles_chart(found: Holdout, question: Question) -> Chart:
    """Describe predicted and actual spending of each tenth of the customers."""
    rows = found.by_decile
    kinds: tuple[tuple[str, list[float], Tone], ...] = (
        ("predicted", [at.predicted_amount for at in rows], "series"),
        ("actual", [at.actual_amount for at in rows], "total"),
    )
    return Chart(
        layers=tuple(
            layer(
                "bars",
                np.arange(len(rows)),
                np.maximum(amounts, 0.0),
                tone=tone,
                name=said,
                hints=tuple(
                    f"Tenth {at.rank}, {said}: {dollars(amount, question.currency)}"
                    for at, amount in zip(rows, amounts, strict=True)
                ),
            )
            for said, amounts, tone in kinds
        ),
        x=Scale(
            title="Tenth of the customers", names=tuple(str(at.rank) for at in rows)
        ),
        y=Scale(title="Spending", unit="money", currency=question.currency),
        finding="Predicted and actual spending by tenths",
    )


def parts_chart(found: LedgerParts, question: Question) -> Chart:
    """Describe the six parts of past and of expected value as bars from zero."""
    last = len(found.meanings) - 1
    names = [
        f"{'Value' if at == last else f'CLV{at + 1}'}: {meaning}"
        for at, meaning in enumerate(found.meanings)
    ]
    kinds: tuple[tuple[str, tuple[float, ...], Tone], ...] = (
        ("past", tuple(found.past), "total"),
        ("expected", tuple(found.expected), "series"),
    )
    return Chart(
        layers=tuple(
            layer(
                "barh",
                amounts,
                np.arange(len(names)),
                tone=tone,
                name=name,
                texts=tuple(dollars(at, question.currency) for at in amounts),
                hints=tuple(dollars(at, question.currency) for at in amounts),
            )
            for name, amounts, tone in kinds
        ),
        x=Scale(title="Value", unit="money", currency=question.currency),
        y=Scale(names=tuple(names)),
        finding="The parts of value, past and expected",
    )


def nps_chart(found: "Nps") -> Chart:
    """Describe the shares of promoters, passives and detractors."""
    layers: list[Layer] = []
    start = 0.0
    parts: tuple[tuple[str, float, Tone], ...] = (
        ("promoters", found.promoter_share, "good"),
        ("passives", found.passive_share, "soft"),
        ("detractors", found.detractor_share, "bad"),
    )
    for name, share, tone in parts:
        said = (f"{percent(share)} {name}",)
        layers.append(
            layer(
                "barh",
                start + share,
                0.0,
                x_end=start,
                tone=tone,
                name=name,
                stack="all",
                texts=said,
                hints=said,
            )
        )
        start += share
    return Chart(
        layers=tuple(layers),
        x=Scale(title="Share of answers", unit="share", lower=0, upper=1),
        y=Scale(names=("",)),
        finding="Promoters, passives and detractors",
    )
