"""What the page finds, in words, whatever the figures."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from crmkit.fits import Interval
from crmkit.report import Findings
from crmkit.report.findings.found_values import Holdout
from crmkit.report.page.assumption_notes import assumptions, tier_words
from crmkit.report.page.headings import headings

Changed = Callable[..., Findings[Any]]

_GAP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("predicted", "said"),
    [
        (100_000.0, "was exact in money"),
        (96_000.0, "was 4.0% too low in money"),
        (80_000.0, "was 20% too low in money"),
        (130_000.0, "was 30% too high in money"),
    ],
)
def test_the_check_is_said_in_money_and_not_made_pretty(
    predicted: float, said: str, holdout: Holdout, changed: Changed
) -> None:
    told = replace(
        holdout,
        predicted_amount=predicted,
        actual_amount=100_000.0,
        predicted_purchases=1.0,
    )
    heading = headings(changed(holdout=told))["holdout"]
    assert heading == f"The forecast of 30 September 1997 {said}"


def test_purchases_of_nothing_have_no_error_in_money(
    holdout: Holdout, changed: Changed
) -> None:
    told = replace(holdout, actual_amount=0.0)
    heading = headings(changed(holdout=told))["holdout"]
    assert heading == "No customer known on 30 September 1997 spent anything again"


@pytest.mark.parametrize(
    ("mean", "said"),
    [(0.52, "About 5 in 10"), (0.99, "About 99% of"), (0.02, "2.0% of")],
)
def test_the_share_alive_is_said_in_tenths_where_that_is_fair(
    mean: float, said: str, changed: Changed
) -> None:
    assert said in headings(changed(mean_probability_alive=mean))["alive"]


def test_a_base_of_one_time_buyers_is_told(changed: Changed) -> None:
    findings = changed(base=replace(changed().base, n_repeat_customers=0))
    assert headings(findings)["alive"] == "No customer has bought a second time"


def test_the_outlook_compares_repeat_purchases_only(changed: Changed) -> None:
    assert headings(changed())["outlook"] == (
        "Expected in the next 52 weeks, not discounted: $735,000, 28% below the repeat "
        "purchases of the 52 weeks before"
    )


def test_a_short_log_has_no_year_before(changed: Changed) -> None:
    outlook = replace(changed().outlook, last_amount=0.0)
    assert headings(changed(outlook=outlook))["outlook"] == (
        "These customers are expected to spend $735,000 in 52 weeks"
    )


def test_tiers_are_described_by_what_they_hold(changed: Changed) -> None:
    assert tier_words(changed()) == (
        "From the top, tier A ends where 80% of the value is reached, tier B ends "
        "where 95% of the value is reached; tier C holds all others."
    )


def test_a_base_of_one_tier_is_told(changed: Changed) -> None:
    findings = changed(tiers=changed().tiers[:1])
    assert tier_words(findings) == "All customers are in one tier."


def test_the_excluded_are_counted_in_the_notes(changed: Changed) -> None:
    fit = replace(changed().fits[0], n_excluded=1)
    assert (
        "1 repeat customer with a mean spend of zero was left out when the spending "
        "model was fitted, and is valued at 0."
    ) in assumptions(changed(fits=(fit,)))


def test_a_parameter_that_is_hardly_known_is_named(changed: Changed) -> None:
    fit = replace(changed().fits[0], free=("a", "b"))
    notes = assumptions(changed(fits=(fit,)))
    assert any("hardly determine a, b" in note for note in notes)


@pytest.mark.parametrize(
    ("refunds", "said"),
    [
        ("error", "The log has no negative amounts."),
        ("net", "Refunds were subtracted from the purchases they follow."),
        ("drop", "Refunds were left out, so amounts are before refunds."),
    ],
)
def test_the_treatment_of_refunds_is_said(
    refunds: Any, said: str, changed: Changed
) -> None:
    question = replace(changed().question, refunds=refunds)
    assert said in assumptions(changed(question=question))


def test_a_margin_makes_value_profit(changed: Changed) -> None:
    question = replace(changed().question, margin=0.3)
    notes = assumptions(changed(question=question))
    assert "Expected margin is 30% of the amounts: the margin you gave." in notes


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (
            None,
            "100 of 112 rows used, 1 January 1997 to 30 June 1998; 12 rows left out",
        ),
        (112, "100 of 112 rows used, 1 January 1997 to 30 June 1998; 12 rows left out"),
        # What a filter removed is left out too.
        (150, "100 of 150 rows used, 1 January 1997 to 30 June 1998; 50 rows left out"),
        (101, "100 of 101 rows used, 1 January 1997 to 30 June 1998; 12 rows left out"),
    ],
)
def test_rows_left_out_are_those_read_and_not_used(
    read: int | None, said: str, changed: Changed
) -> None:
    before = changed()
    left = replace(
        before.left_out, n_rows_without_id=2, n_placeholder_rows=3, n_total_rows=7
    )
    findings = changed(
        log=replace(before.log, n_rows=100, n_rows_used=100),
        question=replace(before.question, source_rows=read),
        left_out=left,
    )
    assert headings(findings)["data"] == said


@pytest.mark.parametrize(
    ("correlation", "p_value", "said"),
    [
        (0.2, 0.0501, "is +0.20, which may be chance."),
        (0.2, 0.05, ("buy often spend more (rank correlation +0.20), so values of "
         "frequent buyers may be too low.")),
        (-0.2, 0.05, ("buy often spend less (rank correlation -0.20), so values of "
         "frequent buyers may be too high.")),
        (0.099, 1e-9, "is +0.10, as good as none."),
        (0.1, 1e-9, "may be too low."),
        (None, None, "too few customers came back to test it here."),
    ],
)  # fmt: skip
def test_spend_that_goes_with_frequency_is_told_beyond_chance(
    correlation: float | None, p_value: float | None, said: str, changed: Changed
) -> None:
    models = replace(
        changed().models, spend_correlation=correlation, spend_p_value=p_value
    )
    assert any(note.endswith(said) for note in assumptions(changed(models=models)))


@pytest.mark.parametrize(
    ("drawn", "below", "told"),
    [(23_469, 0, True), (23_470, 0, False), (23_419, 50, True), (23_420, 50, False)],
)
def test_a_sample_is_told_where_more_than_a_hundred_are_not_drawn(
    *, drawn: int, below: int, told: bool, changed: Changed
) -> None:
    before = changed()
    assert before.ahead is not None
    findings = changed(
        ahead=replace(before.ahead, n_customers=drawn),
        left_out=replace(before.left_out, n_customers_below_zero=below),
    )
    sentence = next(n for n in assumptions(findings) if "simulated futures" in n)
    assert ("drawn for a sample" in sentence) == told
    assert "a scale of 15%, from 4 past dates (3 spans apart)" in sentence


@pytest.mark.parametrize(("customers", "told"), [(10_000, False), (10_001, True)])
def test_forecasts_of_some_customers_are_told_as_such(
    *, customers: int, told: bool, changed: Changed
) -> None:
    base = replace(changed().base, n_customers=customers)
    notes = assumptions(changed(base=base))
    assert any("for 10,000 of the 10,001 customers" in n for n in notes) == told


def test_what_was_left_out_is_counted_by_its_reason(changed: Changed) -> None:
    left = replace(
        changed().left_out,
        n_rows_without_id=1,
        n_placeholder_rows=2,
        n_total_rows=1,
        n_customers_refunded_only=2,
        n_customers_below_zero=1,
    )
    fits = tuple(replace(fit, n_excluded=3) for fit in changed().fits)
    notes = assumptions(changed(left_out=left, fits=fits))
    for start in (
        "1 row without an id was left out",
        "2 rows of a placeholder were left out",
        "1 total line was left out.",
        "2 customers with refunds and no purchase were left out",
        "1 repeat customer was refunded more",
        # Of three excluded from the fit, one is told above.
        "2 repeat customers with a mean spend of zero were left out",
    ):
        assert any(note.startswith(start) for note in notes), start


@pytest.mark.parametrize(
    ("lower", "said"),
    [
        ((), "What the campaigns added is not known"),
        ((0.5,), "The one campaign with a control group added profit beyond chance"),
        ((0.0,), "The one campaign with a control group added no profit beyond chance"),
        (
            (0.5, 0.0, -3.0),
            "1 of 3 campaigns with a control group added profit beyond chance",
        ),
        (
            (0.0, -3.0),
            "None of 2 campaigns with a control group added profit beyond chance",
        ),
    ],
)
def test_a_campaign_added_profit_where_its_interval_is_above_nothing(
    lower: tuple[float, ...], said: str, changed: Changed
) -> None:
    def added(end: float) -> Any:
        def interval(*, of: str) -> Interval:
            assert of == "profit"
            return Interval(lower=end, upper=9.0, level=0.95)

        return SimpleNamespace(interval=interval)

    unknown = SimpleNamespace(added=None)
    known = tuple(SimpleNamespace(added=added(end)) for end in lower)
    assert headings(changed(campaigns=(unknown, *known)))["campaigns"] == said
