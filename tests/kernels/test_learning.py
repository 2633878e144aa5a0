import numpy as np
import pytest

from crmkit.kernels.value.rate_by_tenure import learning_path, mean_ahead, turns


def test_rows_of_a_customer_are_numbered_from_zero() -> None:
    assert turns(np.array([0, 0, 2, 5, 5, 5])).tolist() == [0, 1, 0, 0, 1, 2]


def test_the_path_is_that_of_those_who_took_it() -> None:
    # 100 loyal customers start at 8 and halve; 1,000 others buy once, at 1.
    loyal = np.tile([8.0, 4.0, 2.0], 100)
    customer = np.concatenate([np.repeat(np.arange(100), 3), np.arange(100, 1100)])
    turn = np.concatenate([np.tile([0, 1, 2], 100), np.zeros(1000, dtype=np.int64)])
    amount = np.concatenate([loyal, np.ones(1000)])
    path = learning_path(customer, turn, amount, np.ones(1300))
    np.testing.assert_allclose(path, 0.5 ** np.arange(3), rtol=1e-14)


def test_a_link_no_larger_than_its_error_is_not_believed() -> None:
    rng = np.random.default_rng(1)
    turn = np.tile(np.arange(8), 200)
    customer = np.repeat(np.arange(200), 8)
    path = learning_path(customer, turn, rng.gamma(1.0, 1.0, 1600), np.ones(1600))
    assert np.abs(path - 1).max() < 0.2


def test_a_link_few_have_taken_ends_the_path() -> None:
    turn, customer = np.tile([0, 1], 29), np.repeat(np.arange(29), 2)
    path = learning_path(customer, turn, np.ones(58), np.ones(58))
    assert path.tolist() == [1.0]


def test_a_rate_that_never_changes_has_a_flat_path() -> None:
    turn = np.tile([0, 1, 2, 3], 50)
    customer = np.repeat(np.arange(50), 4)
    path = learning_path(customer, turn, np.full(200, 3.7), np.ones(200))
    np.testing.assert_array_equal(path, np.ones(4))


def test_the_mean_ahead_is_over_the_turns_to_come() -> None:
    path = np.array([1.0, 0.5, 0.2])
    found = mean_ahead(
        path, np.array([1.0, 1.0, 0.0, 9.0]), np.array([0.0, 2.0, 4.0, 3.0])
    )
    assert found.tolist() == pytest.approx([0.5, 0.35, 1.9 / 4, 0.2])
