"""A log merged into days once gives what its rows give."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.report import Question, analyse
from crmkit.report.findings.customer_labels import labels_of
from crmkit.report.intake.merged_log import merge_log
from crmkit.report.intake.prepare import prepare_log
from crmkit.rfm import summary_in_memory
from crmkit.typing import Grain, Refunds

_END = dt.date(2024, 6, 30)
_CUT = (dt.date(2024, 3, 31) - dt.date(1970, 1, 1)).days
_FRAMES: tuple[Callable[[pd.DataFrame], Any], ...] = (
    lambda log: log,
    pl.from_pandas,
    lambda log: pa.Table.from_pandas(log, preserve_index=False),
)


def _log(*, refunds: bool) -> pd.DataFrame:
    """Draw a log with several rows a day, some of them refunds."""
    rng = np.random.default_rng(7)
    who = rng.integers(0, 60, 900)
    day = rng.integers(0, 210, 900)  # some lie after the end
    amount = rng.gamma(2.0, 10.0, 900).round(2)
    amount[rng.random(900) < 0.15 * refunds] *= -1.0
    first = pd.DataFrame({"customer_id": range(60), "day": 0, "amount": 500.0})
    log = pd.DataFrame({"customer_id": who, "day": day, "amount": amount})
    log = pd.concat([first, log], ignore_index=True)
    log["customer_id"] = "C" + log["customer_id"].astype(str)
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log.pop("day"), unit="D")
    return log


def _rows(frame: Any) -> pd.DataFrame:
    return pd.DataFrame(frame.to_dict(as_series=False))


@pytest.mark.parametrize("made", _FRAMES)
@pytest.mark.parametrize("refunds", ["error", "drop", "net", "cancel"])
def test_summaries_of_days_are_those_of_rows(
    made: Callable[[pd.DataFrame], Any], refunds: Refunds
) -> None:
    log = made(_log(refunds=refunds != "error"))
    question = Question(source="", observation_period_end=_END, refunds=refunds)
    prepared = prepare_log(log, question=question)
    merged = merge_log(prepared)
    pd.testing.assert_frame_equal(
        _rows(merged.summary()), _rows(prepared.summary()), check_exact=True
    )
    whole = prepared.split_summary(_CUT)
    names = ["T", "frequency", "holdout_frequency", "holdout_total_amount"]
    pd.testing.assert_frame_equal(
        _rows(merged.split_summary(_CUT, names)), _rows(whole)[names], check_exact=True
    )
    assert merged.facts == prepared.facts
    assert merged.first_day == (dt.date(2024, 1, 1) - dt.date(1970, 1, 1)).days


@pytest.mark.parametrize("refunds", ["error", "drop", "net", "cancel"])
@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter"])
def test_longer_periods_hold_the_rows_of_their_days(
    grain: Grain, refunds: Refunds
) -> None:
    log = _log(refunds=refunds != "error")
    question = Question(source="", observation_period_end=_END, refunds=refunds)
    prepared = prepare_log(log, question=question)
    opened, found = merge_log(prepared).periods(grain)
    assert opened.window.grain == grain
    rows = summary_in_memory.occasions_between(
        opened, prepared.frame, prepared.groups, refunds
    )
    np.testing.assert_array_equal(found.customer, rows.customer)
    np.testing.assert_array_equal(found.day, rows.day)
    np.testing.assert_array_equal(found.sales, rows.sales)
    np.testing.assert_allclose(found.amount, rows.amount, rtol=1e-12, atol=1e-9)


def test_rows_are_let_go_where_the_days_say_all() -> None:
    for refunds, left in (("error", 0), ("drop", 0), ("net", 960), ("cancel", 960)):
        question = Question(source="", observation_period_end=_END, refunds=refunds)  # type: ignore[arg-type] # of a tuple
        prepared = prepare_log(_log(refunds=False), question=question)
        merged = merge_log(prepared)
        assert len(merged.log.frame) == merged.log.day.size == left
        assert merged.log.groups.count == 60
        assert len(prepared.frame) == 960  # what was given stays whole


def test_a_refusal_names_the_row_as_the_caller_counts_it() -> None:
    log = _log(refunds=False).astype({"customer_id": object})
    log.loc[[2, 5], "customer_id"] = None
    log.loc[9, "amount"] = np.inf
    question = Question(source="", observation_period_end=_END, missing_ids="drop")
    with pytest.raises(InvalidValueError, match=r"first: row 9[,)]"):
        analyse(log, question=question)


@pytest.mark.parametrize("refunds", ["error", "drop", "net", "cancel"])
def test_a_log_without_a_purchase_is_refused(refunds: Refunds) -> None:
    log = _log(refunds=False)
    question = Question(source="", observation_period_end=_END, refunds=refunds)
    for made in _FRAMES:
        with pytest.raises(NotEnoughDataError, match="needs a purchase up to the end"):
            analyse(made(log.iloc[:0]), question=question)
    dropped = replace(question, refunds="drop")
    with pytest.raises(NotEnoughDataError, match="needs a purchase up to the end"):
        analyse(log.assign(amount=-1.0), question=dropped)


def test_few_labels_are_narrow_numbers() -> None:
    names = [f"L{at:03d}" for at in range(300)]
    for few, width in ((names[:1], 1), (names[:256], 1), (names[:257], 2)):
        frame = prepare_log(
            pd.DataFrame({"customer_id": few, "date": "2024-01-01", "amount": 1.0}),
            question=Question(source="", observation_period_end=_END),
        ).frame
        found = labels_of(frame, "customer_id")
        assert found.names == tuple(few)
        assert found.code.dtype.itemsize == width
        assert found.code.tolist() == list(range(len(few)))
