"""What a point of the score is worth, part by part."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import PartWorth, PointWorth, nps_point_worth


def _valued(n: int = 500) -> Any:
    import pandas as pd

    rng = np.random.default_rng(14)
    score = rng.integers(0, 11, n)
    before = rng.normal(100, 20, n) + 3 * score
    net = (score >= 9) * 1.0 - (score <= 6)
    return pd.DataFrame(
        {
            "score": score,
            "before": before,
            "clv2": 50 + 10 * net + before + rng.normal(0, 5, n),
            "clv3": 5 + 2 * net + rng.normal(0, 1, n),
            "clv5": 1 + 4 * net + rng.normal(0, 2, n),
        }
    )


PARTS = ["clv2", "clv3", "clv5"]


def test_the_parts_sum_to_the_whole() -> None:
    customers = _valued()
    point = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert sum(part.worth for part in point.parts) == pytest.approx(
        point.worth, rel=1e-10
    )
    assert point.worth == pytest.approx(0.16, abs=0.02)
    lower, upper = point.interval()
    assert lower < 0.16 < upper
    customers["total"] = customers[PARTS].sum(axis=1)
    alone = nps_point_worth(customers, part_cols=["total"], control_cols=["before"])
    assert (alone.worth, *alone.interval()) == pytest.approx(
        (point.worth, lower, upper), rel=1e-9
    )
    assert PointWorth.from_dict(json.loads(json.dumps(point.to_dict()))) == point
    assert point.of_base(n_customers=1000) == pytest.approx(1000 * point.worth)


def test_a_total_beside_its_parts_is_refused() -> None:
    customers = _valued()
    customers["clv"] = customers[PARTS].sum(axis=1)
    with pytest.raises(errors.InvalidValueError, match="column 'clv': the sum"):
        nps_point_worth(customers, part_cols=[*PARTS, "clv"])


def test_what_was_known_before_is_taken_out() -> None:
    customers = _valued()
    plain = nps_point_worth(customers, part_cols=PARTS)
    controlled = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert plain.worth > controlled.worth + 0.03


def test_another_currency_scales_the_worth() -> None:
    customers = _valued()
    cents = customers.assign(**{name: customers[name] * 100 for name in PARTS})
    first = nps_point_worth(customers, part_cols=PARTS)
    second = nps_point_worth(cents, part_cols=PARTS)
    assert second.worth == pytest.approx(100 * first.worth, rel=1e-10)


def test_answers_of_one_band_have_no_worth() -> None:
    customers = _valued().assign(score=10)
    with pytest.raises(errors.NotEnoughDataError, match="different bands"):
        nps_point_worth(customers, part_cols=PARTS)


@pytest.mark.parametrize("n_customers", [float("nan"), -1, 2.5, float("inf")])
def test_a_base_is_a_whole_number_of_customers(n_customers: Any) -> None:
    point = PointWorth(
        parts=(),
        worth=0.2,
        standard_error=0.1,
        degrees_of_freedom=8,
        n_customers=10,
        incomplete=0,
    )
    assert point.of_base(n_customers=1000) == 200
    with pytest.raises(errors.InvalidValueError, match="'n_customers'"):
        point.of_base(n_customers=n_customers)


def test_a_worth_has_students_interval_at_any_level() -> None:
    point = PartWorth(name="clv2", worth=0.2, standard_error=0.1, degrees_of_freedom=8)
    expected = stats.t.interval(0.9, 8, 0.2, 0.1)
    assert tuple(point.interval(level=0.9)) == pytest.approx(expected, rel=1e-12)


def test_a_control_that_is_the_same_for_all_is_refused() -> None:
    customers = _valued(50).assign(constant=3.0)
    with pytest.raises(errors.NotEnoughDataError, match="Use fewer controls"):
        nps_point_worth(customers, part_cols=["clv2"], control_cols=["constant"])


def test_parts_whose_difference_is_small_beside_them_are_not_a_total() -> None:
    customers = _valued()
    whole = customers["clv2"] + customers["clv3"]
    near = customers.assign(total=whole * (1 + 1e-3))
    nps_point_worth(near, part_cols=["clv2", "clv3", "total"])
    exact = customers.assign(total=whole)
    with pytest.raises(errors.InvalidValueError, match="'total'"):
        nps_point_worth(exact, part_cols=["clv2", "clv3", "total"])


def test_a_worth_is_the_slope_of_least_squares_with_robust_errors() -> None:
    customers = _valued(40)
    point = nps_point_worth(customers, part_cols=["clv2"], control_cols=["before"])
    net = (customers["score"] >= 9) * 1.0 - (customers["score"] <= 6)
    X = np.column_stack([np.ones(40), net, customers["before"]])
    slopes, *_ = np.linalg.lstsq(X, customers["clv2"].to_numpy(), rcond=None)
    assert point.worth == pytest.approx(slopes[1] / 100, rel=1e-9)
    assert (point.n_customers, point.degrees_of_freedom) == (40, 37)
    again = nps_point_worth(
        customers.assign(before=customers["before"] * 1e-4),
        part_cols=["clv2"],
        control_cols=["before"],
    )
    assert again.worth == pytest.approx(point.worth, rel=1e-9)
    assert again.standard_error == pytest.approx(point.standard_error, rel=1e-6)


def test_one_detractor_does_not_make_a_sure_worth() -> None:
    import pandas as pd

    value = np.random.default_rng(2).normal(50, 10, 61)
    customers = pd.DataFrame({"score": [2, *[8] * 60], "clv2": value})
    point = nps_point_worth(customers, part_cols=["clv2"])
    left = value[1:] - value[1:].mean()
    usual = (left @ left / 59 * (1 + 1 / 60)) ** 0.5
    assert point.standard_error == pytest.approx(usual / 100, rel=1e-9, abs=0)


@pytest.mark.parametrize("unit", [1e-150, 1e-12, 1e12])
def test_the_unit_of_what_was_known_before_does_not_matter(unit: float) -> None:
    customers = _valued(40)
    plain, other = (
        nps_point_worth(
            customers.assign(before=customers["before"] * each),
            part_cols=["clv2"],
            control_cols=["before"],
        )
        for each in (1.0, unit)
    )
    assert other.worth == pytest.approx(plain.worth, rel=1e-9, abs=0)
    assert other.standard_error == pytest.approx(plain.standard_error, rel=1e-6, abs=0)


def test_a_total_of_less_than_one_is_refused_beside_its_parts() -> None:
    customers = _valued()
    small = customers.assign(**{name: customers[name] * 1e-6 for name in PARTS})
    small["clv"] = small[PARTS].sum(axis=1)
    with pytest.raises(errors.InvalidValueError, match="column 'clv': the sum"):
        nps_point_worth(small, part_cols=[*PARTS, "clv"])
    nothing = customers.assign(clv2=0.0, clv3=0.0)
    found = nps_point_worth(nothing, part_cols=["clv2", "clv3"])
    assert found.worth == 0
