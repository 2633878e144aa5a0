"""What every model of purchases promises of its predictions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import clv
from crmkit.clv.models import histories as by_blocks_of
from crmkit.errors import InvalidTypeError, InvalidValueError

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

MODELS: dict[str, Any] = {
    "bg_nbd": clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426),
    "mbg_nbd": clv.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614),
    "pareto_nbd": clv.ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    "nbd": clv.Nbd(r=0.385, alpha=12.072),
}
CUSTOMERS: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c", "d"],
    "frequency": [2, 0, 7, 26],
    "recency": [30.43, 0.0, 29.43, 30.857],
    "T": [38.86, 38.86, 38.86, 31.0],
}
HISTORY = tuple(np.array(CUSTOMERS[name]) for name in ("frequency", "recency", "T"))
shape = st.floats(min_value=0.05, max_value=20)
time = st.floats(min_value=0.01, max_value=200)
# A rate or a span nearer to 0 than 1e-75 is refused.
rate = st.one_of(st.just(0.0), st.floats(-0.05, -1e-12), st.floats(1e-12, 0.5))
BG = st.builds(clv.BgNbd, r=shape, alpha=shape, a=shape, b=shape)
MBG = st.builds(clv.MbgNbd, r=shape, alpha=shape, a=shape, b=shape)
PARETO = st.builds(clv.ParetoNbd, r=shape, alpha=shape, s=shape, beta=shape)
NBD = st.builds(clv.Nbd, r=shape, alpha=shape)
TIMED = ("alpha", "beta")
ANY = st.one_of(BG, MBG, PARETO, NBD)


@st.composite
def histories(draw: st.DrawFn) -> tuple[float, float, float]:
    """One customer: how often, when last, how long observed."""
    T = draw(time)
    x = draw(st.integers(min_value=0, max_value=60))
    return x, x and T * draw(st.floats(min_value=0.01, max_value=1)), T


@pytest.fixture(params=list(MODELS))
def model(request: pytest.FixtureRequest) -> Any:
    return MODELS[request.param]


@settings(max_examples=40)
@given(model=ANY, history=histories(), t=time)
def test_probabilities_are_probabilities_and_expectations_are_bounded(
    model: Any, history: tuple[float, float, float], t: float
) -> None:  # invariants 8, 10, 22
    x, _, T = history
    alive = float(model.probability_alive(*history))
    assert 0 <= alive <= 1
    assert np.exp(model.log_probability_alive(*history)) == pytest.approx(
        alive, rel=1e-11, abs=0
    )
    bought = [
        float(model.expected_purchases(*history, horizon=h)) for h in (0, t, 2 * t)
    ]
    most = alive * (model.r + x) / (model.alpha + T) * t
    assert bought[0] == 0
    assert bought[1] <= most * (1 + 1e-9)
    assert bought[1] <= bought[2] * (1 + 1e-12)  # it grows
    assert bought[2] - bought[1] <= bought[1] * (1 + 1e-9)  # ever more slowly
    new = float(model.expected_purchases_new_customer(t))
    assert new <= model.r / model.alpha * t * (1 + 1e-9)


@settings(max_examples=40)
@given(model=ANY, history=histories(), more=time)
def test_silence_makes_alive_less_likely(
    model: Any, history: tuple[float, float, float], more: float
) -> None:  # invariant 9
    x, t_x, T = history
    later = float(model.probability_alive(x, t_x, T + more))
    assert later <= float(model.probability_alive(*history)) * (1 + 1e-12)
    if x:
        fresher = float(model.probability_alive(x, T, T))
        assert fresher >= float(model.probability_alive(*history)) * (1 - 1e-12)


@settings(max_examples=40)
@given(model=ANY, history=histories(), t=time, rate=rate)
def test_the_parts_of_a_horizon_add_up(
    model: Any, history: tuple[float, float, float], t: float, rate: float
) -> None:
    whole = model.expected_purchases(*history, horizon=2 * t)
    first = model.expected_purchases(*history, horizon=t)
    second = model.expected_purchases(*history, horizon=t, start=t)
    assert float(first + second) == pytest.approx(float(whole), rel=1e-8, abs=1e-14)
    free = model.discounted_expected_purchases(*history, horizon=t, discount_rate=0.0)
    assert float(free) == pytest.approx(float(first), rel=1e-9, abs=1e-300)
    paid = model.discounted_expected_purchases(*history, horizon=t, discount_rate=rate)
    extreme = (1 + rate) ** -t
    low, high = sorted([float(first), float(first) * extreme])
    assert low * (1 - 1e-9) <= float(paid) <= high * (1 + 1e-9)


@settings(max_examples=25)
@given(model=ANY, history=histories(), unit=st.sampled_from([7.0, 1 / 365.25]))
def test_the_unit_of_time_does_not_matter(
    model: Any, history: tuple[float, float, float], unit: float
) -> None:  # invariant 14
    x, t_x, T = history
    timed = {k: v * unit for k, v in model.parameters.items() if k in TIMED}
    other = type(model)(**{**model.parameters, **timed})
    scaled = (x, t_x * unit, T * unit)
    assert float(other.probability_alive(*scaled)) == pytest.approx(
        float(model.probability_alive(*history)), rel=1e-9, abs=1e-300
    )
    assert float(other.expected_purchases(*scaled, horizon=9 * unit)) == pytest.approx(
        float(model.expected_purchases(*history, horizon=9)), rel=1e-8, abs=1e-300
    )
    assert float(other.log_likelihood(*scaled)) == pytest.approx(
        float(model.log_likelihood(*history)) - x * np.log(unit), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("t", [0.5, 12.0])
def test_probabilities_of_counts_sum_to_one_and_average_to_the_expectation(
    model: Any, t: float
) -> None:  # invariant 11
    counts = np.arange(1500)
    new = model.probability_of_n_purchases_new_customer(counts, t)
    assert new.sum() == pytest.approx(1, rel=1e-9)
    assert counts @ new == pytest.approx(
        float(model.expected_purchases_new_customer(t)), rel=1e-6
    )
    for row in zip(*HISTORY, strict=True):
        pmf = np.array(
            [
                float(model.probability_of_n_purchases(*row, n=n, horizon=t))
                for n in range(150)
            ]
        )
        mean = float(model.expected_purchases(*row, horizon=t))
        squares = np.arange(150.0) ** 2
        variance = float(model.variance_of_purchases(*row, horizon=t))
        assert pmf.sum() == pytest.approx(1, rel=1e-9)
        assert np.arange(150) @ pmf == pytest.approx(mean, rel=1e-7)
        assert squares @ pmf - mean**2 == pytest.approx(variance, rel=1e-6)


def test_a_drawn_future_has_the_mean_and_variance_predicted(model: Any) -> None:
    rng = np.random.default_rng(11)
    n = 40_000
    for row in zip(*HISTORY, strict=True):
        history = [np.full(n, value) for value in row]
        rows, times = model.sample_purchase_times(*history, horizon=20, rng=rng)
        assert np.all((times > 0) & (times <= 20))
        drawn = np.bincount(rows, minlength=n)
        mean = float(model.expected_purchases(*row, horizon=20))
        spread = float(model.variance_of_purchases(*row, horizon=20)) ** 0.5
        assert drawn.mean() == pytest.approx(mean, abs=4 * spread / n**0.5)
        assert drawn.std() == pytest.approx(spread, rel=0.05)


def test_the_same_seed_draws_the_same_future(model: Any) -> None:
    drawn = [
        model.sample_purchase_times(*HISTORY, horizon=20, rng=np.random.default_rng(4))
        for _ in range(2)
    ]
    assert drawn[0][1].tolist() == drawn[1][1].tolist()


SCORES: dict[str, dict[str, Any]] = {
    "probability_alive": {"elapsed": 4.0},
    "expected_purchases": {"horizon": 39.0, "start": 2.0},
    "discounted_expected_purchases": {"horizon": 39.0, "discount_rate": 0.01},
    "probability_of_n_purchases": {"n": 2, "horizon": 39.0},
    "variance_of_purchases": {"horizon": 39.0},
    "log_likelihood": {},
    "posterior_mean_rate": {},
    "posterior_mean_dropout": {},
}


@pytest.mark.parametrize("score", list(SCORES))
def test_every_library_gets_what_an_array_gets(
    model: Any, frame: Build, columns_of: Read, score: str
) -> None:
    options = SCORES[score]
    added = getattr(model, f"with_{score}")(frame(CUSTOMERS), **options)
    columns = columns_of(added)
    assert list(columns) == [*CUSTOMERS, score]
    expected = getattr(model, score)(*HISTORY, **options).tolist()
    by_id = dict(zip(columns["customer_id"], columns[score], strict=True))
    assert [by_id[name] for name in CUSTOMERS["customer_id"]] == expected


@pytest.mark.parametrize("score", list(SCORES))
def test_a_score_does_not_depend_on_the_other_rows(
    model: Any, score: str
) -> None:  # invariant 26, S18
    together = getattr(model, score)(*HISTORY, **SCORES[score])
    for at in range(4):
        alone = getattr(model, score)(
            *[column[at : at + 1] for column in HISTORY], **SCORES[score]
        )
        assert alone == pytest.approx([together[at]], rel=1e-12)


@pytest.mark.parametrize("score", list(SCORES))
def test_nobody_gets_nothing(model: Any, score: str) -> None:  # S19
    empty = pd.DataFrame(CUSTOMERS, index=list("wxyz")).head(0)
    added = getattr(model, f"with_{score}")(empty, **SCORES[score])
    assert list(added.columns) == [*CUSTOMERS, score]
    assert added.index.equals(empty.index)


def test_a_horizon_of_nothing_brings_exactly_nothing(model: Any) -> None:  # S20
    assert model.expected_purchases(*HISTORY, horizon=0).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("horizon", [-1, float("nan"), float("inf"), "9", None, True])
def test_an_impossible_horizon_is_refused_by_name(
    model: Any, horizon: Any
) -> None:  # S21
    with pytest.raises((InvalidValueError, InvalidTypeError), match="'horizon'"):
        model.expected_purchases(*HISTORY, horizon=horizon)


@given(model=st.one_of(BG, MBG, PARETO), history=histories(), elapsed=st.floats(1, 1e3))
def test_the_logarithm_of_being_alive_later_is_that_of_the_probability(
    model: Any, history: tuple[float, float, float], elapsed: float
) -> None:
    probability = float(model.probability_alive(*history, elapsed=elapsed))
    logarithm = float(model.log_probability_alive(*history, elapsed=elapsed))
    if probability > 1e-300:
        assert logarithm == pytest.approx(np.log(probability), rel=1e-12, abs=1e-13)
    # Staying on depends on how often and how long, not on when: so does its logarithm.
    x, _, T = history
    staying = model.log_probability_alive(
        x, T if x else 0, T, elapsed=elapsed
    ) - model.log_probability_alive(x, T if x else 0, T)
    now = float(model.log_probability_alive(*history))
    assert logarithm - now == pytest.approx(float(staying), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("shape", [1e-50, 1.0, 1e50])
def test_a_small_chance_is_told_whatever_the_size_of_the_shapes(shape: float) -> None:
    # The odds know a / b alone; their products with the chance would underflow.
    for model in (
        clv.BgNbd(r=3.0, alpha=1.0, a=shape, b=shape),
        clv.MbgNbd(r=3.0, alpha=1.0, a=shape, b=shape),
    ):
        found = model.probability_alive([1], [1.0], [1e70])
        logarithm = model.log_probability_alive([1], [1.0], [1e70])
        assert found == pytest.approx(np.exp(logarithm), rel=1e-12, abs=0)
        assert found > 0


def test_the_logarithm_goes_on_where_the_probability_underflows() -> None:
    # log 2F1(k, a; a + b; -1e9 / A) by mpmath, k = 5000.5, A = 10, a = 50; Pareto's is
    # elementary, and the BG/BB's a ratio of beta functions.
    late = ([5000], [9.0], [9.0])
    models: list[tuple[Any, float]] = [
        (clv.BgNbd(r=0.5, alpha=1, a=50, b=2), -920.51910610186998),
        (clv.MbgNbd(r=0.5, alpha=1, a=50, b=2), -920.50915972993818),
        (
            clv.ParetoNbd(r=0.5, alpha=1, s=50, beta=1),
            -50 * float(np.log1p(1e9 / 10)),
        ),
    ]
    for model, staying in models:
        now = model.log_probability_alive(*late)
        later = model.log_probability_alive(*late, elapsed=1e9)
        assert later - now == pytest.approx([staying], rel=1e-12)
        assert model.probability_alive(*late, elapsed=1e9)[0] == 0
    counted = clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78)
    then = counted.probability_alive([3], [4], [6], elapsed=7)
    assert counted.log_probability_alive([3], [4], [6], elapsed=7) == pytest.approx(
        np.log(then), rel=1e-13
    )


def test_heavy_buyers_stay_finite(model: Any) -> None:  # S13
    heavy = ([5000], [364.5], [365.0])
    assert np.isfinite(model.log_likelihood(*heavy)).all()
    assert 0 <= float(model.probability_alive(*heavy)[0]) <= 1
    assert np.isfinite(model.expected_purchases(*heavy, horizon=3650)).all()


@pytest.mark.parametrize("dtype", ["int32", "float32", "Int64", "float64[pyarrow]"])
def test_other_kinds_of_numbers_give_the_same(
    model: Any, dtype: Any
) -> None:  # S22, S24
    whole = pd.DataFrame({"frequency": [2, 0], "recency": [30, 0], "T": [38, 38]})
    plain = model.with_probability_alive(whole)["probability_alive"]
    other = model.with_probability_alive(whole.astype(dtype))["probability_alive"]
    assert other.tolist() == plain.tolist()


def test_order_index_and_input_stay_as_they_were(model: Any) -> None:  # S23
    customers = pd.DataFrame(CUSTOMERS).set_index("customer_id")
    before = customers.copy(deep=True)
    added = model.with_expected_purchases(customers, horizon=9)
    assert added.index.equals(before.index)
    pd.testing.assert_frame_equal(customers, before)


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "2", None])
def test_an_impossible_parameter_is_refused_by_name(model: Any, value: Any) -> None:
    with pytest.raises((InvalidValueError, InvalidTypeError), match="'alpha'"):
        type(model)(**{**model.parameters, "alpha": value})


def test_predictions_survive_json_to_the_bit(model: Any) -> None:  # invariant 27
    import json

    again = type(model).from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model
    assert (
        again.expected_purchases(*HISTORY, horizon=9).tolist()
        == model.expected_purchases(*HISTORY, horizon=9).tolist()
    )


def test_without_dropout_bg_and_mbg_tend_to_the_nbd() -> None:  # invariant 19
    nbd = clv.Nbd(r=0.5, alpha=6.0)
    for kind in (clv.BgNbd, clv.MbgNbd):
        near = kind(r=0.5, alpha=6.0, a=1e-9, b=1.0)
        assert near.log_likelihood(*HISTORY) == pytest.approx(
            nbd.log_likelihood(*HISTORY), rel=1e-6
        )
        assert near.expected_purchases(*HISTORY, horizon=9) == pytest.approx(
            nbd.expected_purchases(*HISTORY, horizon=9), rel=1e-6
        )


def test_one_time_buyers_are_alive_in_bg_and_doubtful_in_mbg() -> None:  # 8, 20
    bg, mbg = MODELS["bg_nbd"], MODELS["mbg_nbd"]
    assert bg.probability_alive([0], [0], [39]).tolist() == [1]
    assert mbg.probability_alive([0], [0], [39])[0] < 1
    assert bg.log_likelihood([0], [0], [39]) == pytest.approx(
        [bg.r * np.log(bg.alpha / (bg.alpha + 39))], rel=1e-14
    )


@pytest.mark.parametrize("name", MODELS)
def test_blocks_of_rows_leave_no_seam(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    x = rng.poisson(2.0, 20).astype(float)
    T = rng.uniform(20, 40, 20)
    rows = x, np.where(x > 0, rng.uniform(1, 20, 20), 0.0), T
    spend = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
    amount = np.where(x > 0, rng.gamma(6, 5, 20), 0.0)

    def scores() -> list[np.ndarray]:
        model = MODELS[name]
        return [
            model.probability_alive(*rows),
            model.expected_purchases(*rows, horizon=13),
            spend.expected_spend(x, amount),
        ]

    whole = scores()
    monkeypatch.setattr(by_blocks_of, "_BLOCK", 3)
    for one, other in zip(scores(), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11)


def test_whoever_just_bought_is_there_for_certain_among_many() -> None:
    rng = np.random.default_rng(6)
    T = rng.integers(10, 40, 4000).astype(float)
    x = rng.integers(1, 5, 4000).astype(float)
    recency = np.where(rng.random(4000) < 0.5, T, np.floor(T / 2))
    model = MODELS["pareto_nbd"]
    alive = model.probability_alive(x, recency, T)
    assert np.all(alive[recency == T] == 1.0)
    assert np.all(alive[recency < T] < 1.0)
    alone = [
        float(model.probability_alive(x[at], recency[at], T[at])) for at in range(50)
    ]
    np.testing.assert_allclose(alive[:50], alone, rtol=1e-12)


@pytest.mark.parametrize("kind", [clv.BgNbd, clv.MbgNbd])
def test_a_silence_beyond_the_smallest_number_keeps_its_digits(kind: Any) -> None:
    # exp(-730) has lost half its digits; the odds against leaving give them back.
    model = kind(r=1.0, alpha=1.0, a=1e-90, b=1e90)
    row = 700.0, 1.0, 1.0 + 2.0 * np.expm1(730.0 / 701.0)
    log_alive = float(model.log_probability_alive(*row))
    assert log_alive == pytest.approx(180 * np.log(10) - 730.0, rel=1e-12)
    assert float(model.probability_alive(*row)) == pytest.approx(
        np.exp(log_alive), rel=1e-12, abs=0.0
    )
