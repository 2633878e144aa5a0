import numpy as np
import pytest

from crmkit.kernels.value.rate_by_tenure import (
    learning_path,
    mean_ahead,
    stages,
    turns,
)
from crmkit.typing import FloatArray, IntArray


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


def test_stages_double_their_length() -> None:
    assert stages(np.arange(17)).tolist() == [0, 1, 2, 2, *[3] * 4, *[4] * 8, 5]


def _links(
    customer: IntArray, turn: IntArray, amount: FloatArray, base: FloatArray
) -> list[float]:
    """Return the levels of the stages, link by link."""
    levels = [1.0]
    for stage in range(1, int(stages(turn).max()) + 1):
        weights, later, earlier = [], [], []
        for who in np.unique(customer):
            sums = [
                [each[(customer == who) & (stages(turn) == at)].sum() for at in pair]
                for each in (amount, base)
                for pair in [(stage - 1, stage)]
            ]
            (was, now), (held, holds) = sums
            if held > 0 and holds > 0:
                weights.append(held * holds / (held + holds))
                earlier.append(was / held)
                later.append(now / holds)
        w, b, a = np.array(weights), np.array(later), np.array(earlier)
        if w.size < 30:
            break
        link = (w @ b) / (w @ a)
        doubt = ((w * (b - link * a)) ** 2).sum() / (w @ a) ** 2
        belief = max((link - 1) ** 2 - 4 * doubt, 0.0) / (link - 1) ** 2
        levels.append(levels[-1] * link**belief)
    return levels


@pytest.mark.parametrize("seed", range(3))
def test_the_path_is_the_chain_of_its_links(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = np.repeat([1, 2, 4, 8, 16], [20, 25, 25, 20, 29])
    customer = np.repeat(np.arange(size.size), size)
    turn = turns(customer)
    base = rng.uniform(0.5, 3.0, turn.size)
    base[rng.random(turn.size) < 0.05] = 0.0
    rate = np.array([5.0, 3.0, 2.4, 2.3, 2.3])[stages(turn)]
    amount = base * rate * rng.gamma(4.0, 0.25, turn.size)
    path = learning_path(customer, turn, amount, base)
    levels = _links(customer, turn, amount, base)
    assert len(levels) == 4  # 29 customers are too few for the last
    centres = [turn[stages(turn) == stage].mean() for stage in range(4)]
    assert path.size == np.ceil(centres[3]) + 1
    known = np.interp(np.arange(path.size), centres, levels)
    np.testing.assert_allclose(path, known, rtol=1e-11)
    assert 0.3 < path[-1] < 0.7


def test_the_mean_over_an_instant_is_the_path_there() -> None:
    path = np.array([1.0, 0.5, 0.2])
    turn, span = np.array([0.0, 0.9995, 1.5, 7.0]), np.array([0.0, 1e-3, 1e-9, 0.0])
    found = mean_ahead(path, turn, span)
    np.testing.assert_allclose(found, [1.0, 0.75, 0.5, 0.2], rtol=1e-9)
    # A span shorter than a thousandth is a thousandth.
    edge = mean_ahead(path, np.array([0.9995, 0.9995]), np.array([0.0, 2e-3]))
    np.testing.assert_allclose(edge, [0.75, (0.5 + 3 * 0.5) / 4 + 0.125], rtol=1e-9)


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1e6])
def test_another_unit_of_amount_and_base_leaves_the_path(size: float) -> None:
    turn, customer = np.tile([0, 1, 2, 3], 40), np.repeat(np.arange(40), 4)
    rng = np.random.default_rng(2)
    base = rng.uniform(1.0, 2.0, 160)
    amount = base * np.array([6.0, 4.0, 3.0, 3.0])[turn] * rng.uniform(0.9, 1.1, 160)
    path = learning_path(customer, turn, amount, base)
    assert path[-1] < 0.6
    for found in (
        learning_path(customer, turn, size * amount, base),
        learning_path(customer, turn, amount, size * base),
    ):
        np.testing.assert_allclose(found, path, rtol=1e-10)


@pytest.mark.parametrize("none", [0, 1, 2])
def test_a_link_from_nothing_or_to_nothing_ends_the_path(none: int) -> None:
    turn, customer = np.tile([0, 1, 2], 30), np.repeat(np.arange(30), 3)
    amount = np.where(turn == none, 0.0, 1.0 / (1 + turn))
    path = learning_path(customer, turn, amount, np.ones(90))
    assert path.tolist() == ([1.0, 0.5] if none == 2 else [1.0])


def test_first_purchases_alone_tell_of_no_change() -> None:
    ones = np.ones(40)
    path = learning_path(np.arange(40), np.zeros(40, np.int64), 3 * ones, 2 * ones)
    assert path.tolist() == [1.0]
