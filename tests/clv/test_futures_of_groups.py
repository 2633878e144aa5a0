"""Futures of customers who are alike, and their ends, worked out by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmkit._check import known_history
from crmkit.clv.uncertainty import shared_futures, simulated_futures
from crmkit.typing import FloatArray


class Known:
    """Chance that is told in advance: uniform numbers in turn, shapes as they are."""

    def __init__(self, *uniform: float) -> None:
        self.uniform = np.array(uniform)

    def random(self, shape: Any) -> FloatArray:
        return np.resize(self.uniform, shape)

    def gamma(self, shape: Any, size: int | None = None) -> Any:
        return shape if size is None else shape * np.arange(1.0, size + 1)


def test_customers_are_alike_within_a_fiftieth_of_their_age() -> None:
    log_age = np.array([1.1999, 1.1801, 1.2001, -0.0001, 0.0001, 1.19, 1.19])
    T = np.append(np.exp(log_age), [0.0, 0.0])
    x = np.array([2.0, 2, 2, 2, 2, 3, 2, 0, 0])
    rate = np.full(9, 0.1)
    order, starts = shared_futures._alike(x, T, rate)
    groups = np.split(order, starts[1:])
    assert [group.tolist() for group in groups] == [
        [7, 8],
        [3],
        [4],
        [1, 6, 0],
        [2],
        [5],
    ]
    assert starts[0] == 0
    # Customers with rates of their own are alike if their rates are.
    rate[[0, 7]] = 0.2
    order, starts = shared_futures._alike(x, T, rate)
    groups = np.split(order, starts[1:])
    found = sorted(sorted(group.tolist()) for group in groups)
    assert found == [[0], [1, 6], [2], [3], [4], [5], [7], [8]]


def test_a_size_is_what_was_paid_and_the_scale_of_the_model() -> None:
    x, amounts = np.array([2.0, 0.0, 3.0]), np.array([5.0, 7.0, 11.0])
    spends: Any = [SimpleNamespace(v=1.5), SimpleNamespace(v=4.0)]
    found = shared_futures._sizes(spends, x, amounts)
    assert found.tolist() == [[11.5, 1.5, 34.5], [14.0, 4.0, 37.0]]
    assert shared_futures._sizes([None, None], x, None).tolist() == [[1.0] * 3] * 2
    plain: Any = [None]
    assert shared_futures._sizes(plain, x, amounts).tolist() == [[10.0, 0.0, 33.0]]


def test_a_missed_number_is_whole_and_a_missed_value_is_not() -> None:
    drawn, factors = (
        np.array([[2.0, 2.0, 5.0], [0.0, 4.0, 1.0]]),
        np.array([1.2, 1.3, 0.5]),
    )
    rng: Any = Known(0.5)
    moved = shared_futures._missed(drawn, factors, whole=False, rng=rng)
    np.testing.assert_allclose(moved, [[2.4, 2.6, 2.5], [0.0, 5.2, 0.5]], rtol=1e-14)
    count = shared_futures._missed(drawn, factors, whole=True, rng=rng)
    assert count.tolist() == [[2.0, 3.0, 2.0], [0.0, 5.0, 0.0]]


@pytest.mark.parametrize(
    ("ranks", "first", "second"),
    [
        ((1, 4), (0.0, 6.0), (0.0, 14.0)),
        ((3, 5), (0.0, 25.0), (9.0, 35.0)),
        ((2, 3), (0.0, 0.0), (0.0, 9.0)),
        ((1, 5), (0.0, 25.0), (0.0, 35.0)),
        ((0, 1), (0.0, 0.0), (0.0, 0.0)),
        ((1, 2), (0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_ends_of_a_group_are_those_of_draws_in_which_a_customer_is_alive(
    ranks: tuple[int, int], first: tuple[float, float], second: tuple[float, float]
) -> None:
    # Of six draws two are of no purchase; a customer dies where chance says so.
    drawn = np.array([0.0, 3.0, 0.0, 5.0, 2.0, 1.0])
    serves = np.array([0, 0, 0, 1, 1, 1])
    alive = np.array([[0.5, 0.9], [0.2, 0.8]])
    sizes = np.array([[2.0, 3.0], [5.0, 7.0]])

    class Drawn:
        def random(self, size: int) -> FloatArray:
            assert size == 4
            return np.array([0.4, 0.1, 0.3, 0.8])

    rng: Any = Drawn()
    found = shared_futures._ends_of_group(drawn, alive, sizes, serves, ranks, rng=rng)
    np.testing.assert_array_equal(found.T, [first, second])


def test_a_future_of_alike_customers_is_what_each_pays_at_its_time() -> None:
    x, T = np.array([2.0, 0.0]), np.array([9.0, 4.0])
    rows, times = np.array([0, 0, 2, 4, 5]), np.array([1.0, 2.0, 3.0, 0.5, 4.0])

    def futures(
        history: tuple[FloatArray, ...], horizon: FloatArray, _: Any, **terms: float
    ) -> tuple[Any, FloatArray]:
        assert [column.tolist() for column in history] == [
            [2.0] * 3 + [0.0] * 3,
            [9.0] * 3 + [4.0] * 3,
            [9.0] * 3 + [4.0] * 3,
        ]
        assert horizon.tolist() == [7.0] * 6
        assert terms == {"r": 1.5}
        return rows, times

    model: Any = SimpleNamespace(
        formulas=SimpleNamespace(futures=futures), parameters={"r": 1.5}
    )
    spend: Any = SimpleNamespace(p=3.0, q=5.0)
    rate = np.array([0.25, 0.6])
    given: dict[str, Any] = {
        "horizon": 7.0,
        "discount_rate": rate,
        "n_draws": 3,
        "rng": Known(),
    }
    found = simulated_futures.drawn_alike(model, spend, x, T, **given)
    paid = 3.0 * np.arange(1.0, 6.0) / np.array([11.0, 11.0, 11.0, 5.0, 5.0])
    worth = paid / np.array([1.25, 1.25, 1.25, 1.6, 1.6]) ** times
    known = [[worth[0] + worth[1], 0.0, worth[2]], [0.0, worth[3], worth[4]]]
    np.testing.assert_allclose(found, known, rtol=1e-13)
    counts = simulated_futures.drawn_alike(model, None, x, T, **given)
    assert counts.tolist() == [[2.0, 0.0, 1.0], [0.0, 1.0, 1.0]]


@pytest.mark.parametrize("cells", [2, 4, 1 << 22])
def test_futures_are_counted_and_discounted_up_to_each_of_their_ends(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_futures, "_CELLS", cells)
    history = known_history(
        np.array([1.0, 0.0, 3.0]), np.array([2.0, 0.0, 5.0]), np.array([4.0, 6.0, 8.0])
    )
    amounts = np.array([10.0, 0.0, 30.0])

    class Model:
        def __init__(self, offset: float) -> None:
            self.offset = offset

        def sample_purchase_times(
            self, x: FloatArray, *_: Any, horizon: float, rng: Any
        ) -> tuple[Any, FloatArray]:
            assert (horizon, rng) == (9.0, "chance")
            # Each customer buys once more than before, a unit of time apart.
            customer = np.repeat(np.arange(x.size), x.astype(int) + 1)
            first = np.concatenate([np.arange(one + 1) for one in x])
            return customer, first + self.offset

    class Money:
        def sample_amounts(
            self, x: FloatArray, amounts: FloatArray, *, customer: Any, rng: Any
        ) -> FloatArray:
            assert rng == "chance"
            return np.asarray((x + amounts + 1)[customer])

    rates = np.array([0.1, 0.2, 0.3])
    given: Any = {
        "purchases": None,
        "spend": None,
        "rng": "chance",
        "models": [(Model(1.0), Money()), (Model(2.5), Money())],
    }
    asked: dict[str, Any] = {"horizon": 9.0, "discount_rate": rates, "n_draws": 2}
    counts, values = np.zeros((3, 2, 3)), np.zeros((3, 2, 3))
    for block in simulated_futures.futures(
        history, amounts, **asked, **given, until=(2.0, 3.5)
    ):
        counts[block.at, :, block.rows] += block.purchases
        values[block.at, :, block.rows] += block.value
    for part, end in enumerate((2.0, 3.5, np.inf)):
        for draw, offset in enumerate((1.0, 2.5)):
            for row, x in enumerate((1, 0, 3)):
                times = [offset + at for at in range(x + 1) if offset + at <= end]
                paid = x + amounts[row] + 1
                worth = sum(paid * (1 + rates[row]) ** -time for time in times)
                assert counts[part, draw, row] == len(times)
                assert values[part, draw, row] == pytest.approx(
                    worth, rel=1e-12, abs=1e-300
                )
