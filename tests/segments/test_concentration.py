"""Measures of concentration, in every library."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

PROFITS = [100.0, 50, 30, 20, 10, 5, 0, -5, -10, -40]


def test_gini_of_one_to_ten(frame: Make) -> None:
    found = segments.gini(frame({"clv": [float(v) for v in range(1, 11)]}))
    assert found.coefficient == pytest.approx(0.30, rel=1e-14)
    assert found.corrected == pytest.approx(1 / 3, rel=1e-14)
    assert (found.n_customers, found.total, found.n_negative) == (10, 55, 0)
    with pytest.raises(errors.NotEnoughDataError, match="Pass rng"):
        found.interval()


def test_a_remedy_names_only_arguments_that_there_are() -> None:
    import pandas as pd

    base = pd.DataFrame({"clv": [1.0, None]})
    for measure in (segments.gini, segments.pareto_curve, segments.fit_value_tiers):
        with pytest.raises(errors.InvalidValueError, match="missing value") as refused:
            measure(base)
        offered = "missing" in inspect.signature(measure).parameters
        assert ("missing=" in str(refused.value)) == offered


def test_gini_says_that_some_are_below_zero(frame: Make) -> None:
    found = segments.gini(frame({"clv": PROFITS}))
    assert found.n_negative == 3
    assert found.coefficient == pytest.approx(0.7111111111111111, rel=1e-14)


def test_gini_reads_whole_numbers_and_weights(frame: Make) -> None:
    counted = frame({"clv": [5, 1, 3], "n": [2, 3, 1]})
    repeated = frame({"clv": [5, 5, 1, 1, 1, 3]})
    assert segments.gini(counted, weight_col="n").coefficient == pytest.approx(
        segments.gini(repeated).coefficient, rel=1e-14
    )


def test_gini_of_nothing_is_refused(frame: Make) -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a value other than 0"):
        segments.gini(frame({"clv": [0.0, 0.0]}))


def test_the_corrected_gini_of_one_customer_is_unknown(frame: Make) -> None:
    assert segments.gini(frame({"clv": [3.0]})).corrected is None


def test_an_interval_comes_with_a_source_of_randomness(frame: Make) -> None:
    values = np.random.default_rng(3).lognormal(size=400).round(1).tolist()
    found = segments.gini(
        frame({"clv": values}), rng=np.random.default_rng(5), n_resamples=199
    )
    lower, upper = found.interval()
    assert found.interval(0.95) == found.interval()
    with pytest.raises(errors.NotEnoughDataError, match=r"one of level 0\.95"):
        found.interval(0.9)
    assert lower < found.coefficient < upper
    # The standard error of Gini of 400 lognormal(0, 1) values is about .017.
    assert 0.03 < upper - lower < 0.12


def test_the_interval_of_a_seed_is_the_same_in_every_library(frame: Make) -> None:
    values = np.random.default_rng(3).lognormal(size=50).round(1).tolist()
    found = segments.pareto_point(
        frame({"clv": values}),
        customer_share=0.2,
        rng=np.random.default_rng(5),
        n_resamples=49,
    )
    assert tuple(found.interval()) == pytest.approx(
        (0.46816185134758165, 0.757551071250623), rel=1e-9
    )


def test_a_resample_without_value_is_refused(frame: Make) -> None:
    base = frame({"clv": [1.0, 0.0, 0.0]})
    with pytest.raises(errors.NotEnoughDataError, match="too small for an interval"):
        segments.pareto_point(base, rng=np.random.default_rng(1))


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_the_top_share_of_eighty_twenty(frame: Make, share: float) -> None:
    base = frame({"clv": [5.0, 80, 5, 5, 5]})
    found = segments.pareto_point(base, customer_share=share)
    assert found.value_share == {0.0: 0.0, 0.2: 0.8, 1.0: 1.0}[share]


def test_a_tie_at_the_edge_counts_in_part(frame: Make) -> None:
    found = segments.pareto_point(frame({"clv": [10.0] * 4}), customer_share=0.3)
    assert found.value_share == pytest.approx(0.3, rel=1e-15)


def test_the_customers_for_a_share_hold_that_share(frame: Make) -> None:
    base = frame({"clv": [9.0, 7, 4, 4, 1, 0]})
    few = segments.pareto_point(base, value_share=0.7)
    top = segments.pareto_point(base, customer_share=few.customer_share)
    assert top.value_share == pytest.approx(0.7, rel=1e-14)


def test_the_pareto_point_adds_up_to_one(frame: Make) -> None:
    found = segments.pareto_point(frame({"clv": [80.0, 5, 5, 5, 5]}))
    assert (found.customer_share, found.value_share) == pytest.approx((0.2, 0.8))
    # Pareto 80/20: alpha = log 5 / log 4.
    assert found.pareto_alpha == pytest.approx(1.1609640474436813, rel=1e-12)


def test_no_pareto_law_passes_through_the_diagonal(frame: Make) -> None:
    assert segments.pareto_point(frame({"clv": [3.0, 3.0]})).pareto_alpha is None


@pytest.mark.parametrize("asked", [{}, {"customer_share": 0.2}, {"value_share": 0.8}])
def test_shares_of_a_loss_are_refused(frame: Make, asked: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidValueError, match=r"a total of -3\.0"):
        segments.pareto_point(frame({"clv": [2.0, -5.0]}), **asked)


def test_a_point_is_asked_for_by_one_share(frame: Make) -> None:
    with pytest.raises(errors.InvalidValueError, match="both of them"):
        segments.pareto_point(
            frame({"clv": [2.0]}), customer_share=0.2, value_share=0.8
        )


@pytest.mark.parametrize(
    ("share_of", "customers", "tier"), [("value", 1.7, 2), ("gains", 8 / 3, 3)]
)
def test_a_share_of_value_means_the_same_for_points_and_tiers(
    frame: Make, share_of: Any, customers: float, tier: int
) -> None:
    # 80% of the total of 80 is 64: 50 and 14 of 20. 80% of the gains of 100 is 80:
    # 50, 20 and 10 of 15. A tier takes whole customers.
    base = frame({"clv": [50.0, 20, 15, 10, 5, -20]})
    point = segments.pareto_point(base, value_share=0.8, share_of=share_of)
    assert point.customer_share * 6 == pytest.approx(customers, rel=1e-12)
    assert point.n_negative == 1
    tiers = segments.fit_value_tiers(base, shares=(0.8, 1.0), share_of=share_of)
    assert tiers.n_customers == (tier, 6 - tier)


def test_a_total_that_is_zero_but_for_rounding_has_no_shares(
    frame: Make, columns_of: Read
) -> None:
    base = frame({"clv": [0.1, 0.2, -0.3]})
    with pytest.raises(errors.InvalidValueError, match="a share has no meaning"):
        segments.pareto_point(base)
    whale = segments.whale_peak(base, value_col="clv", rng=np.random.default_rng(1))
    assert (whale.peak_share, whale.destroyed_share) == (None, None)
    with pytest.raises(errors.NotEnoughDataError, match="total is a loss"):
        whale.interval(of="destroyed_share")
    curve = columns_of(segments.whale_curve(base, value_col="clv", points=2))
    assert {str(share) for share in curve["profit_share"]} <= {"None", "nan", "<NA>"}


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_refused_by_name(frame: Make, hole: float | None) -> None:
    base = frame({"clv": [5.0, hole, 1.0]})
    with pytest.raises(
        errors.InvalidValueError, match="column 'clv': missing value in 1 of 3 rows"
    ):
        segments.gini(base)


def test_an_infinite_value_is_refused(frame: Make) -> None:
    with pytest.raises(errors.InvalidValueError, match="infinite value in 1 of 2 rows"):
        segments.gini(frame({"clv": [1.0, float("inf")]}))


def test_a_weight_of_zero_is_refused(frame: Make) -> None:
    base = frame({"clv": [1.0, 2.0], "n": [1, 0]})
    with pytest.raises(errors.InvalidValueError, match="column 'n': value of 0"):
        segments.gini(base, weight_col="n")


def test_values_whose_sum_overflows_are_refused(frame: Make) -> None:
    with pytest.raises(errors.InvalidValueError, match=r"value beyond 1e.75"):
        segments.gini(frame({"clv": [1e308, 1e308]}))


def test_an_empty_base_is_refused() -> None:
    import polars as pl

    base = pl.DataFrame({"clv": []}, schema={"clv": pl.Float64})
    with pytest.raises(errors.NotEnoughDataError, match="at least 1 row"):
        segments.gini(base)


def test_the_pareto_curve_has_a_row_per_per_cent(frame: Make, columns_of: Read) -> None:
    base = frame({"clv": [80.0, 5, 5, 5, 5]})
    curve = columns_of(segments.pareto_curve(base))
    assert len(curve["customer_share"]) == 101
    at_twenty = sorted(curve["customer_share"]).index(0.2)
    assert sorted(curve["value_share"])[at_twenty] == pytest.approx(0.8)


def test_the_pareto_curve_comes_back_as_it_went_in(frame: Make) -> None:
    base = frame({"clv": [80.0, 5, 5]})
    assert type(segments.pareto_curve(base)) is type(base)


def test_the_whale_curve_rises_and_falls(frame: Make, columns_of: Read) -> None:
    found = columns_of(segments.whale_curve(frame({"profit": PROFITS}), points=10))
    assert max(found["profit_share"]) == pytest.approx(1.34375, rel=1e-14)
    assert max(found["profit"]) == 215


def test_a_whale_without_profit_has_no_shares(frame: Make, columns_of: Read) -> None:
    found = columns_of(segments.whale_curve(frame({"profit": [2.0, -5.0]}), points=2))
    assert sorted(found["profit"]) == [-3, 0, 2]
    assert {str(share) for share in found["profit_share"]} <= {"None", "nan", "<NA>"}


def test_the_whale_peak(frame: Make) -> None:
    whale = segments.whale_peak(frame({"profit": PROFITS}))
    assert (whale.n_profitable, whale.peak, whale.total) == (6, 215, 160)
    assert whale.peak_share == pytest.approx(1.34375, rel=1e-15)
    assert whale.destroyed_share == pytest.approx(0.34375, rel=1e-15)


def test_a_whale_under_water_has_amounts_and_no_shares(frame: Make) -> None:
    whale = segments.whale_peak(frame({"profit": [2.0, -5.0]}))
    assert whale.destroyed == 5
    assert str(whale) == "1 of 2 customers bring 2, and 1 take 5 away again"
    assert whale.peak_share is None
    assert whale.destroyed_share is None
    # A total of 6e-17, which is the rounding of its parts, is no more than that.
    rounding = segments.whale_peak(frame({"profit": [0.1, 0.2, -0.3]}))
    assert 0 < rounding.total < 1e-16
    assert (rounding.peak_share, rounding.destroyed_share) == (None, None)


def test_a_share_of_value_beyond_all_of_it_has_no_pareto_tail() -> None:
    import pandas as pd

    base = pd.DataFrame({"clv": [90.0, 30.0, 0.0, -20.0]})
    point = segments.pareto_point(base, customer_share=0.5)
    assert point.value_share == pytest.approx(1.2, rel=1e-12, abs=0)
    assert point.pareto_alpha is None
