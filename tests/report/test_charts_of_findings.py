"""The marks of the page's charts are at the figures of the findings."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crmkit._chart import Chart, Layer
from crmkit.report import Findings
from crmkit.report.findings import found_values as f
from crmkit.report.page.check_charts import nps_chart, parts_chart
from crmkit.report.page.page_charts import charts, described
from crmkit.satisfaction import Nps

Changed = Callable[..., Findings[Any]]


def named(chart: Chart) -> dict[str, Layer]:
    return {each.name: each for each in chart.layers if each.name}


def kinds(chart: Chart, kind: str) -> list[Layer]:
    return [each for each in chart.layers if each.kind == kind]


def one(values: Any) -> float:
    """Return the only value."""
    (value,) = np.asarray(values).tolist()
    return float(value)


def ends(each: Layer) -> list[float]:
    """Return both ends of one arm: x, y, x, y."""
    return [one(part) for part in (each.x, each.y, each.x_end, each.y_end)]


def test_the_best_fifth_is_marked_where_its_share_is(findings: Findings[Any]) -> None:
    chart = described(findings)["concentration"]
    share = findings.concentration.expected_share_of_top_fifth
    (point,), (line,) = kinds(chart, "points"), kinds(chart, "arms")
    assert (one(point.x), one(point.y)) == (0.2, share)
    assert ends(line) == [0.2, 0.0, 0.2, 1.0]
    curves = named(chart)
    expected = np.array(findings.concentration.expected)
    past = np.array(findings.concentration.past)
    for name, curve in (("expected", expected), ("past", past)):
        np.testing.assert_array_equal(curves[name].x, curve[:, 0])
        np.testing.assert_array_equal(curves[name].y, curve[:, 1])
    (band,) = kinds(chart, "band")
    assert band.y_end is not None
    assert not band.y_end.any()
    assert (chart.x.lower, chart.x.upper, chart.y.lower, chart.y.upper) == (0, 1, 0, 1)


def test_tiers_are_shares_of_their_sums(findings: Findings[Any]) -> None:
    bars = named(described(findings)["tiers"])
    people = np.array([4600.0, 6500, 12470])
    value = np.array([560_000.0, 105_000, 37_345.6])
    np.testing.assert_allclose(bars["share of customers"].x, people / people.sum())
    np.testing.assert_allclose(bars["share of value"].x, value / value.sum())
    assert bars["share of value"].texts[0] == "80%  $560,000"
    assert bars["share of customers"].texts[2] == "53%  12,470 customers"


def test_a_base_without_value_has_bars_of_length_0(changed: Changed) -> None:
    tiers = tuple(replace(tier, value=0.0, n_customers=0) for tier in changed().tiers)
    bars = named(described(changed(tiers=tiers))["tiers"])
    assert not bars["share of value"].x.any()
    assert not bars["share of customers"].x.any()


def test_growth_stands_on_the_new_and_hangs_by_the_paused(
    findings: Findings[Any],
) -> None:
    bars = named(described(findings)["growth"])
    new = np.array([900 // month for month in range(1, 13)], dtype=float)
    empty = np.zeros(12)
    for name, base, end in (
        ("new", empty, new),
        ("returned", new, new + 100),
        ("paused", empty, empty - 250),
    ):
        np.testing.assert_array_equal(bars[name].y_end, base)
        np.testing.assert_array_equal(bars[name].y, end)
        np.testing.assert_array_equal(bars[name].x, np.arange(12))


def test_months_stack_what_was_bought_and_nothing_below_0(changed: Changed) -> None:
    first, *others = changed().outlook.months
    outlook = replace(changed().outlook, months=(replace(first, repeat=-50.0), *others))
    bars = named(described(changed(outlook=outlook))["months"])
    repeat, new, expected = bars.values()
    assert (float(repeat.y[0]), float(new.y[0])) == (0.0, 250_000.0)
    # A refund is told, although no bar can show it.
    assert "\N{MINUS SIGN}$50" in repeat.hints[0]
    assert (float(repeat.y[1]), float(new.y_end[1])) == (94_999.0, 94_999.0)  # type: ignore[index]
    assert float(new.y[1]) == 344_999.0
    assert float(expected.y[20] - expected.y_end[20]) == 69_980.0  # type: ignore[index]
    assert (repeat.dash, new.dash, expected.dash) == (False, False, True)


def test_the_range_ahead_is_the_band_and_ends_in_words(
    findings: Findings[Any],
) -> None:
    chart = described(findings)["fan"]
    (band,), (line,) = kinds(chart, "band"), kinds(chart, "line")
    at = np.arange(5.0)
    np.testing.assert_allclose(band.x, 13 * at)
    np.testing.assert_allclose(band.y, 230_000 * at)
    np.testing.assert_allclose(band.y_end, 130_000 * at)  # type: ignore[arg-type]
    np.testing.assert_allclose(line.y, 175_586.4 * at)
    said = {text: (one(each.x), one(each.y)) for each in kinds(chart, "texts")
            for text in each.texts}  # fmt: skip
    assert said == {
        "$702k": (52.0, 702_345.6),
        "$920k": (52.0, 920_000.0),
        "$520k": (52.0, 520_000.0),
    }
    points, before = kinds(chart, "points")
    assert points.x.tolist() == [13.0, 26.0, 39.0, 52.0]
    assert points.hints[0] == "13 weeks: $175,586, 95% range $130,000 to $230,000"
    assert (one(before.x), one(before.y)) == (52.0, 1_020_000.0)


def test_what_was_before_is_compared_at_the_same_margin(changed: Changed) -> None:
    question = replace(changed().question, margin=0.3)
    before = kinds(described(changed(question=question))["fan"], "points")[-1]
    assert one(before.y) == pytest.approx(306_000.0)
    nothing = replace(changed().outlook, last_amount=0.0)
    assert len(kinds(described(changed(outlook=nothing))["fan"], "points")) == 1


def test_one_end_without_a_range_leaves_out_the_band(changed: Changed) -> None:
    *most, last = changed().outlook.fan
    outlook = replace(changed().outlook, fan=(*most, replace(last, lower=None)))
    chart = described(changed(outlook=outlook))["fan"]
    assert kinds(chart, "band") == []
    assert [each.texts for each in kinds(chart, "texts")] == [("$702k",)]
    assert kinds(chart, "points")[0].hints[0] == "13 weeks: $175,586"


def test_a_forecast_needs_two_points(changed: Changed) -> None:
    fan = changed().outlook.fan
    for count, drawn in ((1, False), (2, True)):
        outlook = replace(changed().outlook, fan=fan[:count])
        assert ("fan" in described(changed(outlook=outlook))) == drawn


def test_chances_have_the_tone_of_their_state(findings: Findings[Any]) -> None:
    chart = described(findings)["alive"]
    (bars,) = kinds(chart, "bars")
    counts = [200 + 40 * (at - 10) ** 2 for at in range(20)]
    assert bars.y.tolist() == counts
    # Up to 20% are gone, from 80% on they are active; 20 bins of 5%.
    assert bars.tone == ("bad",) * 4 + ("soft",) * 12 + ("series",) * 4
    lines = [ends(each) for each in kinds(chart, "arms")]
    assert [line[:3] for line in lines] == [
        [0.2, 0.0, 0.2],
        [0.8, 0.0, 0.8],
    ]
    assert lines[0][3] == lines[1][3] >= max(counts)
    words = [(one(each.x), each.texts) for each in kinds(chart, "texts")]
    assert words == [
        (0.1, ("probably gone",)),
        (0.5, ("in doubt",)),
        (0.9, ("active",)),
    ]


def test_errors_of_one_cutoff_are_side_by_side_in_its_place(
    findings: Findings[Any],
) -> None:
    chart = described(findings)["errors"]
    quarter, half = chart.layers
    assert (quarter.name, half.name) == ("91 days", "182 days")
    # The middle of a place is where its name is, a little left of the half.
    np.testing.assert_allclose(quarter.x, [0.33, 1.33, 2.33])
    np.testing.assert_allclose(half.x, [0.51])
    np.testing.assert_allclose(quarter.y, np.exp([-0.09, -0.24, -0.12]) - 1)
    largest = 1 - np.exp(-0.24)
    assert chart.y.upper == pytest.approx(1.05 * largest)
    assert chart.y.lower == pytest.approx(-1.05 * largest)
    assert "8.6% too low" in quarter.hints[0]


def test_weeks_and_tenths_hold_what_was_predicted_and_what_came(
    holdout: f.Holdout, findings: Findings[Any]
) -> None:
    found = described(findings)
    weeks = named(found["weeks"])
    week = np.arange(40.0)
    np.testing.assert_array_equal(weeks["actual"].y, 465 * week)
    np.testing.assert_array_equal(weeks["predicted"].y, 450 * week)
    assert found["weeks"].x.upper == 39
    tenths = named(found["deciles"])
    rank = np.arange(1.0, 11)
    np.testing.assert_allclose(tenths["predicted"].y, 300_000 / rank)
    np.testing.assert_allclose(tenths["actual"].y, 320_000 / rank)
    assert tenths["actual"].hints[1] == "Tenth 2, actual: $160,000"
    first = replace(holdout, by_week=holdout.by_week[:1])
    one = described(replace(findings, holdout=first))
    assert one["weeks"].x.upper == 1


def test_parts_are_bars_from_0_named_by_their_place(findings: Findings[Any]) -> None:
    past = (1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 15.0)
    expected = tuple(2 * each for each in past)
    meanings = ("a", "b", "c", "d", "e", "f", "sum")
    found: Any = type("Parts", (), {"meanings": meanings, "past": past,
                                    "expected": expected})  # fmt: skip
    chart = parts_chart(found, findings.question)
    assert chart.y.names[0] == "CLV1: a"
    assert chart.y.names[-2:] == ("CLV6: f", "Value: sum")
    bars = named(chart)
    assert tuple(bars["past"].x) == past
    assert tuple(bars["expected"].x) == expected
    assert bars["past"].texts[2] == "\N{MINUS SIGN}$3.00"


def test_answers_fill_one_bar_from_promoters_to_detractors() -> None:
    found = Nps(promoters=50, passives=30, detractors=20)
    layers = nps_chart(found).layers
    np.testing.assert_allclose(
        [(one(each.x_end), one(each.x)) for each in layers],
        [(0.0, 0.5), (0.5, 0.8), (0.8, 1.0)],
        atol=1e-15,
    )
    # All in the one row of the chart.
    assert [one(each.y) for each in layers] == [0, 0, 0]
    assert [each.texts for each in layers] == [
        ("50% promoters",),
        ("30% passives",),
        ("20% detractors",),
    ]


def words_below(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def test_the_axes_of_the_page_are_marked_where_they_say(
    findings: Findings[Any], holdout: f.Holdout
) -> None:
    drawn = charts(findings)
    weeks = [word for word in words_below(drawn["weeks"]) if word.startswith("week ")]
    assert weeks == ["week 0", "week 19", "week 39"]
    fan = words_below(drawn["fan"])
    assert [mark in fan for mark in ("13", "26", "39", "52 weeks")] == [True] * 4
    shares = [word for word in words_below(drawn["alive"]) if word.endswith("%")]
    assert shares == ["0%", "20%", "40%", "60%", "80%", "100%"]
    best = words_below(drawn["concentration"])
    assert {"20%", "40%", "60%", "all customers"} <= set(best)
    short = replace(holdout, by_week=holdout.by_week[:1])
    one_week = words_below(charts(replace(findings, holdout=short))["weeks"])
    assert {"week 0", "week 1"} <= set(one_week)


def test_errors_are_written_with_their_sign(findings: Findings[Any]) -> None:
    said = set(words_below(charts(findings)["errors"]))
    assert any(word.startswith("+") and word.endswith("%") for word in said)
    assert "0%" in said
    assert "+0%" not in said
