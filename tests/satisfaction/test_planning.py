"""Sample size and power, both ways, and bounds for customers who did not answer."""

import math
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit import errors, satisfaction
from crmkit.satisfaction import Nps


@pytest.mark.parametrize(
    ("s", "ten", "five"),
    [
        (0.6, 136, 551),
        (0.7, 186, 750),
        (0.8, 243, 981),
        (0.9, 309, 1242),
        (1, 382, 1534),
    ],
)
def test_the_published_table_of_sample_sizes_is_reproduced(
    s: float, ten: int, five: int
) -> None:
    # Computed from n = s^2 z^2 / d^2 - 3 (Lewis and Sauro 2021).
    for margin, published in ((10, ten), (5, five)):
        assert (
            satisfaction.nps_sample_size(margin_of_error=margin, standard_deviation=s)
            == published
        )


@given(st.floats(1, 50), st.floats(0.2, 1), st.floats(0.5, 0.99))
def test_the_number_needed_reaches_the_margin_and_one_less_does_not(
    margin: float, s: float, level: float
) -> None:
    n = satisfaction.nps_sample_size(
        margin_of_error=margin, standard_deviation=s, level=level
    )
    reached = satisfaction.nps_margin_of_error(
        n_responses=n, standard_deviation=s, level=level
    )
    assert reached <= margin * (1 + 1e-9)
    if n > 1:
        less = satisfaction.nps_margin_of_error(
            n_responses=n - 1, standard_deviation=s, level=level
        )
        assert less > margin * (1 - 1e-9)


@given(st.floats(3, 50), st.floats(0.3, 1), st.floats(0.5, 0.95))
def test_power_and_sample_size_are_inverse(
    difference: float, s: float, power: float
) -> None:
    n = satisfaction.nps_sample_size(
        difference=difference, standard_deviation=s, power=power
    )
    got = satisfaction.nps_power(
        difference=difference, n_responses=n, standard_deviation=s
    )
    assert got >= power - 1e-9
    found = satisfaction.nps_minimum_detectable_effect(
        n_responses=n, standard_deviation=s, power=power
    )
    assert found <= difference * (1 + 1e-9)


def test_two_groups_need_more_than_twice_the_answers_of_one() -> None:
    one = satisfaction.nps_sample_size(margin_of_error=10)
    two = satisfaction.nps_sample_size(difference=10, power=0.5)
    assert two == pytest.approx(2 * (one + 3) - 3, abs=1.01)


def test_a_small_population_needs_fewer_answers() -> None:
    free = satisfaction.nps_sample_size(margin_of_error=5)
    few = satisfaction.nps_sample_size(margin_of_error=5, population_size=800)
    assert few < min(free, 800)


@pytest.mark.parametrize("s", [0, 1.2, -1, float("nan")])
def test_a_deviation_no_answer_can_have_is_refused(s: float) -> None:
    with pytest.raises(errors.InvalidValueError, match="'standard_deviation'"):
        satisfaction.nps_margin_of_error(n_responses=10, standard_deviation=s)


def test_silence_bounds_the_score() -> None:
    silence = Nps(promoters=50, passives=30, detractors=20).nonresponse_bounds(
        n_invited=400
    )
    assert silence.response_rate == 0.25
    assert (silence.lowest, silence.all_passive, silence.highest) == (-67.5, 7.5, 82.5)
    assert type(silence).from_dict(silence.to_dict()) == silence


def test_when_all_answer_nothing_is_left_open() -> None:
    survey = Nps(promoters=5, passives=3, detractors=2)
    silence = survey.nonresponse_bounds(n_invited=10)
    assert silence.lowest == silence.highest == survey.score


def test_more_answers_than_invitations_are_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="9 customers asked, 10 answers"):
        Nps(promoters=5, passives=3, detractors=2).nonresponse_bounds(n_invited=9)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"margin_of_error": 5, "difference": 5},
        {"difference": 5, "population_size": 9},
    ],
)
def test_a_sample_size_is_for_a_margin_or_for_a_difference(arguments: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="Pass a margin of error"):
        satisfaction.nps_sample_size(**arguments)


@pytest.mark.parametrize(("n", "s", "level"), [(1, 0.8, 0.95), (57, 0.3, 0.8)])
def test_margin_power_and_least_effect_are_those_of_three_answers_more(
    n: int, s: float, level: float
) -> None:
    z, asked = stats.norm.ppf((1 + level) / 2), {"standard_deviation": s}
    error = s * math.sqrt(2 / (n + 3))
    margin = satisfaction.nps_margin_of_error(n_responses=n, level=level, **asked)
    assert margin == pytest.approx(100 * s * z / math.sqrt(n + 3), rel=1e-12, abs=0)
    least = satisfaction.nps_minimum_detectable_effect(
        n_responses=n, level=level, power=0.7, **asked
    )
    expected = 100 * (z + stats.norm.ppf(0.7)) * error
    assert least == pytest.approx(expected, rel=1e-12, abs=0)
    power = satisfaction.nps_power(difference=9, n_responses=n, level=level, **asked)
    assert power == pytest.approx(stats.norm.cdf(0.09 / error - z), rel=1e-12, abs=0)


def test_one_answer_and_one_customer_are_enough_to_plan_with() -> None:
    for plan in (
        satisfaction.nps_margin_of_error,
        satisfaction.nps_minimum_detectable_effect,
        partial(satisfaction.nps_power, difference=5),
    ):
        with pytest.raises(errors.InvalidValueError, match="'n_responses'"):
            plan(n_responses=0)
    few = partial(satisfaction.nps_sample_size, margin_of_error=5)
    assert few(population_size=1) == 1
    with pytest.raises(errors.InvalidValueError, match="'population_size'"):
        few(population_size=0)
    # The interval adds three answers by itself, which is more than a wide one needs.
    assert satisfaction.nps_sample_size(margin_of_error=400) == 1


@pytest.mark.parametrize("population", [2, 90, 4_000])
def test_a_sample_of_a_population_is_corrected_for_its_size(population: int) -> None:
    free = 0.8**2 * stats.norm.ppf(0.975) ** 2 / 0.05**2 - 3
    found = satisfaction.nps_sample_size(
        margin_of_error=5, standard_deviation=0.8, population_size=population
    )
    assert found == math.ceil(free / (1 + free / population))


def test_of_no_customers_no_share_responded() -> None:
    nothing = satisfaction.MatchReport(
        n_responses=0, n_respondents=0, n_matched=0, n_unmatched=0,
        n_responses_unmatched=0, n_customers=0, n_silent=0,
    )  # fmt: skip
    assert nothing.response_rate == 0.0
