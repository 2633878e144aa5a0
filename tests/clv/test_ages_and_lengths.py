"""Ages of customers in periods, groups of several columns, and days of a mean year."""

import numpy as np
import pandas as pd
import pytest

from crmkit._frames import read_eager
from crmkit.clv.models.seasonality_fit import _codes, _event_days, _lengths
from crmkit.clv.value.profit_change import _by_age, _padded, _span
from crmkit.clv.value.value_tenses import _peers
from crmkit.errors import InvalidTypeError, InvalidValueError

YEAR = 365.2425


def test_ages_count_whole_periods_before_the_first_day() -> None:
    # A period of five days from day 100: one period ago begins on day 95.
    first_day = np.array([99, 95, 94, 90, 85, 70, -(10**10), 97])
    chosen = np.array([True] * 7 + [False])
    found = _by_age(chosen, first_day, (100, 104))
    assert found.tolist() == [2, 2, 1, 0, 0, 1, 1]


def test_counts_are_filled_in_before_those_of_unknown_age() -> None:
    assert _padded(np.array([3.0, 2.0, 7.0]), 5).tolist() == [3, 2, 0, 0, 7]
    assert _padded(np.array([7.0]), 1).tolist() == [7]


def test_a_period_may_be_one_day_and_not_end_before_it_begins() -> None:
    first, last = _span("before", ("2024-02-01", "2024-02-01"))
    assert first == last
    with pytest.raises(InvalidValueError, match="ends before it begins"):
        _span("before", ("2024-02-02", "2024-02-01"))
    with pytest.raises(InvalidTypeError, match="the first and the last day"):
        _span("before", ("2024-02-02",))


def test_peers_agree_in_every_column() -> None:
    rng = np.random.default_rng(2)
    columns = {name: rng.integers(0, 3, 60) for name in ("a", "b", "c")}
    frame = read_eager(pd.DataFrame(columns), list(columns))
    peers, count = _peers(frame, list(columns))
    rows = list(zip(*columns.values(), strict=True))
    assert count == len(set(rows))
    same = np.array([[one == other for other in rows] for one in rows])
    np.testing.assert_array_equal(peers[:, None] == peers, same)


def test_the_periods_of_a_mean_year_add_up_to_it() -> None:
    months = _lengths("month", {})
    assert months[1] == pytest.approx(YEAR - 337, rel=1e-12, abs=0)
    assert np.delete(months, 1).tolist() == [31, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    weeks = _lengths("week", {})
    assert weeks[:51].tolist() == [7.0] * 51
    for parts, count in ((months, 12), (weeks, 52)):
        assert parts.size == count
        assert parts.sum() == pytest.approx(YEAR, rel=1e-12, abs=0)


def test_an_event_lasts_its_days_over_the_years_in_which_it_was() -> None:
    days = ["2022-11-25", "2022-11-26", "2023-11-24", "2023-11-24", "2025-12-31"]
    events = _event_days({"friday": days, "day": ["2024-01-01"]})
    lengths = _lengths("month", events)[12:]
    np.testing.assert_allclose(lengths, [4 / 3, 1.0], rtol=1e-12)


def test_days_of_events_come_before_those_of_months() -> None:
    calendar = np.arange(19_700, 19_830)
    days = calendar.astype("datetime64[D]")
    known = days.astype("datetime64[M]").astype(int) % 12
    events = {"first": calendar[[0, 1]], "later": calendar[[40, 90]]}
    found = _codes(calendar, "month", events)
    known[[0, 1]], known[[40, 90]] = 12, 13
    np.testing.assert_array_equal(found, known)
    weekly = _codes(calendar, "week", events)
    assert weekly[[0, 40]].tolist() == [52, 53]
    # Of the first day of a log nothing is known: no purchase after a first is on it.
    with pytest.raises(InvalidValueError, match="no day of 'first' in the log"):
        _codes(calendar, "month", {"first": calendar[:1]})
