from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.value.referral import in_cycles, sweep, transfers


def moved(own: list[float], saving: list[float], edges: list[tuple[float, ...]]) -> Any:
    referrer, referee, weight, share = (
        np.array(column) for column in zip(*edges, strict=True)
    )
    return transfers(
        np.array(own)[:, None],
        np.array(saving)[:, None],
        referrer=referrer,
        referee=referee,
        weight=weight.astype(float),
        share=share.astype(float),
    )[:, 0]


def test_the_four_customer_case_worked_on_paper() -> None:
    # 0 brings 1 (half of its value is 0's merit) and 2 (who would have come anyway);
    # 1 brings 3 (half). Winning a customer costs 20 usually, and cost 20, 5, 5, 5.
    own = [100.0, 60.0, 40.0, -10.0]
    transfer = moved(
        own,
        [0.0, 15.0, 15.0, 15.0],
        [(0, 1, 1, 0.5), (0, 2, 1, 0.0), (1, 3, 1, 0.5)],
    )
    np.testing.assert_allclose(transfer, [53.75, -36.25, -15.0, -2.5], rtol=1e-15)
    assert (transfer + own).sum() == 190.0


def test_a_chain_passes_value_up_through_every_link() -> None:
    transfer = moved(
        [0.0, 0.0, 80.0], [0.0, 0.0, 0.0], [(0, 1, 1, 0.5), (1, 2, 1, 0.5)]
    )
    np.testing.assert_array_equal(transfer, [20.0, 20.0, -40.0])


def test_two_referrers_share_by_their_weights() -> None:
    transfer = moved(
        [0.0, 0.0, 80.0], [0.0, 0.0, 8.0], [(0, 2, 0.75, 0.5), (1, 2, 0.25, 0.5)]
    )
    # The saving of 8 moves whole; of the remaining 72, half.
    np.testing.assert_array_equal(transfer, [33.0, 11.0, -44.0])


def test_an_edge_comes_after_the_edges_below_it() -> None:
    rounds = sweep(np.array([0, 1, 0]), np.array([1, 2, 3]), 4)
    assert [sorted(edges.tolist()) for edges in rounds] == [[1, 2], [0]]


def test_without_an_edge_that_can_come_there_is_no_round() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    assert sweep(nobody, nobody, 3) == []
    assert sweep(np.array([0, 1]), np.array([1, 0]), 3) == []


def test_a_cycle_never_comes() -> None:
    referrer, referee = np.array([0, 1, 2, 3]), np.array([1, 2, 1, 4])
    assert in_cycles(referrer, referee, 5).tolist() == [True, True, True, False]


@given(seed=st.integers(0, 10_000), count=st.integers(2, 40), periods=st.integers(1, 3))
def test_transfers_cancel_over_the_company_and_match_a_matrix_solve(
    seed: int, count: int, periods: int
) -> None:
    rng = np.random.default_rng(seed)
    referee = rng.integers(1, count, 2 * count)
    referrer = np.floor(rng.random(referee.size) * referee).astype(np.int64)
    weight, share = rng.random(referee.size) + 0.1, rng.random(referee.size)
    weight /= np.bincount(referee, weight, minlength=count)[referee]
    own = rng.normal(size=(count, periods)) * 100
    saving = rng.normal(size=(count, periods)) * 10
    saving[np.bincount(referee, minlength=count) == 0] = 0
    transfer = transfers(
        own, saving, referrer=referrer, referee=referee, weight=weight, share=share
    )
    scale = np.abs(own).sum() + np.abs(saving).sum()
    assert np.abs(transfer.sum(axis=0)).max() <= 1e-12 * scale

    passed = np.zeros((count, count))
    np.add.at(passed, (referrer, referee), weight * share)
    credit = np.zeros((count, count))
    np.add.at(credit, (referrer, referee), weight)
    base = own - saving + credit @ saving
    gross = np.linalg.solve(np.eye(count) - passed, base)
    net = gross - passed.sum(axis=0)[:, None] * gross
    np.testing.assert_allclose(transfer, net - own, atol=1e-11 * scale)


def test_a_chain_of_fifty_thousand_is_solved() -> None:
    count = 50_000
    referrer, referee = np.arange(count - 1), np.arange(1, count)
    own = np.ones((count, 1))
    transfer = transfers(
        own,
        0 * own,
        referrer=referrer,
        referee=referee,
        weight=np.ones(count - 1),
        share=np.full(count - 1, 0.5),
    )
    assert transfer.sum() == pytest.approx(0, abs=1e-9)
    assert transfer[0, 0] == pytest.approx(1.0)
