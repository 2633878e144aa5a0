"""The sentence of each section says the figures that were found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crmkit.clv import ModelError, PastError
from crmkit.clv.checking.choice_ranking import ModelGap
from crmkit.report import Findings
from crmkit.report.findings.found_values import Holdout
from crmkit.report.page.headings import headings, list_words, typical_error

Changed = Callable[..., Findings[Any]]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "title",
            "23,570 customers are expected to bring $702,346 in the next 52 weeks",
        ),
        ("range", "95% range: $520,000 to $920,000"),
        ("missed", "typical miss of 3 forecasts made at past dates, 91 days on"),
        ("concentration", "The top 20% of customers hold 74% of expected revenue"),
        # 4,600 of 23,570 customers, 560,000 of 702,345.60.
        ("tiers", "Tier A: 20% of customers, 80% of expected revenue"),
        # The log has three months after the first; the sixth is not seen yet.
        (
            "retention",
            "10% of new customers buy 3 months after the month of their first purchase",
        ),
        (
            "changed",
            "In December 1997: 75 new, 100 back after a pause, 250 paused",
        ),
        (
            "groups",
            "4,118 customers of the segment 'champions' hold 82% of expected revenue",
        ),
        ("risk", "4,500 repeat customers in doubt put $60,000 at risk"),
        ("alive", "About 5 in 10 repeat customers are active"),
        (
            "models",
            (
                "MBG/NBD forecast the weeks held back best; BG/NBD did as well within "
                "chance"
            ),
        ),
        ("holdout", "The forecast of 30 September 1997 was 8.8% too low in money"),
        ("holdout_weeks", "17,322 repeat purchases predicted, 18,120 made"),
        (
            "holdout_deciles",
            "The top 20% by forecast made 65% of the later spending",
        ),
    ],
)
def test_each_section_says_its_figures(
    name: str, said: str, findings: Findings[Any]
) -> None:
    assert headings(findings)[name] == said


def test_one_customer_is_expected_and_two_are(changed: Changed) -> None:
    base = changed().base
    one = headings(changed(base=replace(base, n_customers=1)))["title"]
    assert one.startswith("1 customer is expected to bring")
    two = headings(changed(base=replace(base, n_customers=2)))["title"]
    assert two.startswith("2 customers are expected to bring")


def test_a_base_without_value_holds_none_of_it(changed: Changed) -> None:
    base = replace(changed().base, value=0.0)
    found = headings(changed(base=base))
    assert found["tiers"] == "Tier A: 20% of customers, none of expected revenue"
    assert found["groups"].startswith("Customers by how recently")


def test_the_best_segment_is_that_with_the_most_value(changed: Changed) -> None:
    (group,) = changed().segments
    more = replace(group, name="loyal", value=600_000.0)
    less = replace(group, name="new", value=0.0)
    said = headings(changed(segments=(group, more, less)))["groups"]
    assert "'loyal' hold 85% of" in said
    worthless = headings(changed(segments=(less,)))["groups"]
    assert worthless.startswith("Customers by how recently")


@pytest.mark.parametrize(
    ("grain", "ages", "said"),
    [
        ("month", 12, "20% of new customers buy 6 months after the month"),
        ("month", 7, "20% of new customers buy 6 months after the month"),
        ("month", 6, "30% of new customers buy 5 months after the month"),
        ("quarter", 12, "40% of new customers buy 4 quarters after the quarter"),
        ("year", 12, "60% of new customers buy 2 years after the year"),
        ("year", 2, "70% of new customers buy 1 year after the year"),
        ("year", 1, "The log is too short to see customers come back"),
    ],
)
def test_retention_is_that_of_half_a_year_or_the_longest_seen(
    grain: Any, ages: int, said: str, changed: Changed
) -> None:
    average = (1.0, *(0.8 - age / 10 for age in range(1, ages)))
    retention = replace(changed().retention, grain=grain, average=average)
    found = headings(changed(retention=retention))["retention"]
    assert found.startswith(said)


def test_a_quarter_is_named_by_its_first_day(changed: Changed) -> None:
    retention = replace(changed().retention, grain="quarter")
    found = headings(changed(retention=retention))["changed"]
    assert found.startswith("In the quarter from 1997-12-01: 75 new")
    without = replace(changed().retention, growth=())
    assert headings(changed(retention=without))["changed"] == ""


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.049, "4.9% of"), (0.06, "1 in 10"), (0.94, "9 in 10"), (0.96, "96% of")],
)
def test_tenths_that_round_to_none_or_all_are_told_as_a_share(
    share: float, said: str, changed: Changed
) -> None:
    found = headings(changed(mean_probability_alive=share))["alive"]
    assert found == f"About {said} repeat customers are active"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "About 0%"), (1e-5, "Under 0.1%"), (0.997, "Over 99%"), (1, "About 100%")],
)
def test_a_share_that_is_bounded_is_not_called_about(
    share: float, said: str, changed: Changed
) -> None:
    found = headings(changed(mean_probability_alive=share))["alive"]
    assert found == f"{said} of repeat customers are active"


def test_one_customer_has_a_verb_of_one(changed: Changed) -> None:
    findings = changed()
    win_back, protect, _ = (replace(each, n_customers=1) for each in findings.lists)
    title = list_words(win_back, findings)["title"]
    assert title == "Win back 1 customer who has probably left"
    title = list_words(protect, findings)["title"]
    assert title == "Keep 1 customer of tier A who is getting quiet"
    risk = [replace(each, n_customers=1) for each in findings.risk if each.tier == "A"]
    found = headings(changed(risk=tuple(risk)))["risk"]
    assert found == "1 repeat customer in doubt puts $20,000 at risk"
    (best,) = findings.segments
    found = headings(changed(segments=(replace(best, n_customers=1),)))["groups"]
    assert found.startswith("1 customer of the segment 'champions' holds 82%")


def test_no_one_in_doubt_is_told(changed: Changed) -> None:
    risk = tuple(each for each in changed().risk if each.state != "Uncertain")
    assert headings(changed(risk=risk))["risk"] == "No repeat customer is in doubt"


def test_one_end_without_the_other_is_no_range(changed: Changed) -> None:
    *others, last = changed().outlook.fan
    for end in (replace(last, lower=None), replace(last, upper=None)):
        outlook = replace(changed().outlook, fan=(*others, end))
        assert headings(changed(outlook=outlook))["range"].startswith("no range")
    outlook = replace(changed().outlook, fan=())
    assert headings(changed(outlook=outlook))["range"].startswith("no range")


@pytest.mark.parametrize(
    ("difference", "error", "said"),
    [
        (0.01, 0.02, "best; BG/NBD did as well within chance"),
        (0.05, 0.02, "best, by more than chance"),
        (None, None, "best, by more than chance"),
    ],
)
def test_models_are_compared_beyond_chance(
    difference: float | None, error: float | None, said: str, changed: Changed
) -> None:
    models = changed().models
    gap = ModelGap(model="BG/NBD", difference=difference, standard_error=error)
    compared = (models.compared[0], replace(models.compared[1], gap=gap))
    found = headings(changed(models=replace(models, compared=compared)))["models"]
    assert found == f"MBG/NBD forecast the weeks held back {said}"


def test_a_forecast_that_is_exact_has_no_side(
    holdout: Holdout, changed: Changed
) -> None:
    for error, said in (
        (0.000499, "was exact in money"),
        (0.000501, "was 0.1% too high in money"),
        (-0.000501, "was 0.1% too low in money"),
    ):
        amount = holdout.actual_amount * (1 + error)
        told = replace(holdout, predicted_amount=amount)
        assert headings(changed(holdout=told))["holdout"].endswith(said)
    nothing = replace(holdout, actual_amount=0.0)
    found = headings(changed(holdout=nothing))["holdout_deciles"]
    assert found == "Nothing was spent in the weeks held back"
    none = replace(holdout, actual_purchases=0)
    found = headings(changed(holdout=none))["holdout"]
    assert found == "No customer known on 30 September 1997 bought again"


def past(lead: int, *values: float | None) -> list[PastError]:
    return [
        PastError(
            cutoff=f"1997-0{at + 1}-01",
            lead_days=lead,
            horizon=lead / 7,
            purchases=0.1,
            value=value,
        )
        for at, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("errors", "count", "span", "values"),
    [
        # Three forecasts of a span say more than two of a longer one.
        ([*past(91, 0.1, -0.2, 0.3), *past(182, 0.5, 0.6)], 3, 91, (0.1, -0.2, 0.3)),
        (
            [*past(91, 0.1, 0.2, 0.3), *past(182, 0.4, 0.5, 0.6)],
            3,
            182,
            (0.4, 0.5, 0.6),
        ),
        # Where no span has three, the longest is told.
        ([*past(91, 0.1, 0.2), *past(182, 0.4)], 1, 182, (0.4,)),
        ([*past(91, 0.1, 0.2, None), *past(182, 0.4)], 1, 182, (0.4,)),
        # A forecast that came true counts as one without an error.
        (past(91, 0.0, 0.3, 0.0), 3, 91, (0.0, 0.3, 0.0)),
    ],
)
def test_the_typical_error_is_the_root_mean_square_of_forecast_over_actual(
    errors: list[PastError],
    count: int,
    span: int,
    values: tuple[float, ...],
    changed: Changed,
) -> None:
    model = ModelError(errors=tuple(errors), time_unit="week")
    found = typical_error(changed(past_errors=model))
    assert found is not None
    shares = np.exp(-np.array(values)) - 1
    assert found[0] == pytest.approx(np.sqrt((shares**2).mean()), rel=1e-12)
    assert found[1:] == (count, span)


def test_without_past_errors_there_is_no_typical_one(changed: Changed) -> None:
    assert typical_error(changed(past_errors=None)) is None
    unknown = ModelError(errors=tuple(past(91, None)), time_unit="week")
    assert typical_error(changed(past_errors=unknown)) is None


def test_a_list_says_what_one_customer_of_it_is_worth(changed: Changed) -> None:
    findings = changed()
    lists = {each.name: each for each in findings.lists}
    win_back = list_words(lists["win_back"], findings)
    # 23,000 at risk, in 2,141 customers.
    assert "is worth $10.74 more in the next 52 weeks" in win_back["why"]
    assert win_back["figure"] == "$23,000"
    protect = list_words(lists["protect"], findings)
    assert (protect["figure"], protect["unit"]) == (
        "$41,000",
        "expected revenue, in doubt",
    )
    second = list_words(lists["second_order"], findings)
    assert "at most 254 days ago" in second["rule"]
    endless = replace(lists["second_order"], limit=float("inf"))
    assert "too long ago to be usual" in list_words(endless, findings)["rule"]
    nothing = replace(lists["win_back"], n_customers=0)
    assert "is worth $0 more" in list_words(nothing, findings)["why"]
