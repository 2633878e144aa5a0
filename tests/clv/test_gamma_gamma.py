"""What a purchase is worth: fit, prediction, refusal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import clv
from crmkit.clv.models.gamma_gamma import _notes_of
from crmkit.errors import (
    IdentifiabilityWarning,
    InvalidTypeError,
    InvalidValueError,
    NotEnoughDataError,
)
from crmkit.kernels.base.cells import group

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

CDNOW = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
SPEND: dict[str, list[Any]] = {
    "frequency": [2, 0, 1, 3],
    "monetary_value": [22.35, 0.0, 11.77, 40.0],
}
positive = st.floats(min_value=0.01, max_value=1e3)


def test_cdnow_gives_the_published_fit(cdnow: pd.DataFrame) -> None:
    # Fader and Hardie, note 025: p 6.25, q 3.74, gamma 15.44; LL of CLVTools.
    model = clv.fit_gamma_gamma(cdnow)
    assert model.p == pytest.approx(6.250, abs=5e-4)
    assert model.q == pytest.approx(3.744, abs=5e-4)
    assert model.v == pytest.approx(15.444, abs=5e-4)
    assert model.report is not None
    assert model.report.log_likelihood == pytest.approx(-4055.9177, abs=1e-4)
    assert model.report.n_customers == 946
    errors = model.report.standard_errors
    assert errors is not None
    # Standard errors by the Hessian, on the two-decimal summary of the same data.
    for name, error in {"p": 1.1897, "q": 0.2902, "v": 4.1600}.items():
        assert errors[name] == pytest.approx(error, rel=2e-3)


def test_expected_spend_is_the_published_one() -> None:
    # lifetimes, first customers of CDNOW; the population mean is p v / (q - 1).
    spend = CDNOW.expected_spend([2, 1, 7], [22.35, 11.77, 73.74])
    assert spend == pytest.approx([24.6637, 18.9169, 71.4697], abs=5e-5)
    assert CDNOW.expected_spend_new_customer() == pytest.approx(
        6.25 * 15.44 / 2.74, rel=1e-14
    )


def test_every_library_gets_the_same_column(frame: Build, columns_of: Read) -> None:
    scored = columns_of(CDNOW.with_expected_spend(frame(SPEND)))
    expected = CDNOW.expected_spend(SPEND["frequency"], SPEND["monetary_value"])
    together = dict(zip(scored["frequency"], scored["expected_spend"], strict=True))
    assert [together[x] for x in SPEND["frequency"]] == expected.tolist()
    assert list(scored) == ["frequency", "monetary_value", "expected_spend"]


@pytest.mark.parametrize("hole", [None, 0.0])  # S12
def test_spend_is_not_looked_at_where_nobody_came_back(
    frame: Build, columns_of: Read, hole: float | None
) -> None:
    spend = {**SPEND, "monetary_value": [22.35, hole, 11.77, 40.0]}
    scored = columns_of(CDNOW.with_expected_spend(frame(spend)))
    by_frequency = dict(zip(scored["frequency"], scored["expected_spend"], strict=True))
    assert by_frequency[0] == CDNOW.expected_spend_new_customer()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0.0, "column 'monetary_value': value of 0 or less in 1 of 4 rows"),  # S10
        (-3.0, "column 'monetary_value': value of 0 or less in 1 of 4 rows"),  # S11
        (float("inf"), "column 'monetary_value': infinite value in 1 of 4 rows"),
        (float("nan"), "column 'monetary_value': missing value in 1 of 4 rows"),
    ],
)
def test_repeat_spend_must_be_positive_to_fit(
    frame: Build, value: float, found: str
) -> None:
    spend = {**SPEND, "monetary_value": [22.35, 0.0, value, 40.0]}
    with pytest.raises(InvalidValueError, match=found):
        clv.fit_gamma_gamma(frame(spend))


def test_nonpositive_spend_is_left_out_on_request(cdnow: pd.DataFrame) -> None:
    free = pd.DataFrame({"frequency": [4, 1], "monetary_value": [0.0, -2.0]})
    both = pd.concat([cdnow, free])
    excluded = clv.fit_gamma_gamma(both, nonpositive="drop")
    assert excluded == clv.fit_gamma_gamma(cdnow)


def test_a_missing_amount_is_refused_even_where_zeros_are_left_out() -> None:
    spend = {**SPEND, "monetary_value": [22.35, 0.0, None, 40.0]}
    with pytest.raises(InvalidValueError, match="missing value"):
        clv.fit_gamma_gamma(pd.DataFrame(spend), nonpositive="drop")


def test_a_repeat_buyer_of_free_samples_can_be_scored() -> None:
    scored = CDNOW.expected_spend([1], [0.0])
    assert scored == pytest.approx([6.25 * 15.44 / (6.25 + 3.74 - 1)], rel=1e-12)


def test_free_samples_are_the_limit_of_small_amounts() -> None:
    # One rule for 0: each method gives what ever smaller amounts tend to.
    tiny = [1e-90, 1e-95]
    assert CDNOW.expected_spend([1], [0.0]) == pytest.approx(
        CDNOW.expected_spend([1], tiny[:1]), rel=1e-15
    )
    falling = CDNOW.log_likelihood([1, 1], tiny)
    assert falling[1] < falling[0] < -900  # p x > 1: the density falls to 0
    assert CDNOW.log_likelihood([1, 0], [0.0, 0.0]).tolist() == [-np.inf, 0.0]
    steep = clv.GammaGamma(p=0.25, q=3.74, v=15.44)
    rising = steep.log_likelihood([1, 1], tiny)
    assert rising[1] > rising[0] > 100  # p x < 1: the density grows without end
    assert steep.log_likelihood([1], [0.0]).tolist() == [np.inf]
    # p x = 1: the density at 0 is a number, by the same limit.
    flat = clv.GammaGamma(p=0.5, q=3.74, v=15.44)
    assert flat.log_likelihood([2], [0.0]) == pytest.approx(
        flat.log_likelihood([2], [1e-60]), rel=1e-12
    )


def test_negative_spend_is_not_scored(frame: Build) -> None:
    spend = {**SPEND, "monetary_value": [22.35, 0.0, -1.0, 40.0]}
    with pytest.raises(InvalidValueError, match="negative value in 1 of 4 rows"):
        CDNOW.with_expected_spend(frame(spend))


def test_nobody_came_back_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="got 0"):
        clv.fit_gamma_gamma(
            pd.DataFrame({"frequency": [0, 0], "monetary_value": [0.0, 0.0]})
        )


def test_an_infinite_mean_is_said_loudly() -> None:
    heavy = clv.GammaGamma(p=1.0, q=0.9, v=1.0)
    with pytest.raises(InvalidValueError, match="infinite value in 1 of 2 rows"):
        heavy.expected_spend([0, 3], [0.0, 5.0])
    assert heavy.expected_spend([3], [5.0]) == pytest.approx([16 / 2.9], rel=1e-14)


def test_a_fit_with_an_infinite_mean_warns() -> None:
    rng = np.random.default_rng(5)
    means = rng.gamma(10.0, size=400) / 5 / rng.gamma(0.6, size=400)
    customers = pd.DataFrame({"frequency": 5, "monetary_value": means})
    with pytest.warns(IdentifiabilityWarning, match="q = 0.*infinite"):
        fit = clv.fit_gamma_gamma(customers)
    assert fit.report is not None
    (note,) = fit.report.notes
    assert note == "the mean spend of the population is infinite: q is 1 or less"


def test_a_mean_that_is_finite_without_a_variance_is_fitted_in_silence() -> None:
    rng = np.random.default_rng(5)
    means = rng.gamma(10.0, size=400) / 5 / rng.gamma(1.6, size=400)
    customers = pd.DataFrame({"frequency": 5, "monetary_value": means})
    fit = clv.fit_gamma_gamma(customers)
    assert 1.2 < fit.q < 1.99
    assert fit.report is not None
    assert fit.report.notes == ()


@pytest.mark.parametrize("option", ["exclude", "keep", "", None])
def test_another_option_is_refused(option: Any) -> None:
    with pytest.raises(InvalidValueError, match="nonpositive"):
        clv.fit_gamma_gamma(pd.DataFrame(SPEND), nonpositive=option)


@given(p=positive, q=st.floats(min_value=1.01, max_value=50), v=positive, z=positive)
def test_expected_spend_lies_between_the_customer_and_the_population(
    p: float, q: float, v: float, z: float
) -> None:  # invariant 21
    model = clv.GammaGamma(p=p, q=q, v=v)
    population = model.expected_spend_new_customer()
    low, high = min(z, population), max(z, population)
    expected = model.expected_spend([1, 5, 1000], [z, z, z])
    assert np.all((expected >= low * (1 - 1e-12)) & (expected <= high * (1 + 1e-12)))
    far = model.expected_spend([1e12], [z])
    assert far == pytest.approx([z], rel=1e-6)


def test_the_currency_only_rescales(cdnow: pd.DataFrame) -> None:  # invariant 15
    dollars, cents = cdnow, cdnow.assign(monetary_value=cdnow["monetary_value"] * 100)
    first, second = clv.fit_gamma_gamma(dollars), clv.fit_gamma_gamma(cents)
    assert second.p == pytest.approx(first.p, rel=1e-7)
    assert second.q == pytest.approx(first.q, rel=1e-7)
    assert second.v == pytest.approx(first.v * 100, rel=1e-7)
    assert first.report is not None
    assert second.report is not None
    assert second.report.log_likelihood == pytest.approx(
        first.report.log_likelihood - 946 * np.log(100), rel=1e-10
    )


def test_log_likelihoods_add_up_to_the_report(cdnow: pd.DataFrame) -> None:
    model = clv.fit_gamma_gamma(cdnow)
    assert model.report is not None
    each = model.log_likelihood(cdnow["frequency"], cdnow["monetary_value"])
    assert each.sum() == pytest.approx(model.report.log_likelihood, rel=1e-12)
    assert np.all(each[cdnow["frequency"] == 0] == 0)


def test_a_model_comes_back_from_json_to_the_bit(cdnow: pd.DataFrame) -> None:
    import json

    model = clv.fit_gamma_gamma(cdnow)
    assert clv.GammaGamma.from_dict(json.loads(json.dumps(model.to_dict()))) == model


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "2", True])
def test_an_impossible_parameter_is_refused_by_name(value: Any) -> None:
    with pytest.raises((InvalidValueError, TypeError), match="'q'"):
        clv.GammaGamma(p=1.0, q=value, v=1.0)


@pytest.mark.parametrize(
    ("frequency", "amount", "said"),
    [
        ([2.5], [3.0], "'frequency': value that is not whole"),
        ([2, 1], [1e308, 3.0], "'monetary_value': value beyond 1e.75 in 1 of 2 rows"),
    ],
)
def test_spend_that_cannot_be_is_refused(
    frequency: list[float], amount: list[float], said: str
) -> None:
    with pytest.raises(InvalidValueError, match=said):
        CDNOW.expected_spend(frequency, amount)
    with pytest.raises(InvalidValueError, match=said):
        CDNOW.log_likelihood(frequency, amount)


@pytest.mark.parametrize("amount", [["a", "b"], [True, False], [b"1", b"2"]])
def test_amounts_that_are_no_numbers_are_refused(amount: Any) -> None:
    with pytest.raises(InvalidTypeError, match="'monetary_value'"):
        CDNOW.expected_spend([1, 0], amount)


@pytest.mark.parametrize("value", [1e-300, 1e300, 9e-101, 2e100])
def test_a_parameter_out_of_all_proportion_is_refused(value: float) -> None:
    with pytest.raises(InvalidValueError, match=r"'v'.*from 1e-100 to 1e.100"):
        clv.GammaGamma(p=1.0, q=2.0, v=value)
    with pytest.raises(InvalidValueError, match="'alpha'"):
        clv.BgNbd(r=1.0, alpha=value, a=1.0, b=1.0)


def test_a_repeat_amount_of_nothing_is_refused_with_the_way_out() -> None:
    rows = pd.DataFrame({"frequency": [0, 2, 3, 1], "monetary_value": [0, 0, 4.0, -1]})
    with pytest.raises(InvalidValueError, match=r"in 2 of 4.*nonpositive=.drop.\.$"):
        clv.fit_gamma_gamma(rows)
    hole = rows.assign(monetary_value=[0, np.nan, 4.0, 2.0])
    with pytest.raises(InvalidValueError, match=r"missing value.*spend model\.$"):
        clv.fit_gamma_gamma(hole)


def test_nobody_who_came_back_is_said_to_be_the_reason() -> None:  # S14
    rows = pd.DataFrame({"frequency": [0, 0], "monetary_value": [0.0, 0.0]})
    with pytest.raises(
        NotEnoughDataError, match=r"who came back .*'frequency'.* got 0"
    ):
        clv.fit_gamma_gamma(rows)


def test_a_frame_gets_the_log_likelihood_of_each_amount(
    frame: Build, columns_of: Read
) -> None:
    scored = columns_of(CDNOW.with_log_likelihood(frame(SPEND)))
    expected = CDNOW.log_likelihood(SPEND["frequency"], SPEND["monetary_value"])
    together = dict(zip(scored["frequency"], scored["log_likelihood"], strict=True))
    assert [together[x] for x in SPEND["frequency"]] == expected.tolist()


def test_a_notebook_shows_the_report_of_a_fit(cdnow: pd.DataFrame) -> None:
    model = clv.fit_gamma_gamma(cdnow)
    shown = model._repr_html_()
    assert shown.startswith("<p>GammaGamma(p=6.25, ")
    assert "<td>946 customers" not in shown
    assert "946 customers" in shown
    assert shown.count("<tr>") == 4


def test_amounts_too_small_for_logarithms_are_refused_and_zeros_may_be_dropped() -> (
    None
):
    spend = pd.DataFrame(
        {"frequency": [1, 2, 3, 4, 1], "monetary_value": [5.0, 9.0, 7.0, 12.0, 0.0]}
    )
    dropped = clv.fit_gamma_gamma(spend, penalty=1, nonpositive="drop")
    assert dropped == clv.fit_gamma_gamma(spend.head(4), penalty=1)
    spend.loc[4, "monetary_value"] = 1e-200
    with pytest.raises(InvalidValueError, match="value between 0 and"):
        clv.fit_gamma_gamma(spend, penalty=1, nonpositive="drop")


def test_expected_spend_is_an_expression_only_where_its_mean_is_finite() -> None:
    import narwhals.stable.v2 as nw

    from crmkit.clv.models.spend_expression import spend_expression

    for q, said in ((0.9, False), (1.0, False), (1.001, True), (4.0, True)):
        model = clv.GammaGamma(p=6.0, q=q, v=20.0)
        found = spend_expression(model, "frequency", nw.col("monetary_value"))
        assert (found is not None) == said


@pytest.mark.parametrize(("q", "infinite"), [(1.0, True), (1.0001, False)])
def test_the_mean_of_the_population_is_infinite_up_to_a_q_of_1(
    *, cdnow: pd.DataFrame, q: float, infinite: bool
) -> None:
    report = clv.fit_gamma_gamma(cdnow).report
    assert report is not None
    moved = replace(report, estimates=(report.estimates[0], q, report.estimates[2]))
    back = cdnow.loc[cdnow["frequency"] > 0, list(SPEND)].astype(float)
    spending = group([back[name].to_numpy() for name in SPEND])
    said = " ".join(_notes_of(moved, spending))
    assert ("infinite" in said) == infinite


def test_amounts_drawn_have_the_mean_and_scatter_of_their_customers() -> None:
    model = clv.GammaGamma(p=3.0, q=9.0, v=20.0)
    x, mean = np.array([0.0, 4.0]), np.array([0.0, 30.0])
    n = 40_000
    who = np.arange(2 * n) % 2
    # Own rates are gamma of shape p x + q and rate v + x m: one for each row.
    rows = np.tile(x, n), np.tile(mean, n)
    drawn = model.sample_amounts(
        *rows, customer=np.arange(2 * n), rng=np.random.default_rng(3)
    )
    for customer in (0, 1):
        shape = 3.0 * x[customer] + 9.0
        scale = 20.0 + x[customer] * mean[customer]
        expected = 3.0 * scale / (shape - 1)
        second = 3.0 * 4.0 * scale**2 / ((shape - 1) * (shape - 2))
        spread = np.sqrt(second - expected**2)
        amounts = drawn[who == customer]
        assert amounts.mean() == pytest.approx(expected, abs=4 * spread / n**0.5)
        assert amounts.std() == pytest.approx(spread, rel=0.05)
    # Two amounts of one customer share a rate: their correlation is that of rates.
    pairs = model.sample_amounts(
        *(column[:1].repeat(n) for column in (x, mean)),
        customer=np.repeat(np.arange(n), 2),
        rng=np.random.default_rng(4),
    ).reshape(n, 2)
    shared = 9.0 * (400.0 / (8 * 7) - (20.0 / 8) ** 2)
    assert np.cov(pairs.T)[0, 1] == pytest.approx(shared, rel=0.1)
