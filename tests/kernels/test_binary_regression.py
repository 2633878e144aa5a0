"""The hazard regression: derivatives, limits, and the life table it must return."""

import numpy as np
import pytest

from crmkit.kernels.base import binary_regression as br
from crmkit.kernels.base.newton import maximise
from crmkit.typing import FloatArray, Link

LINKS: tuple[Link, ...] = ("logit", "cloglog")


def _data(rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    X = np.column_stack([np.ones(300), rng.normal(size=(300, 2))])
    y = (rng.random(300) < 0.3).astype(float)
    return X, y, rng.random(300)


@pytest.mark.parametrize("link", LINKS)
def test_the_derivatives_agree_with_differences(
    link: Link, rng: np.random.Generator
) -> None:
    X, y, weight = _data(rng)
    at = np.array([-0.7, 0.4, -1.1])

    def sums(point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        return br.log_likelihood_sums(
            X, y, weight, offset=0.0, coefficients=point, link=link
        )

    _, gradient, hessian = sums(at)
    for i in range(3):
        step = np.eye(3)[i] * 1e-5
        up, down = sums(at + step), sums(at - step)
        assert gradient[i] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-6)
        np.testing.assert_allclose(hessian[i], (up[1] - down[1]) / 2e-5, rtol=1e-6)


@pytest.mark.parametrize("link", LINKS)
def test_the_value_is_the_bernoulli_likelihood(
    link: Link, rng: np.random.Generator
) -> None:
    X, y, weight = _data(rng)
    at = np.array([-0.7, 0.4, -1.1])
    value = br.log_likelihood_sums(
        X, y, weight, offset=0.0, coefficients=at, link=link
    )[0]
    h = br.hazard(X @ at, link=link)
    by_hand = weight @ np.log(np.where(y > 0, h, 1 - h))
    assert value == pytest.approx(by_hand, rel=1e-8)


@pytest.mark.parametrize("link", LINKS)
def test_levels_are_columns_of_zeros_and_ones(
    link: Link, rng: np.random.Generator
) -> None:
    X, y, weight = _data(rng)
    x, level = X[:, 1:], rng.integers(0, 4, 300)
    columns = np.hstack([level[:, None] == np.arange(5), x])  # nobody is on the last
    at = np.array([-0.7, 0.2, -1.4, 0.5, 0.3, 0.4, -1.1])
    value, gradient, hessian = br.level_sums(
        level, x, y, weight, coefficients=at, link=link
    )
    plain = br.log_likelihood_sums(
        columns, y, weight, offset=0.0, coefficients=at, link=link
    )
    assert value == pytest.approx(plain[0], rel=1e-13)
    np.testing.assert_allclose(gradient, plain[1], rtol=1e-11)
    np.testing.assert_allclose(hessian, plain[2], rtol=1e-11)
    cluster = rng.integers(0, 20, 300)
    each = br.level_scores(
        level, x, y, weight, coefficients=at, link=link, cluster=cluster
    )
    assert each.shape == (20, 7)
    for number in range(20):
        own = cluster == number
        alone = br.log_likelihood_sums(
            columns[own], y[own], weight[own], offset=0.0, coefficients=at, link=link
        )
        np.testing.assert_allclose(each[number], alone[1], rtol=1e-11, atol=1e-13)


def test_extreme_predictors_stay_finite() -> None:
    X = np.array([[-800.0], [800.0], [30.0], [-30.0]])
    for y in (np.zeros(4), np.ones(4)):
        for link in LINKS:
            _, gradient, hessian = br.log_likelihood_sums(
                X, y, np.ones(4), offset=0.0, coefficients=np.ones(1), link=link
            )
            assert not np.isnan(gradient).any()
            assert not np.isnan(hessian).any()


@pytest.mark.parametrize("link", LINKS)
def test_sklearn_or_the_closed_form_is_found(
    link: Link, rng: np.random.Generator
) -> None:
    X, y, _ = _data(rng)
    group = (X[:, 1] > 0).astype(float)
    design = np.column_stack([1 - group, group])

    def mean(point: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, gradient, hessian = br.log_likelihood_sums(
            design, y, np.ones(300), offset=0.0, coefficients=point, link=link
        )
        return value / 300, gradient / 300, hessian / 300

    top = maximise(mean, np.zeros(2), tolerance=1e-12, max_iterations=50)
    rates = [y[group == code].mean() for code in (0, 1)]
    np.testing.assert_allclose(br.hazard(top.parameters, link=link), rates, rtol=1e-9)
