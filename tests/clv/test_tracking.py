"""Expected and actual repeat purchases over time, and who is active when."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv, rfm_summary
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.snapshots import TransactionColumns

MODEL = clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week")
OPTIONS: dict[str, Any] = {
    "models": {"BG/NBD": MODEL},
    "observation_period_end": "1998-06-30",
    "time_unit": "week",
}


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return load_cdnow_sample()


@pytest.fixture(scope="module")
def tracked(log: pd.DataFrame) -> pd.DataFrame:
    return clv.tracking(log, **OPTIONS)


def test_periods_add_up_to_the_cumulative_columns(tracked: pd.DataFrame) -> None:
    for name in ("actual", "expected"):
        total = tracked[f"cumulative_{name}"].to_numpy(float)
        assert np.cumsum(tracked[name].to_numpy(float)) == pytest.approx(total)
    steps = tracked["period_end"].diff().dropna().dt.days
    assert (steps == 7).all()
    assert tracked["period_end"].iloc[-1] == pd.Timestamp("1998-06-30")


def test_actual_is_what_summaries_count(
    log: pd.DataFrame, tracked: pd.DataFrame
) -> None:
    for at in (10, 40, len(tracked) - 1):
        end = tracked["period_end"].iloc[at]
        summary = rfm_summary(log, observation_period_end=end.date(), time_unit="week")
        assert tracked["cumulative_actual"].iloc[at] == summary["frequency"].sum()
        expected = MODEL.expected_purchases_new_customer(summary["T"]).sum()
        assert tracked["cumulative_expected"].iloc[at] == pytest.approx(
            expected, rel=1e-12
        )


def test_the_fit_tracks_the_calibration_of_cdnow(tracked: pd.DataFrame) -> None:
    # Fader, Hardie and Lee (2005): within a few percent over the 39 weeks fitted.
    by_then = tracked[tracked["period_end"] <= "1997-09-30"].iloc[-1]
    assert by_then["cumulative_expected"] == pytest.approx(
        by_then["cumulative_actual"], rel=0.04
    )


def test_only_customers_of_the_calibration_are_tracked(log: pd.DataFrame) -> None:
    early = clv.tracking(log, calibration_period_end="1997-01-31", **OPTIONS)
    first = log.groupby("customer_id")["date"].transform("min")
    alone = clv.tracking(log[first <= "1997-01-31"], **OPTIONS)
    pd.testing.assert_frame_equal(early, alone)


def test_models_have_rows_of_their_own(log: pd.DataFrame) -> None:
    both = {"BG/NBD": MODEL, "NBD": clv.Nbd(r=0.4, alpha=10.0)}
    found = clv.tracking(log, **{**OPTIONS, "models": both}, step_days=91)
    actual = found.pivot(index="period_end", columns="model", values="actual")
    assert (actual["BG/NBD"] == actual["NBD"]).all()


def test_an_end_that_no_log_reaches_is_refused(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidValueError, match=r"periods of 7 days.*at most 5,000"):
        clv.tracking(
            log,
            models={"m": clv.Nbd(r=1.0, alpha=5.0)},
            observation_period_end="9999-12-31",
        )


def test_another_unit_is_refused(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidValueError, match="time_unit='week'"):
        clv.tracking(log, **{**OPTIONS, "time_unit": "day"})
    with pytest.raises(InvalidValueError, match="'models': an empty mapping"):
        clv.tracking(log, **{**OPTIONS, "models": {}})
    with pytest.raises(NotEnoughDataError, match="customers to track"):
        clv.tracking(log, calibration_period_end="1990-01-01", **OPTIONS)
    days = ["1997-06-30"]
    with pytest.raises(InvalidValueError, match="time_unit='week'"):
        clv.probability_alive_path(log, model=MODEL, days=days, time_unit="day")
    with pytest.raises(InvalidValueError, match="'days': an empty list"):
        clv.probability_alive_path(log, model=MODEL, days=[], time_unit="week")


def test_a_log_of_returns_alone_has_no_customers_to_track(log: pd.DataFrame) -> None:
    returns = log.head(3).assign(amount=-1.0)
    with pytest.raises(NotEnoughDataError, match="customers to track"):
        clv.tracking(returns, refunds="drop", **OPTIONS)


def test_a_path_is_what_is_known_on_each_day(log: pd.DataFrame) -> None:
    days = ["1997-06-30", "1997-12-31", "1999-06-30"]
    path = clv.probability_alive_path(log, model=MODEL, days=days, time_unit="week")
    for day in days:
        summary = rfm_summary(log, observation_period_end=day, time_unit="week")
        known = MODEL.with_probability_alive(summary)
        found = path[path["date"] == day]
        assert found["customer_id"].tolist() == known["customer_id"].tolist()
        assert (
            found["probability_alive"].tolist() == known["probability_alive"].tolist()
        )
    means = path.groupby("date")["probability_alive"].mean()
    assert means.is_monotonic_decreasing


def test_a_path_has_the_names_and_the_library_of_the_log(log: pd.DataFrame) -> None:
    pl = pytest.importorskip("polars")
    renamed = pl.from_pandas(log.rename(columns={"customer_id": "who"}))
    path = clv.probability_alive_path(
        renamed,
        model=MODEL,
        days=["1997-06-30"],
        time_unit="week",
        customer_id_col="who",
    )
    assert path.columns == ["who", "date", "probability_alive"]
    tracked = clv.tracking(
        renamed, **OPTIONS, columns=TransactionColumns(customer_id="who")
    )
    assert isinstance(tracked, pl.DataFrame)


def test_five_thousand_periods_are_counted_and_no_more() -> None:
    ask: dict[str, Any] = {**OPTIONS, "step_days": 1}
    last = pd.Timestamp("1998-06-30")
    dates = [last - pd.Timedelta(days=days) for days in (4999, 4990, 10)]
    log = pd.DataFrame({"customer_id": [1, 1, 1], "date": dates, "amount": 1.0})
    assert len(clv.tracking(log, **ask)) == 5_000
    earlier = log.assign(date=log["date"] - pd.Timedelta(days=1))
    with pytest.raises(InvalidValueError, match="5,001 periods of 1 days"):
        clv.tracking(earlier, **ask)
