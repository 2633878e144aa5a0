"""The charts: small data, the page's colours, no address."""

import json
from typing import Any

from crmkit.report import Findings
from crmkit.report.page.page_charts import chart_documents


def _datasets(chart: dict[str, Any]) -> list[list[Any]]:
    parts = [chart, *chart.get("layer", [])]
    return [part["data"]["values"] for part in parts if "data" in part]


def test_every_chart_is_a_valid_vega_lite_document(findings: Findings[Any]) -> None:
    import altair as alt

    for chart in chart_documents(findings).values():
        alt.Chart.from_dict(chart, validate=True)


def test_no_chart_names_an_address(findings: Findings[Any]) -> None:
    assert "http" not in json.dumps(chart_documents(findings))


def test_a_chart_is_as_wide_as_its_place_and_colours_follow_the_page(
    findings: Findings[Any],
) -> None:
    for chart in chart_documents(findings).values():
        assert chart["width"] == "container"
        assert "var(--" in json.dumps(chart["config"])
        assert "#" not in json.dumps(chart)


def test_no_curve_has_more_than_two_hundred_points(findings: Findings[Any]) -> None:
    for chart in chart_documents(findings).values():
        assert all(len(rows) <= 210 for rows in _datasets(chart))


def test_the_shares_of_the_tiers_add_up_to_one(findings: Findings[Any]) -> None:
    chart = chart_documents(findings)["tiers"]
    rows = chart["data"]["values"]
    for what in ("customers", "value"):
        total = sum(row["share"] for row in rows if row["what"] == what)
        assert abs(total - 1) < 1e-5


def test_small_amounts_are_not_marked_in_thousandths(findings: Findings[Any]) -> None:
    axis = chart_documents(findings)["holdout_deciles"]["encoding"]["y"]["axis"]
    assert axis["labelExpr"].startswith('"$" + format(')
    assert "datum.value < 1000" in axis["labelExpr"]


def test_a_chart_says_its_finding_to_who_cannot_see_it(
    findings: Findings[Any],
) -> None:
    said = [chart["description"] for chart in chart_documents(findings).values()]
    assert "17,322 repeat purchases predicted, 18,120 made" in said
    assert len(set(said)) == 6
