"""Sample size and power, both ways, and bounds for customers who did not answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
