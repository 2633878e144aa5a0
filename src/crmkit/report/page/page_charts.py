"""The charts of the page, each described from what the analysis found.

A chart is described as those of ``crmkit.plot`` are, and drawn by ``chart_svg``.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..._chart import Chart, Layer, Scale, Tone, layer
from ..findings.findings import Findings
from ..findings.found_values import Bin, Concentration, Month, Outlook, Retention, Tier
from ..question import Question
from .chart_svg import chart_svg
from .check_charts import (
    deciles_chart,
    errors_chart,
    nps_chart,
    parts_chart,
    weeks_chart,
)
from .numbers_as_text import count, dollars, percent, plural, short
from .svg_drawing import nice_ticks

__all__ = ["charts", "described"]


def charts(findings: Findings[object]) -> dict[str, str]:
    """Return every chart that the findings allow as SVG, by name."""
    names = {
        "concentration": [(at, percent(at)) for at in (0.2, 0.4, 0.6)]
        + [(1.0, "all customers")],
        "alive": [(at / 5, percent(at / 5)) for at in range(6)],
        "fan": _fan_names(findings),
        "weeks": _week_names(findings),
    }
    write = {"errors": _signed_percent}
    return {
        name: chart_svg(chart, marks=names.get(name, ()), write=write.get(name))
        for name, chart in described(findings).items()
    }


def described(findings: Findings[object]) -> dict[str, Chart]:
    """Return every chart that the findings allow, by name."""
    question = findings.question
    found = {
        "concentration": _concentration(findings.concentration),
        "tiers": _tiers(findings.tiers, question),
        "months": _months(findings.outlook.months, question),
        "alive": _alive(findings.probability_bins),
    }
    if findings.retention.growth:
        found["growth"] = _growth(findings.retention)
    if len(findings.outlook.fan) > 1:
        found["fan"] = _fan(findings.outlook, question)
    errors = findings.past_errors
    # Where nothing was bought after a past date, its forecast has no relative error.
    if errors is not None and any(each.value is not None for each in errors.errors):
        found["errors"] = errors_chart(errors)
    if findings.holdout is not None:
        found["weeks"] = weeks_chart(findings.holdout)
        found["deciles"] = deciles_chart(findings.holdout, question)
    if findings.ledger is not None and findings.ledger.refused is None:
        found["parts"] = parts_chart(findings.ledger, question)
    if findings.nps is not None:
        found["nps"] = nps_chart(findings.nps)
    return found


def _signed_percent(share: float) -> str:
    return f"{'+' if share > 0 else ''}{percent(share)}"


def _week_names(findings: Findings[object]) -> list[tuple[float, str]]:
    if findings.holdout is None:
        return []
    last = max(findings.holdout.by_week[-1].week, 1)
    return [(week, f"week {week}") for week in sorted({0, last // 2, last})]


def _fan_names(findings: Findings[object]) -> list[tuple[float, str]]:
    *before, end = (at.weeks for at in findings.outlook.fan[1:])
    # The unit once: four of them touch on a phone.
    return [*((at, f"{at:g}") for at in before), (end, f"{end:g} weeks")]


def _concentration(found: Concentration) -> Chart:
    top = found.expected_share_of_top_fifth
    x, y = np.array(found.expected).T
    past_x, past_y = np.array(found.past).T
    return Chart(
        layers=(
            layer("band", x, y, y_end=0.0),
            layer("line", past_x, past_y, tone="reference", dash=True, name="past"),
            layer("line", x, y, name="expected"),
            layer("arms", 0.2, 0.0, x_end=0.2, y_end=1.0, tone="reference"),
            layer(
                "points",
                0.2,
                top,
                texts=(f"best 20%: {percent(top)}",),
                hints=(f"The best 20% hold {percent(top)}",),
                place="below",
            ),
        ),
        x=Scale(title="Share of customers, best first", unit="share", lower=0, upper=1),
        y=Scale(title="Share of value", unit="share", lower=0, upper=1),
        finding=f"The best 20% of customers hold {percent(top)} of the expected value",
    )


def _tiers(tiers: Sequence[Tier], question: Question) -> Chart:
    people = sum(tier.n_customers for tier in tiers) or 1
    value = sum(tier.value for tier in tiers) or 1.0
    kinds: tuple[tuple[str, Tone, list[float], list[str]], ...] = (
        (
            "share of customers",
            "total",
            [tier.n_customers / people for tier in tiers],
            [plural(tier.n_customers, "customer") for tier in tiers],
        ),
        (
            "share of value",
            "series",
            [tier.value / value for tier in tiers],
            [dollars(tier.value, question.currency) for tier in tiers],
        ),
    )
    return Chart(
        layers=tuple(
            layer(
                "barh",
                shares,
                np.arange(len(tiers)),
                tone=tone,
                name=name,
                texts=tuple(
                    f"{percent(share)}  {words}"
                    for share, words in zip(shares, said, strict=True)
                ),
                hints=tuple(said),
            )
            for name, tone, shares, said in kinds
        ),
        x=Scale(title="Share of all", unit="share", lower=0, upper=1),
        y=Scale(title="tier", names=tuple(f"Tier {tier.name}" for tier in tiers)),
        finding="Share of customers and of expected value by tier",
    )


def _growth(found: Retention) -> Chart:
    rows = found.growth
    new = np.array([at.new for at in rows], dtype=np.float64)
    back = new + [at.returned for at in rows]
    lost = -np.array([at.lost for at in rows], dtype=np.float64)
    names = [f"{at.start:%b %Y}" for at in rows]
    said = {
        "new": [f"{count(at.new)} new" for at in rows],
        "returned": [f"{count(at.returned)} came back after a pause" for at in rows],
        "paused": [f"{count(at.lost)} paused" for at in rows],
    }
    parts: list[tuple[str, Tone, object, object]] = [
        ("new", "series", new, 0.0),
        ("returned", "soft", back, new),
        ("paused", "bad", lost, 0.0),
    ]
    return Chart(
        layers=tuple(
            layer(
                "bars",
                np.arange(len(rows)),
                np.asarray(end),
                y_end=np.asarray(base),
                tone=tone,
                name=name,
                stack="all",
                hints=tuple(map(": ".join, zip(names, said[name], strict=True))),
            )
            for name, tone, end, base in parts
        ),
        x=Scale(names=tuple(f"{at.start:%b %y}" for at in rows)),
        y=Scale(title="Customers", unit="signed"),
        finding=f"Customers gained and paused by {found.grain}",
    )


def _months(months: Sequence[Month], question: Question) -> Chart:
    floor = np.zeros(len(months))
    layers: list[Layer] = []
    for amounts, tone, said in (
        ([at.repeat for at in months], "series", "repeat purchases"),
        ([at.first for at in months], "soft", "first purchases"),
        ([at.expected for at in months], "series", "expected"),
    ):
        above = np.maximum(amounts, 0.0)
        layers.append(
            layer(
                "bars",
                np.arange(len(months)),
                floor + above,
                y_end=floor,
                tone="soft" if tone == "soft" else "series",
                name=said,
                stack="all",
                dash=said == "expected",
                hints=tuple(
                    f"{at.start:%B %Y}: {dollars(amount, question.currency)} {said}"
                    for at, amount in zip(months, amounts, strict=True)
                ),
            )
        )
        floor = floor + above
    return Chart(
        layers=tuple(layers),
        x=Scale(names=tuple(f"{at.start:%b %y}" for at in months)),
        y=Scale(title="Spending", unit="money", currency=question.currency),
        finding="Spending by month, past and expected",
    )


def _fan(outlook: Outlook, question: Question) -> Chart:
    fan, currency = outlook.fan, question.currency
    write = partial(dollars, currency=currency)
    when = np.array([at.weeks for at in fan])
    ranged = [
        (at.lower, at.upper)
        for at in fan
        if at.lower is not None and at.upper is not None
    ]
    whole = len(ranged) == len(fan)
    lower, upper = np.array(ranged).T if whole else (when, when)
    held = [
        f", 95% range {write(low)} to {write(high)}"
        for low, high in zip(lower[1:], upper[1:], strict=True)
    ]
    hints = tuple(
        f"{at.weeks:g} weeks: {write(at.expected)}{held[part] if whole else ''}"
        for part, at in enumerate(fan[1:])
    )
    end = fan[-1]
    expected = [at.expected for at in fan]
    layers = [layer("band", when, upper, y_end=lower)] if whole else []
    layers += [
        layer("line", when, expected),
        layer("points", when[1:], expected[1:], hints=hints),
        _words(end.weeks, end.expected, short(end.expected, currency)),
    ]
    if whole:
        layers += [
            _words(end.weeks, at, short(at, currency), tone="soft")
            for at in (float(upper[-1]), float(lower[-1]))
        ]
    last = outlook.last_amount * question.margin
    if last > 0:
        said = f"The same span before: {write(last)}"
        layers.append(
            layer(
                "points",
                end.weeks,
                last,
                tone="reference",
                texts=(f"before: {short(last, currency)}",),
                hints=(said,),
                place="left",
            )
        )
    return Chart(
        layers=tuple(layers),
        # The room on the right is for what the ends amount to.
        x=Scale(title="Weeks from today", lower=0, upper=end.weeks / 0.82),
        y=Scale(title="Expected value", unit="money", currency=currency),
        finding="Expected value from today, cumulative, with 95% ranges",
    )


def _words(x: float, y: float, words: str, *, tone: Tone = "series") -> Layer:
    return layer("texts", x, y, texts=(words,), tone=tone, place="right")


def _alive(bins: Sequence[Bin]) -> Chart:
    counts = np.array([at.n_customers for at in bins], dtype=np.float64)
    most = nice_ticks(float(counts.max(initial=1.0)))[-1]
    tones: tuple[Tone, ...] = tuple(_tone_of_chance(at) for at in bins)
    return Chart(
        layers=(
            layer(
                "bars",
                [at.lower for at in bins],
                counts,
                x_end=[at.upper for at in bins],
                tone=tones,
                name="repeat customers",
                hints=tuple(
                    f"{percent(at.lower)} to {percent(at.upper)}: "
                    f"{plural(at.n_customers, 'customer')}"
                    for at in bins
                ),
            ),
            *(
                layer("arms", at, 0.0, x_end=at, y_end=most, tone="reference")
                for at in (0.2, 0.8)
            ),
            *(
                layer("texts", at, most, texts=(words,), place="above")
                for at, words in ((0.1, "probably gone"), (0.5, "in doubt"))
            ),
            layer("texts", 0.9, most, texts=("active",), place="above"),
        ),
        x=Scale(title="Chance to be active", unit="share", lower=0, upper=1),
        y=Scale(title="Repeat customers", unit="count", lower=0),
        finding="Repeat customers by their chance to be active",
        height=3.4,
    )


def _tone_of_chance(at: Bin) -> Tone:
    if at.upper <= 0.2 + 1e-9:
        return "bad"
    return "series" if at.upper > 0.8 + 1e-9 else "soft"
