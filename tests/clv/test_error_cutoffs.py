"""At which past days a model is judged, where the caller names none."""

import datetime as dt
import itertools
from functools import partial
from typing import Any

import pandas as pd
import pytest

from crmkit import clv
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidValueError, NotEnoughDataError


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    found = load_cdnow_sample()
    return found[found["amount"] > 0]


def test_cutoffs_are_chosen_every_28_days_after_91_days_of_log(
    log: pd.DataFrame,
) -> None:
    error = clv.fit_model_error(
        log,
        purchases=clv.fit_bg_nbd,
        lead_days=[28],
        observation_period_end="1997-08-31",
    )
    days = [dt.date.fromisoformat(each.cutoff) for each in error.errors]
    assert days[-1] == dt.date(1997, 8, 3)
    assert {(b - a).days for a, b in itertools.pairwise(days)} == {28}
    assert days[0] >= log["date"].min().date() + dt.timedelta(days=91)
    assert all(each.value is None for each in error.errors)


def test_no_cutoff_is_chosen_after_the_last_purchase(log: pd.DataFrame) -> None:
    known = log[log["date"] <= "1997-06-30"]
    error = clv.fit_model_error(
        known,
        purchases=clv.fit_bg_nbd,
        lead_days=[28],
        observation_period_end="2999-12-31",
    )
    assert error.errors[-1].cutoff == "1997-06-30"


def test_a_cutoff_too_young_for_a_fit_is_skipped_unless_it_was_named() -> None:
    dates = ["2024-01-01", "2024-01-05", "2024-06-01", "2024-07-01", "2024-09-01"]
    young = pd.DataFrame(
        {"customer_id": [1, 2, 1, 2, 1], "date": pd.to_datetime(dates), "amount": 5.0}
    )
    options: dict[str, Any] = {
        "purchases": partial(clv.fit_bg_nbd, penalty=1.0),
        "lead_days": [28],
    }
    error = clv.fit_model_error(young, **options)
    # No customer came back before 1 June.
    assert min(each.cutoff for each in error.errors) >= "2024-06-01"
    assert (error.n_skipped, len(error.errors)) == (2, 3)
    with pytest.raises(NotEnoughDataError, match="came back"):
        clv.fit_model_error(young, cutoffs=["2024-05-01"], **options)
    with pytest.raises(InvalidValueError, match="'lead_days'"):
        clv.fit_model_error(young, **{**options, "lead_days": []})
