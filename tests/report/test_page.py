"""The page: complete, safe with any text, and silent towards the network."""

import base64
import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from importlib.machinery import ModuleSpec
from typing import Any

import pandas as pd
import pytest

from crmkit.errors import MissingExtraError
from crmkit.report import Findings, render_page
from crmkit.report.findings.found_values import Holdout
from crmkit.report.findings.ledger_parts import LedgerParts
from crmkit.report.page import html_page
from crmkit.satisfaction import Nps

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
        # HTML closes rows and cells by itself.
        while self.open[-1] in {"td", "th", "tr"} and self.open[-1] != tag:
            self.open.pop()
        assert self.open.pop() == tag


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


FILES = {
    "customers": "customers.csv",
    "win_back": "win-back.csv",
    "protect": "protect.csv",
    "second_order": "second-order.csv",
}


def _charts(page: str) -> list[str]:
    return re.findall(r'<svg class="chart.*?</svg></figure>|<svg class="chart', page)


def test_every_element_is_closed(findings: Findings[Any]) -> None:
    assert "table" in _read(render_page(findings)).tags


def test_nothing_on_the_page_asks_for_anything(findings: Findings[Any]) -> None:
    reader = _read(render_page(findings, files=FILES))
    asking = {"link", "img", "iframe", "object", "embed", "audio", "video", "base"}
    assert not asking & set(reader.tags)
    assert [a for a in reader.attributes if a[1] in _ASKING] == []
    links = [value for _, name, value in reader.attributes if name == "href"]
    assert links
    beside = {link for link in links if not link.startswith("#")}
    assert beside == set(FILES.values())
    alone = _read(render_page(findings))
    assert all(v.startswith("#") for _, n, v in alone.attributes if n == "href")


def test_the_policy_forbids_every_request(findings: Findings[Any]) -> None:
    page = render_page(findings)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    assert "http" not in policy[1]
    assert "unsafe-eval" not in policy[1]
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy[1]


def test_every_chart_is_drawn_in_the_page_itself(findings: Findings[Any]) -> None:
    page = render_page(findings)
    assert len(_charts(page)) == 9
    assert "NaN" not in page[: page.index("<script>")]
    assert len(re.findall('role="img" width="100%"', page)) == 9
    assert page.count('aria-label="') >= 9


def test_a_ledger_and_a_survey_add_their_charts(changed: Changed) -> None:
    parts = LedgerParts(
        meanings=("first", "repeat", "cross", "cost", "referral", "price", "value"),
        past=(5.0, 23.0, 7.0, 1.0, 10.0, -2.0, 44.0),
        expected=(0.0, 30.0, 9.0, 2.0, -4.0, 1.0, 38.0),
    )
    answers = Nps(promoters=50, passives=30, detractors=20)
    page = render_page(changed(ledger=parts, nps=answers))
    assert len(_charts(page)) == 11
    assert "Net promoter score: +30" in page
    lower, upper = answers.interval()
    assert f"{lower:+.0f} to" in page
    assert f"{upper:+.0f}, from" in page
    assert "CLV1: first" in page


def test_each_link_of_the_contents_leads_somewhere(findings: Findings[Any]) -> None:
    page = render_page(findings)
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(
        re.findall(r' id="([\w-]+)"', page)
    )


def test_the_figures_come_from_the_findings(findings: Findings[Any]) -> None:
    page = " ".join(render_page(findings, files=FILES).split())
    for said in (
        "23,570 customers are expected to bring $702,346 in the next 52 weeks",
        "4,600",
        "$560,000",
        "The top 20% by forecast made 65%",
        "95% range: $520,000 to $920,000",
        "41% of 23,570",
        "$481,000",
        "typical miss of 3 forecasts made at past dates, 91 days on",
        "Win back 2,141 customers who have probably left",
        "Keep 1,401 customers of tier A who are getting quiet",
        "Lead 12 customers to a second order",
        "Win back: 2,141 customers, the first 12",
        "MBG/NBD forecast the weeks held back best; BG/NBD did as well within chance",
        "customers.csv",
        "C00019",
        "-97,000.123",
        "unknown",
    ):
        assert said in page


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<img src=x>", '"><em>', "{{ 1 }}"]
)
def test_text_of_the_user_stays_text(text: str, changed: Changed) -> None:
    first = changed().best.head(1).assign(customer_id=text, rfm_segment=text)
    lists = tuple(replace(each, customers=first) for each in changed().lists)
    group = replace(changed().segments[0], name=text, action=text)
    findings = changed(
        question=replace(
            changed().question, source=text, currency=text, source_notes=(text,)
        ),
        best=first,
        lists=lists,
        segments=(group,),
        stages=(group,),
        tiers=tuple(replace(tier, name=text) for tier in changed().tiers),
        risk=tuple(replace(cell, tier=text) for cell in changed().risk),
        doubts=(text,),
        models=replace(changed().models, chosen=text),
    )
    page = render_page(findings, files=dict.fromkeys(FILES, text))
    reader = _read(page)
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags
    assert text not in page or text == "{{ 1 }}"


def test_a_long_id_is_cut_in_the_page(changed: Changed) -> None:
    long = changed().best.head(1).assign(customer_id="x" * 5_000)
    page = render_page(changed(best=pd.concat([long] * 500)))
    assert len(page) < 400_000
    assert f"<th scope=row>{'x' * 37}..." in page


def test_the_tile_gives_the_typical_error_of_past_forecasts(changed: Changed) -> None:
    page = render_page(changed())
    errors = [math.expm1(-value) for value in (0.09, 0.24, 0.12)]
    typical = math.sqrt(sum(error**2 for error in errors) / 3)
    assert f"{typical:.0%}" == "15%"
    assert '<span class="figure-value">±15%</span>' in page
    none = render_page(changed(past_errors=None))
    assert "no past forecast could be made on this log" in none


def test_where_nothing_came_after_a_past_date_there_is_no_chart_of_errors(
    changed: Changed,
) -> None:
    known = changed().past_errors
    assert known is not None
    unknown = tuple(replace(each, value=None) for each in known.errors)
    page = render_page(changed(past_errors=replace(known, errors=unknown)))
    title = "How far forecasts made at past dates missed"
    assert title not in page
    assert title in render_page(changed())


def test_without_a_range_the_page_says_so(changed: Changed) -> None:
    fan = tuple(replace(at, lower=None, upper=None) for at in changed().outlook.fan)
    outlook = replace(changed().outlook, fan=fan)
    page = " ".join(render_page(changed(outlook=outlook, ahead=None)).split())
    assert "no range: the log does not determine the model well enough" in page


def test_a_list_without_customers_is_told(changed: Changed) -> None:
    empty = tuple(
        replace(each, n_customers=0, customers=each.customers.head(0))
        for each in changed().lists
    )
    page = " ".join(render_page(changed(lists=empty)).split())
    assert "No repeat customer of that value has probably left." in page
    assert "No customer has bought just once." in page


def test_without_a_holdout_the_page_says_why(changed: Changed) -> None:
    findings = changed(holdout=None, holdout_refused="Too short a log to hold back.")
    page = render_page(findings)
    assert "The forecast could not be checked on this log" in page
    assert "Too short a log to hold back." in page
    assert len(_charts(page)) == 7


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
    many = pd.concat([findings.best] * 25)
    lists = tuple(replace(each, customers=many) for each in findings.lists)
    page = render_page(replace(findings, best=many, lists=lists), files=FILES)
    assert len(page.encode()) < 400_000


def test_the_same_findings_give_the_same_page(findings: Findings[Any]) -> None:
    first, second = (render_page(findings) for _ in range(2))
    assert first == second


def test_a_missing_package_names_the_extra(
    findings: Findings[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_jinja(name: str) -> ModuleSpec | None:
        return None if name == "jinja2" else ModuleSpec(name, None)

    monkeypatch.setattr(html_page, "find_spec", without_jinja)
    with pytest.raises(MissingExtraError) as caught:
        render_page(findings)
    assert str(caught.value) == (
        "jinja2 is not installed. Install it with: pip install 'crmkit[report]'."
    )


def test_a_notebook_shows_the_page_in_a_frame(findings: Findings[Any]) -> None:
    shown = findings._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert shown.count('"') == 6  # the page cannot end its own attribute
    assert "n_customers=23570" in repr(findings)
