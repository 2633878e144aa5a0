"""A learned lapse window, and whom to keep first."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import LapseWindow, fit_lapse_window
from crmkit.errors import InvalidValueError, NotEnoughDataError

START = dt.datetime(2024, 1, 1)


def _log(rng: np.random.Generator, customers: int = 400) -> dict[str, Any]:
    """Customers who buy every exponential(12) days, half of whom stop at some time."""
    ids, days = [], []
    for who in range(customers):
        until = rng.integers(0, 300) if rng.random() < 0.5 else 300
        at = float(rng.integers(0, 50))
        while at <= until:
            ids.append(who)
            days.append(START + dt.timedelta(days=int(at)))
            at += 1 + rng.exponential(12)
    return {"customer_id": ids, "date": days}


def test_the_window_keeps_its_promise(
    eager_frame: Any, rng: np.random.Generator
) -> None:
    window = fit_lapse_window(
        eager_frame(_log(rng)),
        return_chance=0.1,
        observation_period_end=(START + dt.timedelta(days=300)).date(),
    )
    assert window.return_chance <= 0.1
    assert 20 < window.days < 80
    again = LapseWindow.from_dict(json.loads(json.dumps(window.to_dict())))
    assert again == window


def test_a_smaller_chance_needs_a_longer_silence(rng: np.random.Generator) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(rng))
    days = [
        fit_lapse_window(
            log, return_chance=chance, observation_period_end="2024-10-27"
        ).days
        for chance in (0.3, 0.1, 0.03)
    ]
    assert days == sorted(days)
    assert days[0] < days[2]


def test_rows_after_the_end_and_repeats_of_a_day_change_nothing(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(rng))
    late = log.head(30).assign(date=START + dt.timedelta(days=400))
    ask: dict[str, Any] = {"return_chance": 0.1, "observation_period_end": "2024-10-27"}
    more = pd.concat([late, log, log])
    assert fit_lapse_window(more, **ask) == fit_lapse_window(log, **ask)


def test_the_lapsed_are_marked_in_every_library(frame: Any, columns_of: Any) -> None:
    window = LapseWindow(days=45, return_chance=0.1)
    customers = {"customer_id": [1, 2, 3], "inactivity": [45.0, 46, 0]}
    out = columns_of(window.with_lapsed(frame(customers)))
    marked = dict(zip(out["customer_id"], out["lapsed"], strict=True))
    assert marked == {1: 0, 2: 1, 3: 0}


def test_a_purchase_on_the_last_day_opens_no_silence() -> None:
    import pandas as pd

    log = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b", "c"],
            "date": pd.to_datetime(
                ["2024-01-01", "2024-01-06", "2024-01-01", "2024-01-11", "2024-01-11"]
            ),
        }
    )
    window = fit_lapse_window(
        log, return_chance=0.1, observation_period_end="2024-01-11"
    )
    assert (window.gaps, window.open_gaps) == (2, 1)


def test_nobody_came_back_is_no_window() -> None:
    import pandas as pd

    log = pd.DataFrame({"customer_id": [1, 2], "date": [START, START]})
    with pytest.raises(NotEnoughDataError, match="came back, got 0"):
        fit_lapse_window(log, return_chance=0.1, observation_period_end="2024-05-01")
