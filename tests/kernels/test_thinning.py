"""A sample of sorted cells keeps their weight and resembles them."""

import numpy as np

from crmkit.kernels.base.cells import Cells, group
from crmkit.kernels.purchases.starting_sample import thinned


def _cells() -> Cells:
    rng = np.random.default_rng(11)
    counts = rng.poisson(2.0, 50_000).astype(float)
    return group((counts, rng.integers(0, 300, 50_000) / 7))


def test_the_weight_stays_and_no_cell_is_new() -> None:
    cells = _cells()
    few = thinned(cells, 200)
    assert few.size <= 200
    np.testing.assert_allclose(few.weights.sum(), 50_000.0, rtol=1e-12)
    whole = set(zip(*(column.tolist() for column in cells.columns), strict=True))
    assert whole.issuperset(
        zip(*(column.tolist() for column in few.columns), strict=True)
    )


def test_means_are_ten_times_nearer_than_those_of_a_random_sample() -> None:
    cells = _cells()
    few = thinned(cells, 200)
    for before, after in zip(cells.columns, few.columns, strict=True):
        mean = np.average(before, weights=cells.weights)
        spread = np.sqrt(np.average((before - mean) ** 2, weights=cells.weights))
        error = abs(np.average(after, weights=few.weights) - mean)
        assert error < 0.1 * spread / np.sqrt(200)


def test_a_heavy_cell_is_kept_with_its_share() -> None:
    cells = Cells(
        columns=(np.arange(5.0),), weights=np.array([1.0, 900.0, 50.0, 49.0, 0.0])
    )
    few = thinned(cells, 20)
    assert few.columns[0].tolist() == [1.0, 2.0, 3.0]
    assert few.weights.tolist() == [900.0, 50.0, 50.0]


def test_a_first_cell_of_many_customers_stays() -> None:
    cells = Cells(
        columns=(np.arange(5.0),), weights=np.array([5.0, 1.0, 1.0, 1.0, 1.0])
    )
    # Every third of nine customers, from the middle of each stretch: two of the first.
    found = thinned(cells, 3)
    assert found.columns[0].tolist() == [0.0, 3.0]
    assert found.weights.tolist() == [6.0, 3.0]
