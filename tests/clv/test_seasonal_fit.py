"""What a fit of a season reads of a log and counts, and which penalties it takes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.models.dated_purchases import DatedPurchases, dated_purchases
from crmkit.clv.models.seasonality_fit import _dated
from crmkit.errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from crmkit.kernels.purchases import seasonal_clock

END = "2022-12-31"


def _log(n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    first = rng.integers(0, 500, n)
    count = rng.poisson(6.0, n)
    who = np.repeat(np.arange(n), count)
    day = first[who] + rng.integers(0, 200, who.size)
    dates = np.concatenate([first, day])
    return pd.DataFrame(
        {
            "customer_id": np.concatenate([np.arange(n), who]),
            "date": pd.Timestamp("2021-02-03") + pd.to_timedelta(dates, unit="D"),
            "amount": 10.0,
        }
    ).sample(frac=1.0, random_state=1)


LOG = _log()


@pytest.mark.parametrize("family", ["bg_nbd", "mbg_nbd"])
def test_repeat_purchases_are_days_after_the_first_one(family: Any) -> None:
    # Rows of one day, and rows after the end, are no purchases more.
    again = pd.concat([LOG, LOG.head(50), LOG.head(9).assign(date="2023-01-01")])
    again["date"] = pd.to_datetime(again["date"])
    found = clv.fit_seasonality(
        again, observation_period_end=END, purchases=family, penalty=20.0
    )
    days = LOG.drop_duplicates(["customer_id", "date"])
    assert found.n_purchases == len(days) - days["customer_id"].nunique()
    assert found.penalty == 20.0
    assert found.period == "month"
    assert found.events == ()
    assert (len(found.index), len(found.log_errors)) == (12, 12)
    same = clv.fit_seasonality(
        LOG, observation_period_end=END, purchases=family, penalty=20.0
    )
    assert found == same


def test_columns_and_refunds_are_read_as_they_are_named() -> None:
    refund = LOG.head(6).assign(amount=-4.0)
    both = pd.concat([LOG, refund])
    with pytest.raises(InvalidValueError, match="'amount'"):
        clv.fit_seasonality(both, observation_period_end=END, penalty=20.0)
    renamed = both.rename(columns={"customer_id": "who", "date": "at", "amount": "eur"})
    found = clv.fit_seasonality(
        renamed,
        observation_period_end=END,
        penalty=20.0,
        refunds="drop",
        customer_id_col="who",
        date_col="at",
        amount_col="eur",
    )
    known = clv.fit_seasonality(LOG, observation_period_end=END, penalty=20.0)
    assert found == known


def test_a_penalty_without_end_leaves_no_season() -> None:
    flat = clv.fit_seasonality(LOG, observation_period_end=END, penalty=1e15)
    np.testing.assert_allclose(flat.index, 1.0, rtol=1e-12, atol=0)
    assert flat.log_likelihood == pytest.approx(
        flat.flat_log_likelihood, rel=1e-12, abs=0
    )
    for penalty in (-1e-9, 1.001e15):
        with pytest.raises(InvalidValueError, match="'penalty'"):
            clv.fit_seasonality(LOG, observation_period_end=END, penalty=penalty)


def test_an_index_that_did_not_settle_travels_on_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seasonal_clock, "_ROUNDS", 2)
    with pytest.raises(ConvergenceError, match="did not settle in 2 rounds") as refused:
        clv.fit_seasonality(LOG, observation_period_end=END, penalty=20.0)
    fit = refused.value.fit
    assert isinstance(fit, clv.Seasonality)
    assert fit.penalty == 20.0


def _purchases(log: pd.DataFrame) -> DatedPurchases:
    return dated_purchases(
        log,
        observation_period_end="2022-01-31",
        refunds="error",
        customer_id_col="customer_id",
        date_col="date",
        amount_col="amount",
    )


def test_a_log_is_dated_by_customer_and_day() -> None:
    days = {"a": [3, 3, 9], "b": [5], "c": [4, 30, 11], "d": [5], "late": [40]}
    rows = [(who, day) for who, own in days.items() for day in own]
    start = pd.Timestamp("2022-01-01")
    log = pd.DataFrame(rows, columns=["customer_id", "day"]).assign(amount=2.0)
    log["date"] = start + pd.to_timedelta(log.pop("day"), unit="D")
    found = _purchases(log)
    origin = (start - pd.Timestamp("1970-01-01")).days
    assert found.end == origin + 30
    assert (found.occasions.day - origin).tolist() == [3, 9, 5, 4, 11, 30, 5]
    assert found.repeat.tolist() == [False, True, False, False, True, True, False]
    assert found.known.count.tolist() == [2, 1, 3, 1]
    # By the calendar from the first purchase of all: b and d have one history.
    codes = np.arange(28) % 4
    data = _dated(
        found, codes, lengths=np.full(6, 60.0), origin=origin + 3, first_toss=1
    )
    histories = zip(data.frequency, data.first, data.last, data.weights, strict=True)
    assert sorted(histories) == [(0, 2, 2, 2), (1, 0, 6, 1), (2, 1, 27, 1)]
    # Repeat purchases come 6, 8 and 27 days after it.
    assert data.repeats.tolist() == [1, 0, 1, 1, 0, 0]
    assert data.first_toss == 1
    with pytest.raises(NotEnoughDataError, match="who came back"):
        _purchases(log[log["customer_id"].isin(["b", "d"])])
