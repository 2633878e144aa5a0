"""Every value has its interval, and every question without an answer is refused."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import errors, satisfaction
from crmkit.errors import InvalidValueError
from crmkit.satisfaction import Bands, Nps


def _frame(**columns: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def test_shares_sum_to_one() -> None:
    survey = Nps(promoters=3, passives=2, detractors=1)
    shares = (survey.promoter_share, survey.passive_share, survey.detractor_share)
    assert shares == pytest.approx((3 / 6, 2 / 6, 1 / 6), rel=1e-15)
    assert 100 * (shares[0] - shares[2]) == pytest.approx(survey.score, rel=1e-14)


def test_a_weighted_score_has_students_interval_cut_to_its_range() -> None:
    answers = _frame(score=[10, 9, 8, 3, 9, 10])
    survey = satisfaction.weighted_nps(answers)
    half = stats.t.ppf(0.95, 5) * survey.standard_error
    assert tuple(survey.interval(level=0.9)) == pytest.approx(
        (survey.score - half, min(100, survey.score + half)), rel=1e-12
    )


def test_one_customer_is_no_survey() -> None:
    answers = _frame(score=[10, 9], customer_id=["a", "a"])
    with pytest.raises(errors.NotEnoughDataError, match="2 customers"):
        satisfaction.weighted_nps(answers, customer_id_col="customer_id")


def test_a_trend_has_students_interval_and_a_flat_one_no_p_value() -> None:
    days = np.arange("2024-01-01", "2024-01-07", dtype="datetime64[D]")
    rising = satisfaction.nps_trend(
        _frame(date=days.astype("datetime64[us]"), score=[3, 8, 3, 9, 8, 10]),
        time_unit="day",
    )
    half = stats.t.ppf(0.975, 5) * rising.standard_error
    assert tuple(rising.interval()) == pytest.approx(
        (rising.slope - half, rising.slope + half), rel=1e-12
    )
    flat = satisfaction.nps_trend(
        _frame(date=days.astype("datetime64[us]"), score=[8] * 6), time_unit="day"
    )
    assert (flat.slope, flat.p_value) == (0, None)


def test_a_mean_difference_has_students_interval() -> None:
    met = satisfaction.disconfirmation(
        _frame(expectation=[5, 6, 7, 4], performance=[6, 6, 9, 3])
    )
    change = [1, 0, 2, -1]
    expected = stats.t.interval(0.95, 3, np.mean(change), stats.sem(change))
    assert met.n_customers == 4
    assert tuple(met.interval()) == pytest.approx(expected, rel=1e-10)
    alone = satisfaction.disconfirmation(_frame(expectation=[5], performance=[6]))
    with pytest.raises(errors.NotEnoughDataError, match="2 customers"):
        alone.interval()


def test_an_index_has_students_interval() -> None:
    answers = _frame(a=[3, 5, 9, 8], b=[4, 5, 8, 8])
    index = satisfaction.fit_satisfaction_index(answers, item_cols=["a", "b"])
    each = 100 * (np.array([3.5, 5, 8.5, 8]) - 1) / 9
    expected = stats.t.interval(0.9, 3, each.mean(), stats.sem(each))
    assert tuple(index.interval(level=0.9)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scale", [(5, 1), (1, 1), (1, float("inf"))])
def test_a_scale_without_a_length_is_refused(scale: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="'scale'"):
        satisfaction.fit_satisfaction_index(
            _frame(a=[3, 5]), item_cols=["a"], scale=scale
        )


def test_too_few_complete_rows_are_counted() -> None:
    answers = _frame(a=[3.0, None], b=[None, 5.0])
    with pytest.raises(errors.NotEnoughDataError, match=r"2 rows .*got 0"):
        satisfaction.fit_satisfaction_index(answers, item_cols=["a", "b"])


def test_items_that_cannot_have_a_common_component_are_named() -> None:
    answers = _frame(a=[3, 5, 7], b=[5, 5, 5])
    with pytest.raises(errors.InvalidValueError, match="column 'b': all answers equal"):
        satisfaction.fit_satisfaction_index(
            answers, item_cols=["a", "b"], weights="first_component"
        )


def test_an_infinite_outcome_is_refused() -> None:
    answers = _frame(a=[3.0, 5, 7, 1], y=[1.0, 2, float("inf"), 3])
    with pytest.raises(errors.InvalidValueError, match="column 'y': infinite value"):
        satisfaction.fit_driver_weights(answers, driver_cols=["a"], outcome_col="y")


def test_drivers_that_explain_nothing_share_alike() -> None:
    answers = _frame(a=[1, 1, 2, 2], b=[1, 2, 1, 2], y=[1, 2, 2, 1])
    weights = satisfaction.fit_driver_weights(
        answers, driver_cols=["a", "b"], outcome_col="y"
    )
    assert weights.r_squared == pytest.approx(0, abs=1e-15)
    with pytest.raises(errors.NotEnoughDataError, match="R-squared of 0"):
        satisfaction.importance_performance(
            answers, driver_cols=["a"], outcome_col="y", scale=(1, 2)
        )


def test_a_driver_that_others_determine_is_refused_where_it_must_be() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(1, 8, size=(2, 60))
    stays = ((a + rng.normal(0, 3, 60)) > 4).astype(int)
    answers = _frame(
        a=a, b=b, both=a + b, overall=a + rng.normal(0, 1, 60), stays=stays
    )
    columns = ["a", "b", "both"]
    with pytest.raises(errors.NotEnoughDataError, match="not combinations"):
        satisfaction.fit_driver_weights(
            answers, driver_cols=columns, outcome_col="overall", method="pratt"
        )
    with pytest.raises(errors.NotEnoughDataError, match="not combinations"):
        satisfaction.fit_driver_weights(
            answers,
            driver_cols=columns,
            outcome_col="stays",
            method="johnson",
            model="logistic",
        )
    shared = satisfaction.fit_driver_weights(
        answers, driver_cols=columns, outcome_col="overall"
    )
    assert all(driver.weight >= 0 for driver in shared.drivers)


def test_switches_that_follow_from_each_other_are_refused() -> None:
    answers = _frame(a=[1, 5, 1, 5, 5, 1], y=[1, 2, 2, 1, 3, 3])
    with pytest.raises(errors.NotEnoughDataError, match="low, middle and high"):
        satisfaction.penalty_reward(
            answers,
            driver_cols=["a"],
            outcome_col="y",
            scale=(1, 5),
            low_at_most=2,
            high_at_least=4,
        )


def test_a_feature_everybody_rejects_has_no_category() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="not swapped"):
        satisfaction.Kano(reverse=10)


def test_no_one_in_a_range_is_refused() -> None:
    after = _frame(score=[5, 5], repurchased=[1, 0])
    with pytest.raises(errors.NotEnoughDataError, match="got 2 and 0"):
        satisfaction.link_to_outcomes(after, satisfied=(5, 5), others=(4, 4))


def test_groups_of_one_band_need_the_added_answers() -> None:
    answers = _frame(plan=["a", "a", "b", "b"], score=[10, 10, 3, 3])
    with pytest.raises(errors.NotEnoughDataError, match="adjusted_wald"):
        satisfaction.nps_comparison(answers, by="plan", method="wald")
    same = satisfaction.nps_comparison(answers.assign(score=10), by="plan")
    assert (same.p_value, same.distribution_p_value) == (1, 1)


def test_raking_without_margins_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="'margins': no column"):
        satisfaction.with_raked_weight(_frame(plan=["a"]), margins={})


def test_an_answer_off_the_scale_names_the_argument_that_sets_it() -> None:
    answers = _frame(score=[9, 4, 3])
    with pytest.raises(errors.InvalidValueError) as refused:
        satisfaction.csat(answers)
    assert "scale=(low, high)" in str(refused.value)


def test_answers_of_a_band_are_a_million_below_zero_at_most() -> None:
    least = -(10**6)
    wide = Bands(detractors=(least, least), passives=(least + 1, 8), promoters=(9, 10))
    assert wide.scale == (least, 10)
    for band in ((least - 1, 0), (0, least - 1)):
        with pytest.raises(InvalidValueError, match="number of -1000000 or more"):
            Bands(detractors=band, passives=(1, 8), promoters=(9, 10))
