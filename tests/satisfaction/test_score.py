"""The net promoter score as a measure of a frame, and as a value."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors
from crmkit.satisfaction import BANDS, Bands, Nps, nps
from crmkit.satisfaction.promoter_score.nps import METHODS, IntervalMethod

Build = Callable[[dict[str, Any]], Any]

ANSWERS = [10, 9, 9, 8, 7, 6, 0, None]
COUNTS = st.tuples(*[st.integers(0, 40)] * 3).filter(lambda counts: sum(counts) > 0)


def test_each_share_is_its_count_over_all() -> None:
    survey = Nps(promoters=3, passives=2, detractors=5)
    assert survey.promoter_share == 0.3
    assert survey.passive_share == 0.2
    assert survey.detractor_share == 0.5


def test_every_library_gives_the_same_counts(frame: Build) -> None:
    survey = nps(frame({"score": ANSWERS}))
    assert survey == Nps(promoters=3, passives=2, detractors=2, missing=1)
    assert survey.score == pytest.approx(100 / 7, rel=1e-15)


def test_a_counted_table_gives_the_same_value(frame: Build) -> None:
    counted = {"score": [10, 8, 3, None], "answers": [50, 30, 20, 7]}
    survey = nps(frame(counted), count_col="answers")
    assert survey == Nps(promoters=50, passives=30, detractors=20, missing=7)


def test_the_published_standard_errors_are_reproduced() -> None:
    # R package Nps, its own tests: (1, 2, 3) has variance 5/9 and standard error .3043.
    survey = Nps(detractors=1, passives=2, promoters=3)
    assert survey.variance == pytest.approx(5 / 9, rel=1e-15)
    assert survey.standard_error == pytest.approx(30.43, abs=5e-3)
    # Its test data REC: 362, 176, 462 of 1000.
    survey = Nps(detractors=362, passives=176, promoters=462)
    assert (survey.score, survey.variance) == pytest.approx((10, 0.814), rel=1e-12)
    assert survey.standard_error == pytest.approx(2.853069, rel=1e-6)
    limits = tuple(survey.interval(method="wald"))
    assert limits == pytest.approx((4.408088, 15.591912), rel=1e-6)


def test_bands_wider_than_ten_points_are_counted_too() -> None:
    # R package NPS: answers 1 to 15 cut after 6 and 8; 7 promote, 6 detract.
    import pandas as pd

    wide = Bands(detractors=(1, 6), passives=(7, 8), promoters=(9, 15))
    survey = nps(pd.DataFrame({"score": range(1, 16)}), bands=wide)
    assert survey.score == pytest.approx(100 * (7 - 6) / 15, rel=1e-15)
    assert survey.variance == pytest.approx(
        float(Fraction(13, 15) - Fraction(1, 225)), rel=1e-14
    )


def test_answers_spread_evenly_have_the_known_score() -> None:
    import pandas as pd

    survey = nps(pd.DataFrame({"score": range(11)}))
    assert survey.score == pytest.approx(-45.45, abs=5e-3)
    assert survey.variance == pytest.approx(0.6116, abs=5e-5)


@pytest.mark.parametrize(
    ("bands", "score"), [("standard", -40.0), ("siebel", 0.0), ("five_point", None)]
)
def test_bands_are_chosen_by_name(bands: str, score: float | None) -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [10, 5, 5, 2, 8]})
    if score is None:
        with pytest.raises(errors.InvalidValueError, match="The scale is 1 to 5"):
            nps(answers, bands=bands)
        return
    assert nps(answers, bands=bands).score == score


def test_the_published_limits_come_out_in_points() -> None:
    survey = Nps(promoters=50, passives=30, detractors=20)
    exact = {
        "score": (13.95514, 44.33931),
        "adjusted_wald": (14.05, 44.20),
        "wald": (14.69, 45.31),
        "goodman": (10.88, 49.12),
        "bootstrap": (14.0, 45.0),
        "dirichlet": (14.02, 44.27),
    }
    for method in METHODS:
        got = tuple(survey.interval(method=method))
        assert got == pytest.approx(exact[method], abs=6e-3), method


@given(COUNTS, st.sampled_from(METHODS))
def test_a_score_stays_in_range_inside_its_interval_and_mirrors(
    counts: tuple[int, int, int], method: IntervalMethod
) -> None:
    P, M, D = counts
    survey = Nps(promoters=P, passives=M, detractors=D)
    mirror = Nps(promoters=D, passives=M, detractors=P)
    lower, upper = survey.interval(method=method)
    assert -100 <= lower <= upper <= 100
    assert mirror.score == -survey.score
    assert tuple(mirror.interval(method=method)) == pytest.approx(
        (-upper, -lower), abs=1e-7
    )
    if method in {"score", "wald", "goodman", "bootstrap"}:
        assert lower - 1e-9 <= survey.score <= upper + 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_a_hundred_times_the_answers_give_a_tenth_of_the_width(
    method: IntervalMethod,
) -> None:
    few = Nps(promoters=500, passives=300, detractors=200).interval(method=method)
    many = Nps(promoters=50_000, passives=30_000, detractors=20_000).interval(
        method=method
    )
    assert many.upper - many.lower == pytest.approx(
        (few.upper - few.lower) / 10, rel=0.02
    )


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_missing_answers_are_counted_not_used(frame: Build, hole: float | None) -> None:
    survey = nps(frame({"score": [10.0, hole, 9.0, hole, 3.0]}))
    assert (survey.n_responses, survey.missing) == (3, 2)


def test_an_answer_between_two_bands_is_refused_by_name(frame: Build) -> None:
    # A score of 8.5 once fell into no band at all and diluted a product's Nps.
    with pytest.raises(
        errors.InvalidValueError,
        match=r"column 'score': fractional answer in 2 of 4 rows .*value 6\.5",
    ):
        nps(frame({"score": [6.5, 8.5, 9.0, 10.0]}))


@pytest.mark.parametrize(("fractions", "promoters"), [("down", 1), ("nearest", 2)])
def test_a_fraction_counts_as_the_rule_says(
    frame: Build, fractions: Any, promoters: int
) -> None:
    survey = nps(frame({"score": [8.5, 6.4, 9.9]}), fractions=fractions)
    assert survey.promoters == promoters
    assert survey.n_responses == 3


@pytest.mark.parametrize("wrong", [11.0, -1.0, float("inf")])
def test_an_answer_off_the_scale_is_refused_or_left_out(
    frame: Build, wrong: float
) -> None:
    answers = {"score": [10.0, wrong, 3.0]}
    with pytest.raises(
        errors.InvalidValueError, match=r"out-of-scale answer in 1 of 3 rows .*0 to 10"
    ):
        nps(frame(answers))
    survey = nps(frame(answers), out_of_range="drop")
    assert survey == Nps(promoters=1, passives=0, detractors=1, dropped=1)


def test_a_survey_without_answers_is_refused(frame: Build) -> None:
    with pytest.raises(errors.NotEnoughDataError, match=r"0 \(2 missing"):
        nps(frame({"score": np.array([np.nan, np.nan])}))


def test_text_answers_are_refused(frame: Build) -> None:
    with pytest.raises(errors.InvalidTypeError, match="'score': expected numbers"):
        nps(frame({"score": ["9", "10"]}))


def test_a_wrong_column_is_named(frame: Build) -> None:
    with pytest.raises(errors.MissingColumnError, match="'score'"):
        nps(frame({"nps": [9, 10]}))


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_a_level_outside_zero_to_one_is_refused(level: float) -> None:
    with pytest.raises(errors.InvalidValueError, match="'level'"):
        Nps(promoters=1, passives=0, detractors=0).interval(level=level)


def test_a_method_that_does_not_exist_is_refused() -> None:
    unknown: Any = "bayes"
    with pytest.raises(errors.InvalidValueError, match="no such option 'bayes'"):
        Nps(promoters=1, passives=0, detractors=0).interval(method=unknown)


def test_a_score_knows_its_bands_and_only_meets_its_like() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [10, 5, 3]})
    siebel = nps(answers, bands="siebel")
    assert siebel.bands == BANDS["siebel"]
    with pytest.raises(errors.InvalidValueError, match="other bands"):
        siebel.minus(nps(answers))


def test_a_value_travels_as_json() -> None:
    survey = Nps(
        promoters=3, passives=2, detractors=1, missing=4, bands=BANDS["siebel"]
    )
    document = json.loads(json.dumps(survey.to_dict()))
    assert Nps.from_dict(document) == survey
    assert hash(survey) == hash(Nps.from_dict(document))


def test_fractional_counts_are_refused(frame: Build) -> None:
    counted = {"score": [10, 3], "answers": [1.5, 2.0]}
    with pytest.raises(errors.InvalidValueError, match="weighted_nps"):
        nps(frame(counted), count_col="answers")


def test_the_frame_is_left_as_it_was() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [10, None, 11.5]}, index=[7, 7, 9])
    before = answers.copy(deep=True)
    with pytest.raises(errors.InvalidValueError):
        nps(answers)
    nps(answers, out_of_range="drop")
    pd.testing.assert_frame_equal(answers, before)


def test_eight_threads_agree_with_one() -> None:
    import polars as pl

    answers = pl.DataFrame({"score": list(range(11)) * 50})
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(nps, [answers] * 16))
    assert set(together) == {nps(answers)}


@pytest.mark.parametrize("name", list(BANDS))
def test_every_answer_of_a_named_scale_has_one_band(name: str) -> None:
    bands = BANDS[name]
    low, high = bands.scale
    covered = [
        answer
        for first, last in (bands.detractors, bands.passives, bands.promoters)
        for answer in range(first, last + 1)
    ]
    assert covered == list(range(low, high + 1))


@pytest.mark.parametrize(
    "ranges",
    [
        {"detractors": (0, 6), "passives": (8, 8), "promoters": (9, 10)},
        {"detractors": (0, 6), "passives": (6, 8), "promoters": (9, 10)},
        {"detractors": (0, 6), "passives": (7, 8), "promoters": (10, 10)},
        {"detractors": (6, 0), "passives": (7, 8), "promoters": (9, 10)},
    ],
)
def test_bands_with_a_gap_or_an_overlap_are_refused(ranges: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match=r"Start it at|empty range"):
        Bands(**ranges)


@pytest.mark.parametrize("bands", ["Standard", 5, None])
def test_bands_that_do_not_exist_are_refused(bands: Any) -> None:
    import pandas as pd

    with pytest.raises(errors.CrmkitError, match="argument 'bands'"):
        nps(pd.DataFrame({"score": [10]}), bands=bands)


@pytest.mark.parametrize(
    ("bands", "first", "counted"),
    [
        ("standard", 0, (7, 2, 2)),
        ("siebel", 0, (5, 4, 2)),
        ("five_point", 1, (3, 1, 1)),
        ("five_point_net", 1, (2, 1, 2)),
        ("seven_point", 1, (4, 1, 2)),
    ],
)
def test_each_answer_of_a_scale_is_in_its_band(
    bands: Any, first: int, counted: tuple[int, int, int]
) -> None:
    import pandas as pd

    scale = pd.DataFrame({"score": np.arange(first, first + sum(counted))})
    found = nps(scale, bands=bands)
    assert (found.detractors, found.passives, found.promoters) == counted
    for beyond in (first - 1, first + sum(counted)):
        with pytest.raises(errors.InvalidValueError):
            nps(pd.DataFrame({"score": [beyond]}), bands=bands)


def test_a_single_answer_has_a_score_and_none_has_none() -> None:
    assert Nps(promoters=1, passives=0, detractors=0).score == 100
    with pytest.raises(errors.NotEnoughDataError, match="got 0"):
        Nps(promoters=0, passives=0, detractors=0)
