"""Contract models: published fits through the door, in every library."""

import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import (
    BetaDiscreteWeibull,
    ShiftedBetaGeometric,
    fit_beta_discrete_weibull,
    fit_beta_discrete_weibull_spells,
    fit_shifted_beta_geometric,
    fit_shifted_beta_geometric_spells,
)
from crmkit.errors import (
    IdentifiabilityWarning,
    InvalidValueError,
    NotEnoughDataError,
)

# Fader and Hardie (2007), table 1, per 1000.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]


def _cohorts(**curves: list[int]) -> dict[str, Any]:
    rows = [(n, t, c) for n, curve in curves.items() for t, c in enumerate(curve)]
    return {
        "cohort": [row[0] for row in rows],
        "renewals": [row[1] for row in rows],
        "customers": [row[2] for row in rows],
    }


def _spells(curve: list[int]) -> dict[str, Any]:
    lost = -np.diff(curve)
    last = len(curve) - 1
    return {
        "duration": [*range(1, last + 1), last],
        "event_observed": [True] * last + [False],
        "customers": [*lost.tolist(), curve[-1]],
    }


@pytest.mark.parametrize(
    ("curve", "published"),
    [(REGULAR, (0.7041, 1.1820, -1680.265)), (HIGH_END, (0.6681, 3.8061, -1611.158))],
)
def test_the_published_fit_from_cohorts_and_from_spells(
    curve: list[int],
    published: tuple[float, float, float],
    eager_frame: Any,
    frame: Any,
) -> None:
    cohorts = eager_frame(_cohorts(only=curve))
    fit = fit_shifted_beta_geometric(cohorts, time_unit="year")
    assert fit.report is not None
    assert (fit.a, fit.b) == pytest.approx(published[:2], abs=5e-5)
    assert fit.report.log_likelihood == pytest.approx(published[2], abs=5e-4)
    spells = frame(_spells(curve))
    other = fit_shifted_beta_geometric_spells(spells, weight_col="customers")
    assert (other.a, other.b) == pytest.approx((fit.a, fit.b), rel=1e-9)


def test_cohorts_of_unequal_length_are_one_likelihood(eager_frame: Any) -> None:
    table = _cohorts(old=REGULAR, young=REGULAR[:3])
    order = np.random.default_rng(4).permutation(len(table["cohort"]))
    shuffled = {name: [column[i] for i in order] for name, column in table.items()}
    fit = fit_shifted_beta_geometric(eager_frame(shuffled))
    both = {
        name: _spells(REGULAR)[name] + _spells(REGULAR[:3])[name]
        for name in _spells(REGULAR)
    }
    other = fit_shifted_beta_geometric_spells(eager_frame(both), weight_col="customers")
    assert (fit.a, fit.b) == pytest.approx((other.a, other.b), rel=1e-9)
    assert fit.report is not None
    assert fit.report.n_customers == 2000


def test_a_tenfold_base_has_the_same_fit_and_smaller_errors() -> None:
    import pandas as pd

    one = fit_shifted_beta_geometric(pd.DataFrame(_cohorts(x=REGULAR)))
    ten = fit_shifted_beta_geometric(
        pd.DataFrame(_cohorts(x=[10 * count for count in REGULAR]))
    )
    assert one.report is not None
    assert ten.report is not None
    assert (ten.a, ten.b) == pytest.approx((one.a, one.b), rel=1e-8)
    errors, tenth = one.report.standard_errors, ten.report.standard_errors
    assert errors is not None
    assert tenth is not None
    assert tenth["a"] == pytest.approx(errors["a"] / np.sqrt(10), rel=1e-6)


def test_the_weibull_nests_the_geometric_and_tells_what_it_gains() -> None:
    import pandas as pd

    cohorts = pd.DataFrame(_cohorts(x=HIGH_END))
    small = fit_shifted_beta_geometric(cohorts)
    large = fit_beta_discrete_weibull(cohorts)
    assert small.report is not None
    assert large.report is not None
    assert large.report.log_likelihood > small.report.log_likelihood
    same = BetaDiscreteWeibull(a=small.a, b=small.b, c=1.0)
    n = [0, 3, 9]
    np.testing.assert_allclose(
        same.discounted_residual_lifetime(n, discount_rate=0.1),
        small.discounted_residual_lifetime(n, discount_rate=0.1),
        rtol=1e-12,
    )
    np.testing.assert_allclose(same.survival(n), small.survival(n), rtol=1e-10)
    spells = pd.DataFrame(_spells(HIGH_END))
    other = fit_beta_discrete_weibull_spells(spells, weight_col="customers")
    assert other.c == pytest.approx(large.c, rel=1e-6)


def test_value_ahead_is_added_in_every_library(frame: Any, columns_of: Any) -> None:
    model = ShiftedBetaGeometric(a=3.80, b=15.20)
    customers = {"customer_id": [1, 2, 3], "tenure": [0, 1, 5], "margin": [1.0, 10, 2]}
    valued = model.with_residual_value(frame(customers), discount_rate=0.1)
    risky = columns_of(model.with_churn_risk(valued))
    by_id = dict(zip(risky["customer_id"], risky["residual_value"], strict=True))
    # Fader and Hardie (2010): 3.310, 3.451 and 3.963 payments.
    assert [by_id[1], by_id[2] / 10, by_id[3] / 2] == pytest.approx(
        [3.310, 3.451, 3.963], abs=6e-4
    )
    risk = dict(zip(risky["customer_id"], risky["churn_risk"], strict=True))
    assert risk[1] == pytest.approx(0.2, rel=1e-12)
    assert risk[3] == pytest.approx(3.8 / 24, rel=1e-12)


def test_a_finite_horizon_adds_up_to_the_endless_one() -> None:
    model = ShiftedBetaGeometric(a=0.7, b=1.2)
    far = model.discounted_residual_lifetime([2], discount_rate=0.1, horizon=4000)
    endless = model.discounted_residual_lifetime([2], discount_rate=0.1)
    np.testing.assert_allclose(far, endless, rtol=1e-12)
    three = model.discounted_residual_lifetime([2], discount_rate=0.0, horizon=3)
    np.testing.assert_allclose(three, model.survival([1, 2, 3], tenure=2).sum())


def test_a_projection_is_the_curve_with_intervals_that_cover() -> None:
    import pandas as pd

    truth = ShiftedBetaGeometric(a=1.1, b=3.0)
    rng = np.random.default_rng(11)
    theta = rng.beta(1.1, 3.0, (80, 2000))
    last = rng.geometric(theta)
    covered = 0
    for duration in last:
        spells = pd.DataFrame(
            {"duration": np.minimum(duration, 5), "event_observed": duration <= 5}
        )
        found = fit_shifted_beta_geometric_spells(spells).projection(horizon=8)
        at = truth.survival([8])[0]
        covered += found.survival_lower[7] <= at <= found.survival_upper[7]
    assert 70 <= covered <= 80
    fit = fit_shifted_beta_geometric(pd.DataFrame(_cohorts(x=REGULAR)))
    found = fit.projection(horizon=12)
    np.testing.assert_allclose(found.survival, fit.survival(range(1, 13)), rtol=1e-12)
    np.testing.assert_allclose(found.retention, fit.retention(range(1, 13)))
    assert type(found).from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_fit_survives_json_and_hash() -> None:
    import pandas as pd

    for fit in (
        fit_shifted_beta_geometric(pd.DataFrame(_cohorts(x=REGULAR))),
        fit_beta_discrete_weibull(pd.DataFrame(_cohorts(x=REGULAR))),
    ):
        again = type(fit).from_dict(json.loads(json.dumps(fit.to_dict())))
        assert again == fit
        assert hash(again) == hash(fit)


def test_customers_who_are_all_alike_are_reported_as_such() -> None:
    import pandas as pd

    alike = [10_000, 8_000, 6_400, 5_120, 4_096]
    with pytest.warns(IdentifiabilityWarning, match="hardly differ"):
        fit = fit_shifted_beta_geometric(pd.DataFrame(_cohorts(x=alike)))
    np.testing.assert_allclose(fit.retention([1, 2, 3]), 0.8, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"renewals": [0, 1, 3]}, r"cohort 'x': renewals \[0, 1, 3\]"),
        ({"customers": [10, 5, 6]}, "more customers after renewal 2"),
        ({"customers": [10, None, 6]}, "column 'customers': missing value"),
        ({"customers": [10, -5, -6]}, "column 'customers': negative value"),
    ],
)
def test_an_impossible_cohort_is_refused(
    change: dict[str, Any], match: str, eager_frame: Any
) -> None:
    table = {
        "cohort": ["x"] * 3,
        "renewals": [0, 1, 2],
        "customers": [10, 5, 4],
    } | change
    with pytest.raises(InvalidValueError, match=match):
        fit_shifted_beta_geometric(eager_frame(table))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"duration": [1.0, 2.5]}, "'duration': value that is not whole"),
        ({"duration": [0, 2]}, "'duration': event at renewal 0"),
        ({"event_observed": [1, 2]}, "'event_observed': value other than 0 or 1"),
        ({"event_observed": [1, None]}, "'event_observed': missing value"),
        ({"start": [1, 0]}, "'start': value at or after the end"),
    ],
)
def test_an_impossible_spell_is_refused(
    change: dict[str, Any], match: str, frame: Any
) -> None:
    table = {"duration": [1, 2], "event_observed": [1, 0], "start": [0, 0]} | change
    with pytest.raises(InvalidValueError, match=match):
        fit_shifted_beta_geometric_spells(frame(table), entry_col="start")


def test_nobody_lost_is_not_enough() -> None:
    import pandas as pd

    with pytest.raises(NotEnoughDataError, match="lost at a renewal, got 0 of 10"):
        fit_shifted_beta_geometric(pd.DataFrame(_cohorts(x=[10, 10])))
    model = ShiftedBetaGeometric(a=1, b=1)
    with pytest.raises(NotEnoughDataError, match="covariance"):
        model.projection(horizon=3)


def test_half_a_renewal_ahead_is_refused() -> None:
    model = ShiftedBetaGeometric(a=0.7, b=3.8)
    with pytest.raises(InvalidValueError, match="'horizon'"):
        model.discounted_residual_lifetime([1], discount_rate=0.1, horizon=2.5)


def test_a_spell_watched_in_two_parts_is_the_spell(frame: Any) -> None:
    whole = _spells(HIGH_END)
    parts: dict[str, Any] = {
        "start": [0] * 8 + [3] * 5,
        "duration": [min(t, 3) for t in whole["duration"]]
        + [t for t in whole["duration"] if t > 3],
        "event_observed": [
            lost and t <= 3
            for t, lost in zip(whole["duration"], whole["event_observed"], strict=True)
        ]
        + whole["event_observed"][3:],
        "customers": [*whole["customers"], *whole["customers"][3:]],
    }
    fit = fit_shifted_beta_geometric_spells(frame(whole), weight_col="customers")
    split = fit_shifted_beta_geometric_spells(
        frame(parts), weight_col="customers", entry_col="start"
    )
    assert (split.a, split.b) == pytest.approx((fit.a, fit.b), rel=1e-9)
