"""MBG/CNBD-k: fitted, saved, drawn and refused like the other purchase models."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.clv.models import futures
from crmkit.clv.models.mbg_cnbd_k import _orders, _past_the_peak
from crmkit.errors import InvalidValueError
from crmkit.kernels.purchases import mbg_cnbd_k

TRUTH: dict[str, Any] = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}


def customers(size: int, k: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rate, _, lives = mbg_cnbd_k.sample_customers(size, rng, **TRUTH)
    T = rng.integers(180, 364, size) / 7
    who, when = mbg_cnbd_k.sample_purchase_times(rate, lives, T, rng, k=k)
    last = np.zeros(size)
    np.maximum.at(last, who, when)
    before = np.where(np.diff(who, prepend=-1) > 0, 0.0, np.roll(when, 1))
    return pd.DataFrame(
        {
            "customer_id": np.arange(size),
            "frequency": np.bincount(who, minlength=size),
            "recency": last,
            "T": T,
            "log_gaps": np.bincount(who, np.log(when - before), size),
        }
    )


REGULAR = customers(4000, 3, seed=1)


def test_the_regularity_is_found_with_and_without_the_gaps() -> None:
    sharp = clv.fit_mbg_cnbd_k(REGULAR, log_gaps_col="log_gaps", time_unit="week")
    assert sharp.k == 3
    # Two falls after the peak end the search.
    assert len(sharp.log_likelihoods) == 5
    assert np.argmax(sharp.log_likelihoods) == 2
    found = [sharp.r, sharp.alpha, sharp.a, sharp.b]
    assert found == pytest.approx(list(TRUTH.values()), rel=0.2)
    blunt = clv.fit_mbg_cnbd_k(REGULAR)
    assert blunt.k in (2, 3, 4)
    # The gaps tell of regularity far more than the rest does.
    gains = [np.ptp(fit.log_likelihoods[:3]) for fit in (sharp, blunt)]
    assert gains[0] > 3 * gains[1]


def test_at_one_step_the_fit_is_that_of_the_mbg_nbd() -> None:
    one = clv.fit_mbg_cnbd_k(REGULAR, k=1)
    known = clv.fit_mbg_nbd(REGULAR)
    assert list(one.parameters.values()) == pytest.approx(
        list(known.parameters.values()), rel=1e-7
    )
    assert one.report is not None
    assert known.report is not None
    assert one.report.log_likelihood == pytest.approx(
        known.report.log_likelihood, rel=1e-12
    )
    assert one.log_likelihoods == ()


def test_regular_buyers_come_from_their_own_future() -> None:
    model = clv.MbgCnbdK(**TRUTH, k=3)
    rows = np.full(20_000, 4.0), np.full(20_000, 20.0), np.full(20_000, 24.0)
    who, when = model.sample_purchase_times(
        *rows, horizon=26.0, rng=np.random.default_rng(2)
    )
    mean = model.expected_purchases(4, 20.0, 24.0, horizon=26.0)
    spread = float(model.variance_of_purchases(4, 20.0, 24.0, horizon=26.0))
    assert who.size / 20_000 == pytest.approx(mean, abs=4 * np.sqrt(spread / 20_000))
    assert np.all((when > 0) & (when <= 26.0))


def test_it_travels_and_takes_the_place_of_any_purchase_model() -> None:
    model = clv.fit_mbg_cnbd_k(REGULAR, k=3, time_unit="week")
    assert clv.MbgCnbdK.from_dict(model.to_dict()) == model
    scored = REGULAR.assign(monetary_value=20.0).pipe(
        clv.with_clv,
        purchases=model,
        spend=clv.GammaGamma(p=6.0, q=4.0, v=15.0),
        horizon=52,
        discount_rate=0.002,
    )
    assert np.all(scored["clv"] >= 0)
    with_both = model.with_probability_alive(REGULAR)
    assert with_both["probability_alive"].between(0, 1).all()
    drawn = clv.with_purchases_interval(
        REGULAR.head(20), purchases=model, horizon=26, rng=np.random.default_rng(3)
    )
    assert len(drawn) == 20


@pytest.mark.parametrize("k", [0, 25, 2.5])
def test_an_impossible_regularity_is_refused(k: float) -> None:
    with pytest.raises(ck.errors.CrmkitError, match="'k'"):
        clv.fit_mbg_cnbd_k(REGULAR, k=k)  # type: ignore[arg-type]


def test_missing_gaps_are_refused() -> None:
    holed = REGULAR.assign(log_gaps=REGULAR["log_gaps"].where(REGULAR.index > 0))
    with pytest.raises(ck.errors.InvalidValueError, match="log_gaps"):
        clv.fit_mbg_cnbd_k(holed, log_gaps_col="log_gaps")


def test_a_million_purchases_are_the_most_that_are_added_up() -> None:
    model = clv.MbgCnbdK(k=2, r=0.8, alpha=10.0, a=0.8, b=2.5)
    most = pd.DataFrame({"frequency": [1_000_000], "recency": [300.0], "T": [310.0]})
    assert model.with_probability_alive(most)["probability_alive"].between(0, 1).all()
    beyond = most.assign(frequency=1_000_001)
    with pytest.raises(ck.errors.InvalidValueError, match="may not exceed 1,000,000"):
        model.with_probability_alive(beyond)


def test_a_regularity_of_24_is_fitted_and_one_of_25_is_refused() -> None:
    few = REGULAR.head(200)
    assert clv.fit_mbg_cnbd_k(few, k=24, penalty=1.0).k == 24
    with pytest.raises(InvalidValueError, match=r"value 25.*from 1 to 24"):
        clv.fit_mbg_cnbd_k(few, k=25)


@pytest.mark.parametrize(
    ("values", "past"),
    [
        ([-5.0, -6.0], False),
        ([-5.0, -6.0, -6.1], True),
        ([-5.0, -5.0, -6.0], False),
        ([-5.0, -6.0, -6.0], False),
        ([-7.0, -6.0, -6.1, -6.9], True),
        ([-5.0, -6.0, -5.9, -6.5], False),
    ],
)
def test_the_peak_is_past_after_two_falls_in_a_row(
    values: list[float], *, past: bool
) -> None:
    assert _past_the_peak(values) is past


def test_a_row_counts_for_its_weight_in_the_search_for_the_regularity() -> None:
    few = REGULAR.head(150).assign(w=lambda rows: rows["customer_id"] % 3 + 1)
    options: dict[str, Any] = {"log_gaps_col": "log_gaps", "penalty": 1.0}
    weighted = clv.fit_mbg_cnbd_k(few, weight_col="w", **options)
    every = few.loc[few.index.repeat(few["w"])].drop(columns="customer_id")
    repeated = clv.fit_mbg_cnbd_k(every, **options)
    assert weighted.k == repeated.k
    np.testing.assert_allclose(
        weighted.log_likelihoods, repeated.log_likelihoods, rtol=1e-9, atol=0
    )
    # The gaps add what orders of events say beside the rest.
    alone = clv.fit_mbg_cnbd_k(every, penalty=1.0).log_likelihoods
    x, recency, gaps = (
        every[name].to_numpy(float) for name in ("frequency", "recency", "log_gaps")
    )
    for k in (1, 2):
        each = mbg_cnbd_k.regularity_log_likelihood(x, recency, gaps, k=k)
        added = float(each.sum())
        found = repeated.log_likelihoods[k - 1] - alone[k - 1]
        assert found == pytest.approx(added, rel=1e-8, abs=1e-9)


def test_steps_between_purchases_are_counted_from_1() -> None:
    assert clv.MbgCnbdK(**TRUTH, k=1).k == 1
    assert clv.MbgCnbdK(**TRUTH, k=1000).k == 1000
    for k in (0, 1001):
        with pytest.raises(InvalidValueError, match="'k'"):
            clv.MbgCnbdK(**TRUTH, k=k)


def test_regularities_from_1_to_24_are_tried() -> None:
    assert list(_orders(None)) == list(range(1, 25))
    assert [list(_orders(k)) for k in (1, 7, 24)] == [[1], [7], [24]]


def test_a_future_of_regular_buyers_is_drawn_by_their_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known: list[Any] = []

    def keep(*arguments: Any, **options: Any) -> tuple[list[int], list[float]]:
        known.extend([*arguments, options])
        return [], []

    kernel = SimpleNamespace(sample_active_times=keep)
    monkeypatch.setattr(futures, "mbg_cnbd_k", kernel)
    history = (np.array([2.0]), np.array([3.0]), np.array([9.0]))
    span, rng = np.array([4.0]), np.random.default_rng(1)
    futures.regular_futures(history, span, rng, k=2, **TRUTH)
    assert known == [*history, span, rng, {**TRUTH, "k": 2}]


def test_the_best_of_the_regularities_tried_is_kept_with_all_of_them() -> None:
    few = REGULAR.head(400)
    chosen = clv.fit_mbg_cnbd_k(few, log_gaps_col="log_gaps", penalty=1.0)
    best = int(np.argmax(chosen.log_likelihoods))
    assert chosen.k == best + 1
    assert len(chosen.log_likelihoods) == best + 3
    given = clv.fit_mbg_cnbd_k(few, k=chosen.k, penalty=1.0)
    assert given.parameters == chosen.parameters
    assert given.log_likelihoods == ()


def test_the_regularities_tried_are_1_to_24() -> None:
    assert list(_orders(None)) == list(range(1, 25))
    assert list(_orders(24)) == [24]
    with pytest.raises(InvalidValueError, match="from 1 to 24"):
        _orders(25)
