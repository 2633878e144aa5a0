"""Sample size and power, both ways, and those who did not answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors, satisfaction
from crmkit.satisfaction import NPS


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
            satisfaction.nps_answers_needed(margin=margin, standard_deviation=s)
            == published
        )


@given(st.floats(1, 50), st.floats(0.2, 1), st.floats(0.5, 0.99))
def test_the_number_needed_reaches_the_margin_and_one_less_does_not(
    margin: float, s: float, level: float
) -> None:
    n = satisfaction.nps_answers_needed(
        margin=margin, standard_deviation=s, level=level
    )
    reached = satisfaction.nps_margin(answers=n, standard_deviation=s, level=level)
    assert reached <= margin * (1 + 1e-9)
    if n > 1:
        less = satisfaction.nps_margin(answers=n - 1, standard_deviation=s, level=level)
        assert less > margin * (1 - 1e-9)


@given(st.floats(3, 50), st.floats(0.3, 1), st.floats(0.5, 0.95))
def test_power_and_sample_size_are_inverse(
    difference: float, s: float, power: float
) -> None:
    n = satisfaction.nps_answers_to_compare(
        difference=difference, standard_deviation=s, power=power
    )
    got = satisfaction.nps_power(difference=difference, answers=n, standard_deviation=s)
    assert got >= power - 1e-9
    found = satisfaction.nps_detectable_difference(
        answers=n, standard_deviation=s, power=power
    )
    assert found <= difference * (1 + 1e-9)


def test_two_groups_need_more_than_twice_the_answers_of_one() -> None:
    one = satisfaction.nps_answers_needed(margin=10)
    two = satisfaction.nps_answers_to_compare(difference=10, power=0.5)
    assert two == pytest.approx(2 * (one + 3) - 3, abs=1.01)


def test_a_small_population_needs_fewer_answers() -> None:
    free = satisfaction.nps_answers_needed(margin=5)
    few = satisfaction.nps_answers_needed(margin=5, population_size=800)
    assert few < min(free, 800)


@pytest.mark.parametrize("s", [0, 1.2, -1, float("nan")])
def test_a_deviation_no_answer_can_have_is_refused(s: float) -> None:
    with pytest.raises(errors.InvalidValueError, match="'standard_deviation'"):
        satisfaction.nps_margin(answers=10, standard_deviation=s)


def test_silence_bounds_the_score() -> None:
    silence = NPS(promoters=50, passives=30, detractors=20).response_bounds(invited=400)
    assert silence.response_rate == 0.25
    assert (silence.lowest, silence.all_passive, silence.highest) == (-67.5, 7.5, 82.5)
    assert type(silence).from_dict(silence.to_dict()) == silence


def test_when_all_answer_nothing_is_left_open() -> None:
    survey = NPS(promoters=5, passives=3, detractors=2)
    silence = survey.response_bounds(invited=10)
    assert silence.lowest == silence.highest == survey.score


def test_more_answers_than_invitations_are_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="9 invited, 10 answered"):
        NPS(promoters=5, passives=3, detractors=2).response_bounds(invited=9)
