"""A lapse window that is learned from a log, and does not measure its length."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from crmkit.churn import LapseWindow, fit_lapse_window
from crmkit.errors import InvalidValueError, NotEnoughDataError

START = dt.datetime(2024, 1, 1)
ASK: dict[str, Any] = {"return_chance": 0.1, "horizon_days": 60}


def _end(days: int) -> dt.date:
    return (START + dt.timedelta(days=days)).date()


def _log(rng: np.random.Generator, *, days: int, life: float) -> dict[str, Any]:
    """Draw customers who arrive at any time, buy at a rate each, and leave by chance.

    They began to arrive long before the log, so that all its days are alike.
    """
    ids, dates = [], []
    for who in range(6 * (days + 300)):
        at = rng.uniform(-300, days)
        gone, rate = at + rng.exponential(life), rng.gamma(2, 1 / 30)
        while at < min(gone, days):
            if at >= 0:
                ids.append(who)
                dates.append(START + dt.timedelta(days=int(at)))
            at += rng.exponential(1 / rate)
    return {"customer_id": ids, "date": dates}


def test_a_longer_log_of_the_same_process_has_the_same_window() -> None:
    import pandas as pd

    windows = [
        fit_lapse_window(
            pd.DataFrame(_log(np.random.default_rng(days), days=days, life=120)),
            return_chance=0.2,
            horizon_days=60,
            observation_period_end=_end(days),
        ).days
        for days in (148, 240, 302, 372)
    ]
    found = [days for days in windows if days is not None]
    assert len(found) == 4
    assert max(found) - min(found) <= 8
    assert 40 < np.mean(found) < 60


def test_where_customers_always_return_there_is_no_window(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    ids = np.repeat(np.arange(600), 40)
    days = np.cumsum(1 + rng.exponential(12, (600, 40)), axis=1).astype(int).ravel()
    seen = days <= 300
    log = pd.DataFrame(
        {"customer_id": ids, "date": START + pd.to_timedelta(days, unit="D")}
    )[seen]
    window = fit_lapse_window(log, **ASK, observation_period_end=_end(300))
    assert window.days is None
    # What is told is the longest silence of which there are fifty.
    bought = log.drop_duplicates().sort_values(["customer_id", "date"])
    at = (bought["date"] - START).dt.days.to_numpy()
    left = bought["customer_id"].to_numpy()[:-1] != bought["customer_id"].to_numpy()[1:]
    gap = np.append(np.where(left, 10**6, np.diff(at)), 10**6)
    longest = max(
        w for w in range(200) if ((gap > w) & (at + w + 60 <= 300)).sum() >= 50
    )
    silent = (gap > longest) & (at + longest + 60 <= 300)
    assert longest > 10
    assert window.n_silent == silent.sum()
    assert window.returned == (silent & (gap <= longest + 60)).sum() / silent.sum()
    assert window.returned is not None
    assert window.returned > 0.9
    assert str(window).startswith("no lapse window: the chance to return within 60")
    customers = pd.DataFrame({"inactivity": [1.0, 1000.0]})
    assert window.with_lapsed(customers)["lapsed"].tolist() == [0, 0]
    assert LapseWindow.from_dict(json.loads(json.dumps(window.to_dict()))) == window


def _by_hand(log: dict[str, Any], end: int, chance: float, horizon: int) -> float:
    """Try each silence, customer by customer and purchase by purchase."""
    days: dict[Any, list[int]] = {}
    for who, date in zip(log["customer_id"], log["date"], strict=True):
        days.setdefault(who, []).append((date - START).days)
    for w in range(end):
        silent = back = 0
        for bought in days.values():
            known = sorted(set(bought))
            for at, following in zip(known, [*known[1:], 10**6], strict=True):
                if at + w + horizon <= end and following - at > w:
                    silent += 1
                    back += following - at <= w + horizon
        if silent >= 50 and back / silent < chance:
            return w
    raise AssertionError


@pytest.mark.parametrize(("chance", "horizon"), [(0.1, 60), (0.3, 60), (0.3, 25)])
def test_the_window_is_that_of_a_search(
    chance: float, horizon: int, eager_frame: Any, rng: np.random.Generator
) -> None:
    log = _log(rng, days=200, life=60)
    window = fit_lapse_window(
        eager_frame(log),
        return_chance=chance,
        horizon_days=horizon,
        observation_period_end=_end(200),
    )
    assert window.days == _by_hand(log, 200, chance, horizon)
    assert window.returned is not None
    assert window.returned < chance
    again = LapseWindow.from_dict(json.loads(json.dumps(window.to_dict())))
    assert again == window


def test_a_log_too_short_for_the_question_is_refused(rng: np.random.Generator) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(rng, days=90, life=60))
    with pytest.raises(NotEnoughDataError, match="Pass a longer log"):
        fit_lapse_window(log, **ASK, observation_period_end=_end(90))
    with pytest.raises(NotEnoughDataError, match="silences of 0 days followed for 95"):
        fit_lapse_window(
            log, return_chance=0.1, horizon_days=95, observation_period_end=_end(90)
        )


def test_rows_after_the_end_and_repeats_of_a_day_change_nothing(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(rng, days=250, life=60))
    late = log.head(30).assign(date=START + dt.timedelta(days=400))
    ask: dict[str, Any] = {**ASK, "observation_period_end": _end(250)}
    more = pd.concat([late, log, log])
    assert fit_lapse_window(more, **ask) == fit_lapse_window(log, **ask)


def test_the_lapsed_are_marked_in_every_library(frame: Any, columns_of: Any) -> None:
    window = LapseWindow(days=45, return_chance=0.1, horizon_days=90)
    customers = {"customer_id": [1, 2, 3], "inactivity": [44.0, 45, 0]}
    out = columns_of(window.with_lapsed(frame(customers)))
    marked = dict(zip(out["customer_id"], out["lapsed"], strict=True))
    assert marked == {1: 0, 2: 1, 3: 0}
    with pytest.raises(InvalidValueError, match="'inactivity': negative value"):
        window.with_lapsed(frame(customers | {"inactivity": [-1.0, 45, 0]}))


def test_a_log_without_a_return_is_refused() -> None:
    import pandas as pd

    log = pd.DataFrame({"customer_id": [1, 2], "date": [START, START]})
    with pytest.raises(NotEnoughDataError, match="bought on two days, got 0"):
        fit_lapse_window(log, **ASK, observation_period_end="2024-05-01")


def test_a_window_that_cannot_exist_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="'days'"):
        LapseWindow(days=-1, return_chance=0.1, horizon_days=90)
    with pytest.raises(InvalidValueError, match="'horizon_days'"):
        LapseWindow(days=5, return_chance=0.1, horizon_days=0)


def _days(*bought: tuple[int, int]) -> dict[str, Any]:
    """Return a log of so many purchases on a day, customers in the same order."""
    ids = [who for _, count in bought for who in range(count)]
    dates = [
        START + dt.timedelta(days=day) for day, count in bought for _ in range(count)
    ]
    return {"customer_id": ids, "date": dates}


@pytest.mark.parametrize("customers", [60, 50])
def test_a_share_equal_to_the_chance_is_not_below_it_and_fifty_silences_suffice(
    customers: int,
) -> None:
    import pandas as pd

    # Six return the day after, one more on the last day: 6 of all silences of 0 days
    # that could be followed end in a return within a day, none of those of 1 day.
    log = _days((0, customers), (1, 6), (10, 1))
    window = fit_lapse_window(
        pd.DataFrame(log),
        return_chance=6 / (customers + 6),
        horizon_days=1,
        observation_period_end=_end(10),
    )
    assert window == LapseWindow(
        days=1.0,
        return_chance=6 / (customers + 6),
        horizon_days=1,
        returned=0.0,
        n_silent=customers,
        n_gaps=7,
        n_open_gaps=customers,
    )


def test_silences_of_one_customer_in_twenty_may_stay_unjudged() -> None:
    import pandas as pd

    ask: dict[str, Any] = {
        "return_chance": 0.5,
        "horizon_days": 1,
        "observation_period_end": _end(3),
    }
    every = [(0, 100), (1, 100), (2, 100)]
    window = fit_lapse_window(pd.DataFrame(_days(*every, (3, 95))), **ask)
    assert (window.days, window.returned) == (None, 295 / 300)
    with pytest.raises(NotEnoughDataError, match=r"50 silences of 1 days .* got 0"):
        fit_lapse_window(pd.DataFrame(_days(*every, (3, 94))), **ask)
