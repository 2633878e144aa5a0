"""Relative weights of drivers of a binary outcome, against a plain computation."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import linalg, optimize, special

from crmkit.satisfaction.drivers.logistic_driver_weights import johnson_logistic


def test_parts_are_squares_of_loadings_and_of_orthogonal_coefficients() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(400, 3)) @ np.array([[1, 0.6, 0.2], [0, 1, 0.5], [0, 0, 1]])
    y = (rng.random(400) < special.expit(X @ [0.9, -0.5, 0.2] - 0.3)).astype(float)
    w = rng.integers(1, 4, 400).astype(float)

    centred = X - np.average(X, axis=0, weights=w)
    Z = centred / np.sqrt(np.average(centred**2, axis=0, weights=w))
    root = np.real(linalg.sqrtm(Z.T @ (w[:, None] * Z) / w.sum()))
    design = np.column_stack([np.ones(400), Z @ np.linalg.inv(root)])

    def loss(b: np.ndarray) -> float:
        odds = design @ b
        return float(w @ (np.logaddexp(0.0, odds) - y * odds))

    def slope(b: np.ndarray) -> np.ndarray:
        return np.asarray(design.T @ (w * (special.expit(design @ b) - y)))

    best = optimize.minimize(loss, np.zeros(4), jac=slope, options={"gtol": 1e-9})
    share = w @ y / w.sum()
    null = -w.sum() * (special.entr(share) + special.entr(1 - share))
    parts = root**2 @ best.x[1:] ** 2
    expected = parts / parts.sum() * (1 + best.fun / null)

    found = johnson_logistic(np.column_stack([X, y]), w, [1, 1, 1])
    assert_allclose(found, expected, rtol=1e-6, atol=0)
    pairs = johnson_logistic(np.column_stack([X, y]), w, [1, 2])
    assert_allclose(pairs, [expected[0], expected[1:].sum()], rtol=1e-6, atol=0)
