"""The page: complete, safe with any text, and silent towards the network."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.machinery import ModuleSpec
from typing import Any

import pytest

from crmkit.errors import MissingExtraError
from crmkit.fits import Interval
from crmkit.report import Findings, render_page
from crmkit.report.findings.found_values import Holdout
from crmkit.report.page import html_page

Changed = Callable[..., Findings[Any]]

_VOID = {"meta", "br", "hr", "img", "link", "input"}
_ASKING = {"src", "srcset", "action", "data", "poster", "background", "ping"}


class _Reader(HTMLParser):
    """Collect the tags and attributes; see that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def _charts(page: str) -> dict[str, Any]:
    found = re.search(r'id="charts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    charts: dict[str, Any] = json.loads(found[1])
    return charts


def test_every_element_is_closed(findings: Findings[Any]) -> None:
    assert "table" in _read(render_page(findings)).tags


def test_nothing_on_the_page_asks_for_anything(findings: Findings[Any]) -> None:
    reader = _read(render_page(findings))
    asking = {"link", "img", "iframe", "object", "embed", "audio", "video", "base"}
    assert not asking & set(reader.tags)
    assert [a for a in reader.attributes if a[1] in _ASKING] == []
    links = [value for _, name, value in reader.attributes if name == "href"]
    assert links
    assert all(link.startswith("#") for link in links)


def test_the_policy_forbids_every_request(findings: Findings[Any]) -> None:
    page = render_page(findings)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    assert "http" not in policy[1]


def test_each_chart_has_its_place_and_each_place_its_chart(
    findings: Findings[Any],
) -> None:
    page = render_page(findings)
    places = set(re.findall(r'id="chart-(\w+)"', page))
    assert places == set(_charts(page))
    assert len(places) == 6


def test_each_link_of_the_contents_leads_somewhere(findings: Findings[Any]) -> None:
    page = render_page(findings)
    assert set(re.findall(r'href="#(\w+)"', page)) <= set(
        re.findall(r'<section id="(\w+)"', page)
    )


def test_the_figures_come_from_the_findings(findings: Findings[Any]) -> None:
    page = render_page(findings)
    for said in (
        "23,570 customers are expected to bring $702,346 in the next 52 weeks",
        "4,600",
        "$560,000",
        "The top 20% by forecast made 65%",
        "table-of-all.parquet",
        "C00019",
        "-97,000.123",
        "unknown",
    ):
        assert said in page


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<img src=x>", '"><em>', "{{ 1 }}"]
)
def test_text_of_the_user_stays_text(text: str, changed: Changed) -> None:
    first = changed().best[0]
    findings = changed(
        question=replace(changed().question, source=text, currency=text),
        best=(replace(first, customer_id=text),),
        tiers=tuple(replace(tier, name=text) for tier in changed().tiers),
    )
    page = render_page(findings, table_name=text)
    reader = _read(page)
    assert reader.tags.count("script") == 3
    assert "img" not in reader.tags
    assert text not in page or text == "{{ 1 }}"
    assert {row["tier"] for row in _rows(_charts(page)["tiers"])} == {text}


def _rows(chart: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = chart["data"]["values"]
    return rows


def test_tile_and_lead_give_the_error_of_the_money(
    holdout: Holdout, changed: Changed
) -> None:
    told = replace(
        holdout,
        predicted_amount=83.0,
        actual_amount=100.0,
        predicted_purchases=130.0,
        actual_purchases=100,
    )
    page = render_page(changed(holdout=told))
    top = page[page.index("<header") : page.index("</header>")].replace("\n", " ")
    low = "17% too low"
    assert '<span class="figure-value">17% low</span>' in top
    assert f"was {low} in money." in top
    table = page[page.index('id="trust"') :]
    assert "30% too high" in table
    assert "customers will bring more than" in " ".join(table.split())


def test_the_range_of_the_value_stands_beside_it(changed: Changed) -> None:
    page = render_page(
        changed(value_range=Interval(lower=690_000.0, upper=720_000.0, level=0.95)),
    )
    assert "; 95% range: $690,000 to $720,000" in page
    assert "The 95% range of the total, $690,000 to $720,000, holds" in page
    assert "95% range" not in render_page(changed())


def test_without_a_holdout_the_page_says_why(changed: Changed) -> None:
    findings = changed(holdout=None, holdout_refused="Too short a log to hold back.")
    page = render_page(findings)
    assert "The forecast could not be checked on this log" in page
    assert "Too short a log to hold back." in page
    assert set(_charts(page)) == {"concentration", "tiers", "alive", "outlook"}


def test_a_holdout_in_which_nobody_bought_is_no_division_by_zero(
    holdout: Holdout, changed: Changed
) -> None:
    told = replace(
        holdout,
        actual_purchases=0,
        actual_amount=0.0,
        actual_amount_of_top_fifth=0.0,
    )
    page = render_page(changed(holdout=told))
    assert "No customer known on 30 September 1997 bought again" in page
    assert "not defined" in page


def test_a_base_without_value_ahead_is_told(changed: Changed) -> None:
    tiers = tuple(replace(tier, value=0.0) for tier in changed().tiers)
    findings = changed(base=replace(changed().base, value=0.0), tiers=tiers)
    assert "to bring $0 in" in render_page(findings)


def test_the_size_does_not_grow_with_the_customers(findings: Findings[Any]) -> None:
    page = render_page(findings)
    assert 500_000 < len(page) < 1_200_000


def test_the_same_findings_give_the_same_page(findings: Findings[Any]) -> None:
    first, second = (render_page(findings) for _ in range(2))
    assert first == second


def test_a_missing_package_names_the_extra(
    findings: Findings[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_vl_convert(name: str) -> ModuleSpec | None:
        return None if name == "vl_convert" else ModuleSpec(name, None)

    monkeypatch.setattr(html_page, "find_spec", without_vl_convert)
    with pytest.raises(MissingExtraError) as caught:
        render_page(findings)
    assert str(caught.value) == (
        "vl-convert-python is not installed. "
        "Install it with: pip install 'crmkit[report]'."
    )
