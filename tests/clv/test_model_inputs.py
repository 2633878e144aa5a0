"""What models hand on to formulas and draws, and the words of what they refuse."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import _frames, clv
from crmkit.clv.models import futures, opportunities
from crmkit.clv.models.covariate_periods import CovariatePeriods, covariate_periods
from crmkit.clv.models.covariate_scores import (
    covariates_of,
    scored_by_kind,
    scored_by_model,
)
from crmkit.clv.models.given_active import given_active
from crmkit.clv.models.histories import ANY_TIME, COUNTED_ONE_BY_ONE
from crmkit.clv.models.model_arguments import finite_margin, new_columns
from crmkit.clv.models.opportunities import OPPORTUNITIES
from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.typing import FloatArray

HISTORY = (np.array([0.0, 3.0]), np.array([0.0, 4.0]), np.array([5.0, 11.0]))
SPAN = np.array([7.0, 9.0])


class _Means:
    """In place of a source of randomness: shapes and means, not draws."""

    def gamma(self, shape: FloatArray | float, size: int | None = None) -> FloatArray:
        return np.asarray(shape) if size is None else np.full(size, shape)

    def standard_exponential(self, size: int) -> FloatArray:
        return np.full(size, 2.5)

    def beta(self, a: FloatArray | float, b: FloatArray | float) -> FloatArray:
        mean: FloatArray = np.asarray(a) / (np.asarray(a) + np.asarray(b))
        return mean


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Keep what the draws of purchases are handed instead of drawing them."""
    known: dict[str, Any] = {}

    def keep(name: str) -> Any:
        def kept(*arguments: Any) -> Any:
            known[name] = arguments
            return np.array([0.5, 0.25])

        return kept

    for name in ("sample_rates", "sample_chances", "sample_lifetimes"):
        monkeypatch.setattr(futures, name, keep(name))
    for name in ("sample_unordered_times", "sample_unordered_times_of_race"):
        monkeypatch.setattr(futures, name, keep(name))
    bg_bb = SimpleNamespace(sample_purchase_times=keep("opportunities"))
    monkeypatch.setattr(opportunities, "bg_bb", bg_bb)
    return known


@pytest.mark.parametrize("stayed", [0, 1])
def test_customers_who_toss_coins_are_drawn_by_what_is_known_of_them(
    stayed: int, handed: dict[str, Any]
) -> None:
    rng: Any = _Means()
    futures.coin_futures(
        HISTORY, SPAN, rng, stayed=stayed, r=0.5, alpha=6.0, a=0.8, b=2.5
    )
    shape, scale, _ = handed["sample_rates"]
    assert (shape.tolist(), scale.tolist()) == ([0.5, 3.5], [11.0, 17.0])
    leave, stay, _ = handed["sample_chances"]
    assert leave.tolist() == [0.8, 0.8]
    assert stay.tolist() == [2.5 + stayed, 5.5 + stayed]
    assert handed["sample_unordered_times"][3] is SPAN


@pytest.mark.parametrize("s", [0.6, 0.0])
def test_customers_of_a_race_are_drawn_by_what_is_known_of_them(
    s: float, handed: dict[str, Any]
) -> None:
    rng: Any = _Means()
    futures.race_futures(HISTORY, SPAN, rng, r=0.5, alpha=6.0, s=s, beta=12.0)
    rate, lifetime, span, _ = handed["sample_unordered_times_of_race"]
    known = [0.5 / 11.0, 3.5 / 17.0]
    np.testing.assert_allclose(rate, known, rtol=1e-14, atol=0)
    # A death rate that underflows leaves a lifetime that is a number.
    leaving = np.array([0.6 / 17.0, 0.6 / 23.0]) if s else np.full(2, 1e-300)
    np.testing.assert_allclose(lifetime, 2.5 / leaving, rtol=1e-14, atol=0)
    assert span is SPAN


def test_customers_who_never_leave_are_drawn_by_their_rates(
    handed: dict[str, Any],
) -> None:
    rng: Any = _Means()
    futures.steady_futures(HISTORY, SPAN, rng, r=0.5, alpha=6.0)
    rate, lifetime, span, _ = handed["sample_unordered_times_of_race"]
    known = [0.5 / 11.0, 3.5 / 17.0]
    np.testing.assert_allclose(rate, known, rtol=1e-14, atol=0)
    assert lifetime.tolist() == [np.inf, np.inf]
    assert span is SPAN


def test_users_of_opportunities_are_drawn_by_what_is_known_of_them(
    handed: dict[str, Any],
) -> None:
    rng: Any = _Means()
    opportunities.opportunity_futures(
        HISTORY, SPAN, rng, alpha=1.0, beta=3.0, gamma=0.5, delta=4.5
    )
    chance, lifetime, span, _ = handed["opportunities"]
    np.testing.assert_allclose(chance, [1 / 9, 4 / 15], rtol=1e-14, atol=0)
    # Who leaves with chance p stays for n more with chance (1 - p)**n.
    known = np.floor(-2.5 / np.log(1 - np.array([0.5 / 10.0, 0.5 / 16.0])))
    assert lifetime.tolist() == known.tolist() == [48.0, 78.0]
    assert span is SPAN


def test_drawn_purchases_come_by_customer_and_time() -> None:
    model = clv.Nbd(r=2.0, alpha=1.0)
    x = np.array([[0.0, 4.0], [9.0, 2.0]])
    who, when = model.sample_purchase_times(
        x, np.minimum(x, 1.0), 5.0, horizon=6.0, rng=np.random.default_rng(1)
    )
    assert set(who.tolist()) == {0, 1, 2, 3}
    assert np.all(np.diff(who) >= 0)
    assert np.all(np.diff(when)[np.diff(who) == 0] > 0)
    assert np.all((when > 0) & (when <= 6.0))
    # Of customers who are surely gone and one who is surely there, one comes.
    model_of_leaving = clv.BgNbd(r=5.0, alpha=1.0, a=1.0, b=2.0)
    who, _ = model_of_leaving.sample_purchase_times(
        [400, 400, 1], [4.0, 4.0, 5.0], [1000.0, 1000.0, 5.0], horizon=50.0,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert set(who.tolist()) == {2}


def test_a_million_purchases_are_the_most_that_are_asked_for() -> None:
    model, most = clv.Nbd(r=0.5, alpha=6.0), 1_000_000
    history = ([3], [4.0], [5.0])
    assert model.probability_of_n_purchases(*history, n=most, horizon=1.0)[0] == 0.0
    found = model.probability_of_n_purchases_new_customer([0, most], 3.0)
    assert found[0] == pytest.approx((6.0 / 9.0) ** 0.5, rel=1e-14, abs=0)
    with pytest.raises(InvalidValueError, match="'n'"):
        model.probability_of_n_purchases(*history, n=most + 1, horizon=1.0)
    with pytest.raises(InvalidValueError, match="'n'"):
        model.probability_of_n_purchases_new_customer([0, most + 1], 3.0)
    none = model.probability_of_n_purchases_new_customer([], [])
    assert none.shape == (0,)
    with pytest.raises(InvalidValueError, match="'n'"):
        model.probability_of_at_least_n_purchases(*history, n=100_001, horizon=1.0)


def test_as_many_purchases_as_are_added_up_one_by_one() -> None:
    columns = ("x", "t", "T")
    rows = {"x": [1_000_000.0, 0.0], "t": [2.0, 0.0], "T": [3.0, 0.0]}
    frame = _frames.read(pd.DataFrame(rows), columns)
    _frames.refuse(frame, COUNTED_ONE_BY_ONE.rules(columns)(frame))
    history = [np.array(rows[name]) for name in columns]
    found = COUNTED_ONE_BY_ONE.history(*history)
    assert found[0].tolist() == rows["x"]
    history[0] = history[0] + np.array([1.0, 0.0])
    with pytest.raises(InvalidValueError, match="'frequency'"):
        COUNTED_ONE_BY_ONE.history(*history)
    assert COUNTED_ONE_BY_ONE.history([], [], [])[0].shape == (0,)
    assert OPPORTUNITIES.history([], [], [])[0].shape == (0,)
    assert OPPORTUNITIES.ages("t", []).shape == (0,)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((1e15, 2.0, 3.0), ""),
        ((1.001e15, 2.0, 3.0), "'x': .*It may not exceed 1e.15"),
        ((1.0, 3.0, 3.0), ""),
        ((1.0, 3.0, 2.999), "'t': .*Recency may not exceed T"),
        ((1.0, 0.0, 0.5), ""),
        ((1.0, 0.0, 0.0), "'T': .*Repeat purchases need a T above 0"),
        ((0.0, 0.0, 0.0), ""),
        ((0.0, 1e-9, 2.0), "'t': .*Recency is 0 where frequency is 0"),
        ((0.5, 1.0, 2.0), "'x': .*Frequency is a count"),
        ((0.0, 0.0, 1e-75), ""),
        ((0.0, 0.0, 9e-76), "'T': .*It may not lie between 0 and 1e-75"),
    ],
)
def test_a_history_of_a_lazy_frame_is_checked_by_rules(
    row: tuple[float, float, float], words: str
) -> None:
    pl = pytest.importorskip("polars")
    columns = ("x", "t", "T")
    rows = pl.DataFrame([(2.0, 1.0, 5.0), row], schema=columns, orient="row")
    frame = _frames.read(rows.lazy(), columns)
    rules = ANY_TIME.rules(columns)(frame)
    if not words:
        _frames.refuse(frame, rules)
        return
    with pytest.raises(InvalidValueError, match=f"{words}.*correct or drop"):
        _frames.refuse(frame, rules)


def _alive(*chances: float) -> Any:
    return SimpleNamespace(probability_alive=lambda *_: np.array(chances))


def test_a_chance_to_be_active_of_1e_200_is_divided_by() -> None:
    x, t_x, T = np.ones(2), np.ones(2), np.full(2, 9.0)

    def counted(*_: FloatArray) -> FloatArray:
        return np.array([3e-200, 2.0])

    found = given_active(_alive(1e-200, 0.5), counted, x, t_x, T)
    np.testing.assert_allclose(found, [3.0, 4.0], rtol=1e-12, atol=0)
    with pytest.raises(InvalidValueError) as refused:
        given_active(_alive(0.9e-200, 0.5), counted, x, t_x, T)
    words = str(refused.value)
    assert "the probability to be active: value below 1e-200 (1 in all)" in words


def test_customers_of_a_kind_are_scored_by_the_model_of_the_kind() -> None:
    asked: list[FloatArray] = []

    def models(table: FloatArray) -> list[float]:
        asked.append(table)
        return [float(10 * row[0] + row[1]) for row in table]

    def score(model: float, x: FloatArray, y: FloatArray) -> FloatArray:
        return model + x * y

    history = [np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, 0.25, 1.0, 0.0])]
    kinds = [np.array([2.0, 1.0, 2.0, 1.0]), np.array([5.0, 7.0, 5.0, 6.0])]
    found = scored_by_kind(score, models, history, kinds)
    assert found.tolist() == [25.5, 17.5, 28.0, 16.0]
    assert sorted(asked[0].tolist()) == [[1.0, 6.0], [1.0, 7.0], [2.0, 5.0]]
    none = [np.empty(0), np.empty(0)]
    assert scored_by_kind(score, models, none, none).shape == (0,)
    assert len(asked) == 1
    kind = SimpleNamespace(_models_of=models, covariates=("a", "b"))
    assert scored_by_model(kind, score, history, kinds).tolist() == found.tolist()
    plain: Any = 3.0
    assert scored_by_model(plain, score, history, kinds).tolist() == [3.5, 3.5, 6, 3]
    assert (covariates_of(kind), covariates_of(plain)) == (("a", "b"), ())


def _periods(
    rows: list[tuple[str, str]], ids: list[str], *, own: bool = True
) -> CovariatePeriods:
    table = pd.DataFrame(rows, columns=["who", "since"]).assign(
        size=np.arange(len(rows)) * 1.0
    )
    return covariate_periods(
        table if own else table.drop(columns="who"),
        _frames.read_eager(pd.DataFrame({"who": ids}), ["who"]),
        names=["size"],
        period_start_col="since",
        customer_id_col="who",
    )


def test_periods_that_begin_twice_are_counted_and_the_first_is_named() -> None:
    rows = [("b", "2024-03-01"), ("a", "2024-02-01"), ("b", "2024-01-09")]
    rows += [*rows[:2], ("b", "2024-02-01")]
    with pytest.raises(InvalidValueError) as refused:
        _periods(rows, ["a", "b"])
    assert str(refused.value) == (
        "column 'since': period that begins twice for one customer in 2 of 6 rows "
        "(first: 2024-02-01). Keep one row for each period."
    )
    with pytest.raises(InvalidValueError) as refused:
        _periods(rows, ["a", "b"], own=False)
    assert str(refused.value).startswith(
        "column 'since': period that begins twice in 3 of 6 rows (first: 2024-02-01)."
    )


def test_customers_without_a_period_are_counted_and_the_first_is_named() -> None:
    rows = [("b", "2024-03-01"), ("z", "2024-02-01")]
    with pytest.raises(InvalidValueError) as refused:
        _periods(rows, ["b", "y", "c"])
    assert str(refused.value) == (
        "argument 'covariates': customer without a row in 2 of 3 rows "
        "(first: customer 'y'). Add their periods."
    )


def test_periods_that_begin_late_or_end_early_are_counted() -> None:
    rows = [(who, day) for who in "abc" for day in ("2024-01-05", "2024-01-08")]
    rows[0] = ("a", "2024-01-01")
    periods = _periods(rows, ["a", "b", "c"])
    first = np.full(3, (pd.Timestamp("2024-01-03") - pd.Timestamp(0)).days)
    with pytest.raises(InvalidValueError) as refused:
        periods.require(first, int(first[0]) + 1, column="since")
    assert str(refused.value) == (
        "column 'since' of the covariates: customer whose first purchase lies before "
        "the first period in 2 of 3 rows (first: purchase of 2024-01-03, first period "
        "of 2024-01-05). Add the earlier periods."
    )
    # Of a the last period lasts 7 days, of b and c 3 days: until the 10th.
    with pytest.raises(InvalidValueError) as refused:
        periods.require(first + 1, int(first[0]) + 8, column="since")
    assert str(refused.value).startswith(
        "column 'since' of the covariates: customer whose periods end before "
        "2024-01-11 in 2 of 3 rows (first: periods until 2024-01-10)."
    )
    periods.require(first + 1, int(first[0]) + 7, column="since")


def _effect(on: str, size: float) -> clv.CovariateEffect:
    return clv.CovariateEffect(
        covariate="size", on=on, estimate=9.0, standard_error=0.1, shrunk=size
    )


@pytest.mark.parametrize("unit", ["day", "week"])
def test_covariates_that_never_change_make_a_plain_model(unit: Any) -> None:
    days = {"day": 1.0, "week": 7.0}[unit]
    log = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "c", "c"],
            "date": ["2024-01-01", "2024-01-09", "2024-02-20", "2024-03-30",
                     "2024-02-01", "2024-03-31"],
            "amount": 5.0,
        }
    )  # fmt: skip
    given: dict[str, Any] = {"observation_period_end": "2024-03-31"}
    customers = ck.rfm_summary(log, time_unit=unit, **given)
    given["covariates"] = pd.DataFrame({"period_start": ["2024-01-01"], "size": [2.0]})
    effects = (_effect("dropout", -0.4), _effect("purchase rate", 0.3))
    model = clv.TimeVaryingCovariates(
        baseline=(0.8, 20.0, 0.7, 50.0), effects=effects, time_unit=unit
    )
    plain = clv.ParetoNbd(
        r=0.8, alpha=20.0 * np.exp(-0.6), s=0.7, beta=50.0 * np.exp(0.8)
    )
    history = [customers[name] for name in ("frequency", "recency", "T")]
    alive = model.with_probability_alive(customers, **given)["probability_alive"]
    np.testing.assert_allclose(
        alive, plain.probability_alive(*history), rtol=1e-12, atol=0
    )
    horizon = 10.5 / days
    every: list[dict[str, Any]] = [{}, {"discount_rate": 0.02}]
    for terms in every:
        found = model.with_expected_purchases(
            customers, horizon=horizon, **terms, **given
        )["expected_purchases"]
        known = plain.discounted_expected_purchases(
            *history, horizon=horizon, discount_rate=terms.get("discount_rate", 0.0)
        )
        np.testing.assert_allclose(found, known, rtol=1e-10, atol=0)
    broken = customers.assign(last_date=pd.to_datetime(["2023-12-31"] * 3))
    with pytest.raises(InvalidValueError, match=r"'last_date': .*in 3 of 3.*precede"):
        model.with_probability_alive(broken, **given)
    negative = customers.assign(frequency=[-1.0, 0.0, 1.0])
    with pytest.raises(InvalidValueError, match=r"'frequency': negative .*in 1 of 3"):
        model.with_probability_alive(negative, **given)


def test_a_new_column_has_a_name_of_its_own() -> None:
    new_columns(["c", "d"], read=("a", "b"))
    with pytest.raises(InvalidValueError, match="'b', a column that is read"):
        new_columns(["c", "b"], read=("a", "b"))
    with pytest.raises(InvalidTypeError, match="the name of the new column"):
        new_columns(["c", 3], read=("a", "b"))
    assert [finite_margin(share) for share in (-2.0, 0.0, 1.5)] == [-2.0, 0.0, 1.5]
    for share in (np.inf, -np.inf):
        with pytest.raises(InvalidValueError, match="'margin'"):
            finite_margin(share)
