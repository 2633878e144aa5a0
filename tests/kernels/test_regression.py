"""Least squares and the logistic likelihood against independent computations."""

import numpy as np
import pytest
from scipy import optimize, stats

from crmkit.kernels.base import logistic_likelihood, regression
from crmkit.kernels.base.newton import maximise
from crmkit.kernels.survey import contingency
from crmkit.typing import FloatArray, IntArray


def _data() -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    y = X @ [1.0, 2.0, -1.0] + rng.normal(size=60)
    return X, y, rng.uniform(0.5, 2, 60), rng.integers(0, 12, 60)


def test_coefficients_solve_the_normal_equations() -> None:
    X, y, w, _ = _data()
    fit = regression.least_squares(X, y, w)
    W = np.diag(w)
    assert fit.coefficients == pytest.approx(
        np.linalg.solve(X.T @ W @ X, X.T @ W @ y), rel=1e-11
    )
    assert fit.bread == pytest.approx(np.linalg.inv(X.T @ W @ X), rel=1e-10)
    assert X.T @ (w * fit.residual) == pytest.approx(np.zeros(3), abs=1e-11)
    assert not fit.singular


def test_the_sandwich_is_the_written_out_one() -> None:
    X, y, w, cluster = _data()
    fit = regression.least_squares(X, y, w)
    meat = np.zeros((3, 3))
    for code in range(12):
        pull = (X[cluster == code] * (w * fit.residual)[cluster == code, None]).sum(0)
        meat += np.outer(pull, pull)
    expected = 12 / 11 * 59 / 57 * fit.bread @ meat @ fit.bread
    got = regression.clustered_covariance(X, w, cluster, fit)
    assert got == pytest.approx(expected, rel=1e-10)


def test_the_share_explained_is_that_of_the_weighted_variance() -> None:
    X, y, w, _ = _data()
    fit = regression.least_squares(X, y, w)
    spread = np.cov(y, aweights=w, ddof=0)
    left = np.average(fit.residual**2, weights=w)
    assert fit.r_squared == pytest.approx(float(1 - left / spread), rel=1e-12)


def test_nothing_is_explained_of_what_does_not_vary() -> None:
    X = np.column_stack([np.ones(3), [1.0, 2.0, 3.0]])
    fit = regression.least_squares(X, np.full(3, 4.0), np.ones(3))
    assert fit.r_squared == 0.0


@pytest.mark.parametrize(("apart", "singular"), [(3e-10, False), (0.3e-10, True)])
def test_a_column_is_dependent_from_a_share_of_1e_10_of_its_length(
    *, apart: float, singular: bool
) -> None:
    """Two columns of length 5, one of them turned by a small angle."""
    turned = [3.0 - 4.0 * apart, 4.0 + 3.0 * apart, 0.0]
    X = np.column_stack([[3.0, 4.0, 0.0], turned])
    fit = regression.least_squares(X, np.arange(3.0), np.ones(3))
    assert fit.singular is singular


def test_careful_errors_of_few_rows_are_the_larger_of_two() -> None:
    X, y, w, _ = _data()
    y = y + (w - w.mean()) * np.exp(np.abs(X[:, 2]) - np.abs(X[:, 1]))
    ones = np.ones(60)
    fit = regression.least_squares(X, y, ones)
    robust = np.diag(regression.clustered_covariance(X, ones, np.arange(60), fit))
    usual = np.diag(fit.bread) * (fit.residual @ fit.residual / 57)
    assert {*(robust > usual).tolist()} == {True, False}
    got = regression.careful_errors(X, ones, np.arange(60), fit)
    moved = (fit.bread @ X.T) ** 2
    rows = moved.sum(axis=1) ** 2 / np.sum(moved**2, axis=1)
    assert {*(rows < 30).tolist()} == {True, False}
    expected = np.where(rows < 30, np.maximum(robust, usual), robust)
    np.testing.assert_allclose(got**2, expected, rtol=1e-11, atol=0)


def test_the_covariance_of_rows_left_out_is_that_of_regressions_without_them() -> None:
    X, y, _, _ = _data()
    fit = regression.least_squares(X, y, np.ones(60))
    moved = []
    for row in range(60):
        kept = np.arange(60) != row
        other = regression.least_squares(X[kept], y[kept], np.ones(59))
        moved.append(other.coefficients - fit.coefficients)
    got = regression.left_out_covariance(X, fit)
    np.testing.assert_allclose(got, np.transpose(moved) @ moved, rtol=1e-9, atol=0)


def test_a_row_that_alone_tells_a_coefficient_has_the_variance_of_all() -> None:
    y = np.array([3.0, 1, 2, 4, 5])
    X = np.column_stack([np.ones(5), [1.0, 0, 0, 0, 0]])
    fit = regression.least_squares(X, y, np.ones(5))
    got = regression.left_out_covariance(X, fit)
    left = (y[1:] - 3) ** 2
    alone, others = left.sum() / 3, (left / (3 / 4) ** 2).sum() / 4**2
    np.testing.assert_allclose(got[1, 1], alone + others, rtol=1e-12, atol=0)


def test_a_dependent_column_is_noticed() -> None:
    X, y, w, _ = _data()
    doubled = np.column_stack([X, X[:, 1] + X[:, 2]])
    assert regression.least_squares(doubled, y, w).singular


def test_the_logistic_derivatives_agree_with_differences() -> None:
    X, y, w, _ = _data()
    ones = (y > 1).astype(float)
    at = np.array([0.3, -0.2, 0.5])
    _, gradient, hessian = logistic_likelihood.log_likelihood(at, X, ones, w)
    step = 1e-6
    for j in range(3):
        aside = step * np.eye(3)[j]
        high = logistic_likelihood.log_likelihood(at + aside, X, ones, w)
        low = logistic_likelihood.log_likelihood(at - aside, X, ones, w)
        assert gradient[j] == pytest.approx((high[0] - low[0]) / 2 / step, rel=1e-7)
        assert hessian[j] == pytest.approx((high[1] - low[1]) / 2 / step, rel=1e-7)


def test_the_logistic_optimum_is_that_of_another_optimiser() -> None:
    X, y, w, _ = _data()
    ones = (y > 1).astype(float)
    found = maximise(
        lambda b: logistic_likelihood.log_likelihood(b, X, ones, w),
        np.zeros(3),
        tolerance=1e-9,
        max_iterations=50,
    )

    def slope(b: FloatArray) -> FloatArray:
        return logistic_likelihood.log_likelihood(b, X, ones, w)[1]

    other = optimize.root(slope, np.zeros(3), method="hybr")
    assert found.converged
    assert found.parameters == pytest.approx(other.x, abs=1e-7)


def test_the_null_model_knows_only_the_share() -> None:
    y, w = np.array([1.0, 0.0, 0.25]), np.array([3.0, 1.0, 4.0])
    flat = logistic_likelihood.log_likelihood(np.zeros(1), np.ones((3, 1)), y, w)[0]
    assert logistic_likelihood.null_log_likelihood(y, w) == pytest.approx(
        flat, rel=1e-14
    )


def test_pearson_agrees_with_scipy_and_leaves_empty_columns_out() -> None:
    table = np.array([[20.0, 30, 50], [30, 35, 35]])
    statistic, degrees, smallest = contingency.pearson(table)
    other = stats.chi2_contingency(table, correction=False)
    assert statistic == pytest.approx(other.statistic, rel=1e-12)
    assert (degrees, smallest) == (2, 25)
    padded = np.insert(table, 1, 0, axis=1)
    assert contingency.pearson(padded)[0] == pytest.approx(statistic, rel=1e-12)


def test_the_exact_test_of_two_columns_is_fishers() -> None:
    table = np.array([[8.0, 2, 0], [1, 5, 0]])
    got = contingency.exact_two_rows(table)
    assert got == pytest.approx(stats.fisher_exact(table[:, :2]).pvalue, rel=1e-10)


def test_the_exact_test_enumerates_all_tables() -> None:
    # Margins (3, 3) x (2, 2, 2): C(2,a) C(2,b) C(2,c) / C(6,3); (2, 1, 0) weighs 2/20,
    # (1, 1, 1) weighs 8/20: six tables of 2/20 are no likelier than the first.
    got = contingency.exact_two_rows(np.array([[2.0, 1, 0], [0, 1, 2]]))
    assert got == pytest.approx(12 / 20, rel=1e-12)
    # The most likely table of all: no rounding makes more than 1 of it.
    assert contingency.exact_two_rows(np.array([[4.0, 2, 7], [5, 2, 7]])) == 1.0


def test_what_is_explained_has_no_unit() -> None:
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(20), rng.normal(size=20)])
    y, weight = X[:, 1] + rng.normal(size=20), rng.uniform(0.5, 2.0, 20)
    plain = regression.least_squares(X, y, weight)
    assert 0.1 < plain.r_squared < 0.9
    small = regression.least_squares(X, 2.0**-30 * y, 2.0**-30 * weight)
    assert small.r_squared == pytest.approx(plain.r_squared, rel=1e-12, abs=0)
    flat = regression.least_squares(X, np.zeros(20), weight)
    assert flat.r_squared == 0
