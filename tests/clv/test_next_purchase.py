"""At least so many purchases, the time to the next one, and customers known active."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import InvalidValueError

MODELS: dict[str, Any] = {
    "BG/NBD": clv.BgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5),
    "MBG/NBD": clv.MbgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5),
    "Pareto/NBD": clv.ParetoNbd(r=0.6, alpha=6.0, s=0.6, beta=12.0),
    "NBD": clv.Nbd(r=0.6, alpha=6.0),
    "BG/BB": clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
}
HISTORY = (
    np.array([0.0, 1.0, 4.0, 9.0]),
    np.array([0.0, 7.0, 9.0, 20.0]),
    np.array([12.0, 12.0, 10.0, 21.0]),
)
EVERY = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


@EVERY
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_at_least_n_is_what_the_larger_counts_add_up_to(model: Any, n: int) -> None:
    found = model.probability_of_at_least_n_purchases(*HISTORY, n=n, horizon=6)
    more = sum(
        model.probability_of_n_purchases(*HISTORY, n=count, horizon=6)
        for count in range(n, 120)
    )
    assert found == pytest.approx(more, rel=1e-9, abs=1e-13)
    assert np.all((found >= 0) & (found <= 1))


def test_no_chance_of_many_purchases_is_below_nothing() -> None:
    # That of fewer adds up to a hair more than 1 for half of these customers.
    x = np.arange(40.0)
    model = MODELS["NBD"]
    found = model.probability_of_at_least_n_purchases(
        x, np.minimum(x, 1.0), np.full(40, 30.0), n=80, horizon=3
    )
    assert found.min() == 0


@EVERY
def test_expected_purchases_are_the_sum_of_at_least_n(model: Any) -> None:
    sums = sum(
        model.probability_of_at_least_n_purchases(*HISTORY, n=n, horizon=3)
        for n in range(1, 60)
    )
    expected = model.expected_purchases(*HISTORY, horizon=3)
    assert sums == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5])
@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD", "NBD"])
def test_by_that_time_the_purchase_has_come_with_that_probability(
    name: str, probability: float
) -> None:
    model = MODELS[name]
    times = model.time_to_next_purchase(*HISTORY, probability=probability)
    for at, time in enumerate(times):
        one = [column[at : at + 1] for column in HISTORY]
        if np.isfinite(time):
            found = model.probability_of_at_least_n_purchases(*one, n=1, horizon=time)
        else:
            late = model.probability_of_at_least_n_purchases(*one, n=1, horizon=1e9)
            assert late[0] < probability
            found = [probability]
        assert found[0] == pytest.approx(probability, rel=1e-10)


def test_the_time_to_the_next_purchase_of_the_nbd_has_a_closed_form() -> None:
    # P(none in t) = ((alpha + T) / (alpha + T + t))^(r + x): Lomax, median known.
    x, t_x, T = HISTORY
    found = MODELS["NBD"].time_to_next_purchase(x, t_x, T)
    assert found == pytest.approx((6.0 + T) * (2 ** (1 / (0.6 + x)) - 1), rel=1e-12)
    # Of a customer of today too.
    today = MODELS["NBD"].time_to_next_purchase(0, 0.0, 0.0, probability=0.3)
    known = 6.0 * (0.7 ** (-1 / 0.6) - 1)
    assert float(today) == pytest.approx(known, rel=1e-12, abs=0)


def test_what_comes_sooner_than_a_trillionth_of_the_age_comes_at_once() -> None:
    # With so many purchases the time is (alpha + T) log 2 / x.
    model = clv.Nbd(r=1.0, alpha=1.0)
    soon, sooner = (model.time_to_next_purchase(x, 99.0, 99.0) for x in (6e11, 6e13))
    assert float(soon) == pytest.approx(100 * np.log(2) / 6e11, rel=1e-4, abs=0)
    assert float(sooner) == pytest.approx(99e-12, rel=1e-9, abs=0)


def test_simulated_customers_buy_by_that_time_half_the_time() -> None:
    model = MODELS["Pareto/NBD"]
    one = [np.full(20_000, column[3]) for column in HISTORY]
    time = float(model.time_to_next_purchase(*(c[:1] for c in one))[0])
    who, _ = model.sample_purchase_times(
        *one, horizon=time, rng=np.random.default_rng(3)
    )
    share = np.unique(who).size / 20_000
    assert share == pytest.approx(0.5, abs=4 * 0.5 / 20_000**0.5)


def test_opportunities_are_counted_whole() -> None:
    model = MODELS["BG/BB"]
    found = model.time_to_next_purchase(*HISTORY, probability=0.4)
    for at, number in enumerate(found):
        one = [column[at : at + 1] for column in HISTORY]
        if np.isinf(number):
            continue
        assert number == int(number) >= 1
        by_then, before = (
            model.probability_of_at_least_n_purchases(*one, n=1, horizon=span)[0]
            for span in (number, number - 1)
        )
        assert before < 0.4 <= by_then
    assert np.isfinite(found).any()


@EVERY
def test_a_customer_known_to_be_active_buys_more(model: Any) -> None:
    for start in (0, 5):
        found = model.expected_purchases_if_active(*HISTORY, horizon=8, start=start)
        plain = model.expected_purchases(*HISTORY, horizon=8, start=start)
        alive = model.probability_alive(*HISTORY)
        assert found * alive == pytest.approx(plain, rel=1e-12)


def test_a_customer_almost_certainly_gone_is_still_given_a_number() -> None:
    model = MODELS["BG/NBD"]
    gone = model.expected_purchases_if_active([900], [10.0], [1e4], horizon=8)
    seen = model.expected_purchases_if_active([900], [1e4], [1e4], horizon=8)
    assert gone == pytest.approx(seen, rel=1e-12)


@EVERY
def test_the_columns_are_the_arrays(model: Any) -> None:
    names = ("frequency", "recency", "T")
    frame = pd.DataFrame(dict(zip(names, HISTORY, strict=True)))
    frame = frame.pipe(model.with_probability_of_at_least_n_purchases, n=2, horizon=6)
    frame = frame.pipe(model.with_time_to_next_purchase, probability=0.2)
    frame = frame.pipe(model.with_expected_purchases_if_active, horizon=6)
    found = frame[
        [
            "probability_of_at_least_n_purchases",
            "time_to_next_purchase",
            "expected_purchases_if_active",
        ]
    ].to_numpy()
    assert found.T.tolist() == [
        model.probability_of_at_least_n_purchases(*HISTORY, n=2, horizon=6).tolist(),
        model.time_to_next_purchase(*HISTORY, probability=0.2).tolist(),
        model.expected_purchases_if_active(*HISTORY, horizon=6).tolist(),
    ]


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1])
def test_a_probability_lies_between_0_and_1(probability: float) -> None:
    with pytest.raises(InvalidValueError, match="'probability'"):
        MODELS["NBD"].time_to_next_purchase(*HISTORY, probability=probability)
    with pytest.raises(InvalidValueError, match="'n'"):
        MODELS["NBD"].probability_of_at_least_n_purchases(*HISTORY, n=-1, horizon=3)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_time_to_the_next_purchase_of_regular_buyers(k: int) -> None:
    model = clv.MbgCnbdK(r=0.52, alpha=6.2, a=0.9, b=1.6, k=k)
    history = (np.array([2, 5, 1]), np.array([30.4, 20, 3]), np.array([38.9, 25, 9]))
    times = model.time_to_next_purchase(*history, probability=0.3)
    for *one, time in zip(*history, times, strict=True):
        come = model.probability_of_at_least_n_purchases(*one, n=1, horizon=float(time))
        assert float(come) == pytest.approx(0.3, rel=1e-9, abs=0)


def _exactly(model: Any, one: list[Any], span: float) -> float | None:
    """Return a chance whose complement is that of no purchase, to the last bit."""
    log_none = model.formulas.kernel.log_pmf(
        0, *one, horizon=np.array([span]), **model.parameters
    )[0]
    chance = float(-np.expm1(log_none))
    return chance if np.log1p(-chance) == log_none else None


def test_what_is_reached_after_a_billion_times_the_age_is_reached() -> None:
    one, reached = [np.array([number]) for number in (2.0, 4.0, 5.0)], 0
    for a in np.linspace(1.0, 3.0, 9).tolist():
        model = clv.BgNbd(r=0.6, alpha=6.0, a=a, b=2.5)
        chance = _exactly(model, one, 5e9)
        if chance is None:
            continue
        reached += 1
        assert np.isfinite(model.time_to_next_purchase(*one, probability=chance)[0])
        more = chance * (1.0 + 1e-12)
        assert np.isinf(model.time_to_next_purchase(*one, probability=more)[0])
    assert reached > 0


@pytest.mark.parametrize("span", [1.0, 5.0, 12.0, 1024.0])
def test_the_opportunity_that_reaches_a_chance_exactly_is_the_one(span: float) -> None:
    one, reached = [np.array([number]) for number in (1.0, 2.0, 9.0)], 0
    for alpha in np.linspace(0.2, 2.0, 9).tolist():
        # Who leaves so seldom that all 1024 opportunities count.
        model = clv.BgBb(alpha=alpha, beta=900.0, gamma=0.5, delta=9000.0)
        chance = _exactly(model, one, span)
        if chance is None:
            continue
        reached += 1
        found = model.time_to_next_purchase(*one, probability=chance)
        assert found.tolist() == [span]
    assert reached > 0


def test_the_last_opportunity_looked_at_is_the_1024th() -> None:
    model, history = MODELS["BG/BB"], ([1], [2], [40])
    before, last = (
        model.probability_of_at_least_n_purchases(*history, n=1, horizon=span)[0]
        for span in (1023, 1024)
    )
    assert last > before
    found = model.time_to_next_purchase(*history, probability=(before + last) / 2)
    assert found.tolist() == [1024.0]
    never = model.time_to_next_purchase(*history, probability=last * (1 + 1e-9))
    assert np.isinf(never).all()


@EVERY
def test_what_is_not_said_is_the_median_from_now_on(model: Any) -> None:
    rows = pd.DataFrame(dict(zip(("frequency", "recency", "T"), HISTORY, strict=True)))
    known = model.time_to_next_purchase(*HISTORY, probability=0.5)
    np.testing.assert_array_equal(model.time_to_next_purchase(*HISTORY), known)
    found = model.with_time_to_next_purchase(rows)["time_to_next_purchase"]
    np.testing.assert_array_equal(found, known)
    for name in ("expected_purchases_if_active", "expected_purchases"):
        score = getattr(model, name)
        known = score(*HISTORY, horizon=4, start=0)
        np.testing.assert_array_equal(score(*HISTORY, horizon=4), known)
        found = getattr(model, f"with_{name}")(rows, horizon=4)[name]
        np.testing.assert_array_equal(found, known)
    for name in ("probability_alive", "log_probability_alive"):
        score = getattr(model, name)
        known = score(*HISTORY, elapsed=0)
        np.testing.assert_array_equal(score(*HISTORY), known)
    found = model.with_probability_alive(rows)["probability_alive"]
    known = model.probability_alive(*HISTORY, elapsed=0)
    np.testing.assert_array_equal(found, known)
