import numpy as np

from crmkit.kernels.value.group_quantiles import group_quantiles


def test_quantiles_within_groups_are_numpys(rng: np.random.Generator) -> None:
    group = rng.integers(0, 7, 200)
    value = rng.normal(size=200)
    for quantile in (0.05, 0.5, 0.75, 0.99):
        found = group_quantiles(value, group, 7, quantile)
        expected = [np.quantile(value[group == g], quantile) for g in range(7)]
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_a_group_of_one_is_its_own_quantile() -> None:
    found = group_quantiles(np.array([3.0, 8.0]), np.array([0, 1]), 2, 0.4)
    assert found.tolist() == [3.0, 8.0]
