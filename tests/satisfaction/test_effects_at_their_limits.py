"""Effects of drivers on both sides of what is significant, and at the means."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.satisfaction import (
    DriverWeight,
    DriverWeights,
    fit_driver_weights,
    importance_performance,
    link_to_outcomes,
    penalty_reward,
)
from crmkit.satisfaction.drivers.driver_weights import _with_uncertainty


def ratings(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    safe, smile = rng.integers(1, 6, (2, n)).astype(float)
    overall = 5 - 0.9 * (safe <= 2) + 0.6 * (smile >= 4) + rng.normal(0, 1 + safe / 5)
    return pd.DataFrame({"safe": safe, "smile": smile, "overall": overall})


def effects(rows: pd.DataFrame) -> tuple[Any, Any]:
    """Return the effects of low and high ratings, and their errors.

    An error is that of White, or the usual one where it is larger.
    """
    drivers = rows[["safe", "smile"]].to_numpy()
    X = np.column_stack([np.ones(len(rows)), drivers <= 2, drivers >= 4]).astype(float)
    y = rows["overall"].to_numpy()
    bread = np.linalg.inv(X.T @ X)
    b = bread @ X.T @ y
    left = y - X @ b
    n, k = X.shape
    meat = (X * left[:, None] ** 2).T @ X * n / (n - k)
    robust, usual = (
        np.diag(bread @ meat @ bread),
        np.diag(bread) * (left @ left / (n - k)),
    )
    return b[1:], np.sqrt(np.maximum(robust, usual))[1:]


def found_in(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    return penalty_reward(
        rows,
        driver_cols=["safe", "smile"],
        outcome_col="overall",
        scale=(1, 5),
        low_at_most=2,
        high_at_least=4,
        level=level,
    )


def test_penalties_are_those_of_a_regression_with_careful_errors() -> None:
    rows = ratings()
    b, errors = effects(rows)
    found = found_in(rows, 0.95)
    np.testing.assert_allclose(found[["penalty", "reward"]].to_numpy().T.ravel(), b)
    both = found[["penalty_error", "reward_error"]].to_numpy().T.ravel()
    np.testing.assert_allclose(both, errors, rtol=1e-9)


def test_few_low_ratings_seldom_make_a_penalty_of_chance() -> None:
    rng = np.random.default_rng(1)
    safe = np.repeat([1.0, 3, 5], [1, 60, 40])
    found = 0
    for _ in range(100):
        rows = pd.DataFrame({"safe": safe, "overall": rng.integers(1, 11, safe.size)})
        shown = penalty_reward(
            rows,
            driver_cols=["safe"],
            outcome_col="overall",
            scale=(1, 5),
            low_at_most=2,
            high_at_least=4,
        )
        row = shown.iloc[0]
        t = abs(row["penalty"]) / row["penalty_error"]
        found += bool(2 * stats.t.sf(t, safe.size - 3) < 0.05)
    assert found <= 12


def test_an_error_that_rounding_leaves_is_not_missing() -> None:
    answers = pd.DataFrame(
        {
            "safe": [1.0, 2, 1, 1, 5, 5, 3, 2, 5],
            "smile": [1.0, 1, 2, 2, 2, 2, 2, 4, 3],
            "overall": [1, 1, 1, 2, 3, 3, 3, 5, 4],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = found_in(answers, 0.95)
    assert found.notna().all(axis=None)


def test_a_penalty_counts_from_its_own_level_of_significance_on() -> None:
    rows = ratings()
    b, errors = effects(rows)
    p = 2 * stats.t.sf(np.abs(b / errors), len(rows) - 5)
    for at, kind in ((0, "must_be"), (3, "delighter")):
        driver = at % 2
        others = np.delete(p, at)[driver::2]
        for change in (1e-6, -1e-6):
            level = 1 - p[at] - change
            shown = found_in(rows, float(level)).iloc[driver]
            assert (shown["kind"] in {kind, "hybrid"}) == (change > 0)
            assert (shown["direction"] != "none") == (
                change > 0 or bool((others < 1 - level).any())
            )


def with_correlation(r: float, n: int = 12) -> pd.DataFrame:
    """Return answers of which a driver has exactly this correlation."""
    x = np.arange(n) - (n - 1) / 2
    e = x**2 - (x**2).mean()
    overall = r * x / np.sqrt(x @ x) + np.sqrt(1 - r**2) * e / np.sqrt(e @ e)
    return pd.DataFrame({"driver": np.arange(n) + 1.0, "overall": overall})


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("change", "clear"), [(1e-6, True), (-1e-6, False)])
def test_a_driver_has_a_direction_where_five_in_a_hundred_would(
    *, sign: int, change: float, clear: bool
) -> None:
    t = stats.t.ppf(0.975, 10)
    rows = with_correlation(sign * (t / np.sqrt(10 + t**2) + change))
    p = stats.pearsonr(rows["driver"], rows["overall"]).pvalue
    assert (p < 0.05) == clear
    found = importance_performance(
        rows, driver_cols=["driver"], outcome_col="overall", scale=(1, 12)
    ).iloc[0]
    expected = ("positive" if sign > 0 else "negative") if clear else "none"
    assert found["direction"] == expected
    # The only driver is at both means: as important and as good as any.
    assert found["quadrant"] == ("reversed" if expected == "negative" else "keep_up")
    assert found["performance"] == pytest.approx(50, rel=1e-12)
    assert found["gap"] == pytest.approx(0, abs=1e-12)


def test_the_gap_is_importance_against_performance_where_1_is_the_mean() -> None:
    rows = ratings()
    found = importance_performance(
        rows, driver_cols=["safe", "smile"], outcome_col="overall", scale=(1, 5)
    )
    good = found["performance"] / found["performance"].mean()
    weight = found["importance"] / found["importance"].mean()
    np.testing.assert_allclose(found["gap"], weight - good, rtol=1e-9)
    above = zip(weight >= 1, good >= 1, strict=True)
    names = {
        (True, True): "keep_up",
        (True, False): "concentrate_here",
        (False, True): "possible_overkill",
        (False, False): "low_priority",
    }
    plain = found["quadrant"].where(found["direction"] != "negative", "reversed")
    expected = [names[each] for each in above]
    reversed_ = found["direction"] == "negative"
    assert plain.tolist() == np.where(reversed_, "reversed", expected).tolist()


def weights(r_squared: float) -> DriverWeights:
    return DriverWeights(
        drivers=(
            DriverWeight(name="a", weight=0.75 * r_squared),
            DriverWeight(name="b", weight=0.25 * r_squared),
        ),
        method="shapley",
        model="linear",
        r_squared=r_squared,
        n_responses=9,
        incomplete=0,
    )


def test_drivers_of_nothing_are_equally_important() -> None:
    assert weights(1e-12).importance == {"a": 0.5, "b": 0.5}
    assert weights(0.0).importance == {"a": 0.5, "b": 0.5}
    assert weights(1.1e-12).importance == pytest.approx({"a": 0.75, "b": 0.25})


def test_resampled_weights_are_read_by_their_percentiles() -> None:
    rng = np.random.default_rng(4)
    draws = rng.uniform(0, 1, (201, 3)) + np.array([0.05, 0.02, 0.0])
    draws[:, 2] /= 30
    found = _with_uncertainty(weights(0.5), draws, 0.8)
    assert found.noise_floor == pytest.approx(np.quantile(draws[:, 2], 0.95))
    best = [(draws[:, 0] > draws[:, 1]).mean(), (draws[:, 1] > draws[:, 0]).mean()]
    for at, driver in enumerate(found.drivers):
        interval = driver.interval()
        ends = np.quantile(draws[:, at], [0.1, 0.9])
        assert tuple(interval) == pytest.approx(tuple(ends), rel=0.05)
        assert interval.level == 0.8
        assert driver.best_share == pytest.approx(best[at], rel=1e-12, abs=0)
        assert driver.above_noise == (interval.lower > (found.noise_floor or 0.0))


def test_noise_as_strong_as_a_driver_is_not_below_it() -> None:
    draws = np.tile([0.25, 0.125, 0.25], (9, 1))
    found = _with_uncertainty(weights(0.5), draws, 0.95)
    assert [driver.above_noise for driver in found.drivers] == [False, False]
    assert [driver.best_share for driver in found.drivers] == [1.0, 0.0]
    draws[:, 2] = 0.2
    found = _with_uncertainty(weights(0.5), draws, 0.95)
    assert [driver.above_noise for driver in found.drivers] == [True, False]


def test_a_source_of_randomness_is_checked_even_where_nothing_is_drawn() -> None:
    asked: dict[str, Any] = {"driver_cols": ["safe", "smile"], "outcome_col": "overall"}
    with pytest.raises(InvalidTypeError, match="'rng'"):
        fit_driver_weights(ratings(), rng=3, **asked)  # type: ignore[arg-type]
    # Before the answers are looked at.
    with pytest.raises(InvalidTypeError, match="'rng'"):
        fit_driver_weights(ratings().head(1), n_resamples=2, **asked)


def test_ranges_that_share_an_answer_overlap() -> None:
    rows = pd.DataFrame({"score": [0, 6, 7, 10.0] * 3, "repurchased": [0, 1] * 6})
    link = link_to_outcomes(rows, satisfied=(7, 10), others=(0, 6))
    assert (link.satisfied, link.others) == (6, 6)
    back = link_to_outcomes(rows, satisfied=(0, 6), others=(7, 10))
    assert (back.satisfied_events, back.other_events) == (3, 3)
    for satisfied, others in (((6, 10), (0, 6)), ((0, 7), (7, 10)), ((3, 4), (0, 9))):
        with pytest.raises(InvalidValueError, match="overlapping ranges"):
            link_to_outcomes(rows, satisfied=satisfied, others=others)
