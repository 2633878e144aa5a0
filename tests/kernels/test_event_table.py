"""The event table agrees with published tables, scipy.stats and hand counts."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.kernels.survival import event_table as et
from crmkit.typing import BoolArray, FloatArray

# Freireich et al. (1963), remission in weeks: the classic table of Gehan (1965).
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def _never_late(duration: FloatArray) -> FloatArray:
    return np.full(duration.shape, -np.inf)


def _table(duration: FloatArray, event: BoolArray) -> et.EventTable:
    ones = np.ones(duration.size)
    return et.event_table(_never_late(duration), duration, event, ones)


def _treated() -> et.EventTable:
    return _table(np.array(TREATED, float), np.array(TREATED_EVENT, bool))


def test_the_treated_arm_of_the_leukemia_trial_is_reproduced() -> None:
    table = _treated()
    S = et.at_times(
        table.time, et.survival(table), np.array([5.0, 6, 7, 10, 13, 16, 22, 23])
    )
    published = [1, 0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    np.testing.assert_allclose(S, published, atol=5e-5)


def _both_arms() -> tuple[FloatArray, FloatArray]:
    duration = np.array(TREATED + PLACEBO, float)
    event = np.array(TREATED_EVENT + [1] * 21, bool)
    group = np.repeat([0, 1], 21)
    return et.grouped_events(
        _never_late(duration), duration, event, np.ones(42), group, groups=2
    )


def test_the_log_rank_statistics_of_the_leukemia_trial() -> None:
    events, at_risk = _both_arms()
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    # lifelines' own test-suite holds the weighted ones; 16.79294 is in every textbook.
    # Its Peto weights are the product of 1 - d / (n + 1).
    for time_weight, published in [
        (np.ones(n.size), 16.79294),
        (n, 13.457852),
        (np.sqrt(n), 15.123575),
        (np.cumprod(1 - d / (n + 1)), 14.084139),
    ]:
        found = et.log_rank(events, at_risk, time_weight)
        assert found.statistic == pytest.approx(published, rel=5e-7)
        assert found.degrees_of_freedom == 1
    assert found.observed.sum() == pytest.approx(found.expected.sum(), rel=1e-12)


def test_scipy_is_reproduced_with_its_intervals(rng: np.random.Generator) -> None:
    duration = rng.integers(1, 30, size=200).astype(float)
    event = rng.random(200) < 0.6
    event[np.argmax(duration)] = False
    table = _table(duration, event)
    data = stats.CensoredData(uncensored=duration[event], right=duration[~event])
    sf = stats.ecdf(data).sf
    S = et.at_times(table.time, et.survival(table), sf.quantiles)
    np.testing.assert_allclose(S, sf.probabilities, rtol=1e-12)
    variance = et.greenwood(table)
    place = np.searchsorted(table.time, sf.quantiles)
    inside = (S > 0) & (S < 1)
    log_log = sf.confidence_interval(confidence_level=0.9, method="log-log")
    ours = et.log_log_interval(et.survival(table), variance, level=0.9)
    np.testing.assert_allclose(ours[0][place][inside], _limit(log_log.low)[inside])
    np.testing.assert_allclose(ours[1][place][inside], _limit(log_log.high)[inside])
    linear = sf.confidence_interval(confidence_level=0.9, method="linear")
    plain = et.plain_interval(et.survival(table), variance, level=0.9)
    np.testing.assert_allclose(plain[0][place][inside], _limit(linear.low)[inside])
    np.testing.assert_allclose(plain[1][place][inside], _limit(linear.high)[inside])


def _limit(curve: Any) -> FloatArray:
    return np.asarray(curve.probabilities, dtype=np.float64)


def test_scipy_log_rank_is_reproduced(rng: np.random.Generator) -> None:
    duration = rng.exponential(size=120)
    event = rng.random(120) < 0.7
    group = np.repeat([0, 1], 60)
    events, at_risk = et.grouped_events(
        _never_late(duration), duration, event, np.ones(120), group, groups=2
    )
    found = et.log_rank(events, at_risk, np.ones(events.shape[1]))
    sample = [
        stats.CensoredData(
            uncensored=duration[event & (group == g)],
            right=duration[~event & (group == g)],
        )
        for g in (0, 1)
    ]
    theirs = stats.logrank(sample[0], sample[1])
    assert found.statistic == pytest.approx(theirs.statistic**2, rel=1e-10)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=30))
def test_the_curve_starts_at_one_and_only_drops_at_events(
    rows: list[tuple[int, bool]],
) -> None:
    duration = np.array([row[0] for row in rows], float)
    event = np.array([row[1] for row in rows])
    table = _table(duration, event)
    S = np.concatenate(([1.0], et.survival(table)))
    assert np.all(np.diff(S) <= 0)
    assert np.all((np.diff(S) < 0) == (table.events > 0))
    assert np.all(S >= 0)
    lower, upper = et.log_log_interval(S[1:], et.greenwood(table), level=0.95)
    assert np.all((lower <= S[1:]) & (S[1:] <= upper) & (upper <= 1) & (lower >= 0))


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_without_censoring_it_is_one_minus_the_empirical_distribution(
    durations: list[int],
) -> None:
    duration = np.array(durations, float)
    table = _table(duration, np.ones(duration.size, bool))
    expected = [(duration > t).mean() for t in table.time]
    np.testing.assert_allclose(et.survival(table), expected, atol=1e-14)
    mean, error = et.restricted_mean(table, until=21.0)
    assert mean == pytest.approx(duration.mean(), rel=1e-12)
    # Without censoring Irwin's variance is that of a sample mean.
    assert error**2 == pytest.approx(duration.var() / duration.size, abs=1e-12)


def test_all_censored_stays_at_one() -> None:
    table = _table(np.array([3.0, 5.0]), np.array([False, False]))
    assert et.survival(table).tolist() == [1.0, 1.0]
    assert et.quantile(table.time, et.survival(table), 0.5) == float("inf")
    assert et.restricted_mean(table, until=4.0) == (4.0, 0.0)


def test_a_weight_of_two_is_the_row_twice(rng: np.random.Generator) -> None:
    duration = rng.integers(1, 8, 30).astype(float)
    event = rng.random(30) < 0.5
    weight = rng.integers(1, 4, 30)
    light = et.event_table(_never_late(duration), duration, event, weight.astype(float))
    heavy = _table(np.repeat(duration, weight), np.repeat(event, weight))
    for name in ("time", "at_risk", "events", "censored"):
        assert getattr(light, name).tolist() == getattr(heavy, name).tolist()


def test_delayed_entry_counts_by_hand() -> None:
    # Entering at the very time of an event is too late for it.
    entry = np.array([-np.inf, 0.0, 2.0, 3.0])
    duration = np.array([2.0, 4.0, 4.0, 6.0])
    table = et.event_table(entry, duration, np.array([1, 1, 0, 1], bool), np.ones(4))
    assert table.time.tolist() == [2.0, 4.0, 6.0]
    assert table.at_risk.tolist() == [2.0, 3.0, 1.0]
    np.testing.assert_allclose(et.survival(table), [0.5, 1 / 3, 0.0])
    np.testing.assert_allclose(et.nelson_aalen(table), [0.5, 5 / 6, 11 / 6])


def test_splitting_a_spell_in_two_rows_changes_nothing(
    rng: np.random.Generator,
) -> None:
    duration = rng.integers(2, 12, 40).astype(float)
    event = rng.random(40) < 0.6
    start = np.zeros(40)
    whole = et.event_table(start, duration, event, np.ones(40))
    cut = np.floor(duration / 2)
    split = et.event_table(
        np.concatenate((start, cut)),
        np.concatenate((cut, duration)),
        np.concatenate((np.zeros(40, bool), event)),
        np.ones(80),
    )
    S = et.at_times(split.time, et.survival(split), whole.time)
    np.testing.assert_allclose(S, et.survival(whole), rtol=1e-12)


def test_the_median_of_ten_even_steps_is_the_fifth() -> None:
    table = _table(np.arange(1.0, 11.0), np.ones(10, bool))
    assert et.quantile(table.time, et.survival(table), 0.5) == 5.0


def test_nobody_left_keeps_the_last_upper_limit() -> None:
    table = _table(np.array([1.0, 2.0]), np.ones(2, bool))
    S, variance = et.survival(table), et.greenwood(table)
    for interval in (et.log_log_interval, et.plain_interval):
        lower, upper = interval(S, variance, level=0.95)
        assert lower[1] == 0.0
        assert upper[1] == upper[0]


def test_three_equal_groups_differ_by_nothing() -> None:
    duration = np.tile([1.0, 2.0, 3.0, 4.0], 3)
    events, at_risk = et.grouped_events(
        _never_late(duration),
        duration,
        np.ones(12, bool),
        np.ones(12),
        np.repeat([0, 1, 2], 4),
        groups=3,
    )
    found = et.log_rank(events, at_risk, np.ones(events.shape[1]))
    assert found.statistic == pytest.approx(0.0, abs=1e-20)
    assert found.degrees_of_freedom == 2


def test_weights_of_any_size_leave_no_rounding_behind() -> None:
    # The first row outweighs the rest; the last customers all leave, so S ends at 0.
    duration = np.array([1.0, 2.0, 2.0, 3.0, 3.0])
    event = np.array([True, True, False, True, True])
    weight = np.array([1e9, 0.1, 0.2, 0.3, 0.4])
    table = et.event_table(_never_late(duration), duration, event, weight)
    np.testing.assert_allclose(table.at_risk, [1e9 + 1, 1.0, 0.7], rtol=1e-15)
    S = et.survival(table)
    np.testing.assert_allclose(S[:2], [1 / (1e9 + 1), 0.9 / (1e9 + 1)], rtol=1e-6)
    assert S[2] == 0
    assert et.greenwood(table)[2] == np.inf
    _, at_risk = et.grouped_events(
        _never_late(duration),
        duration,
        event,
        weight,
        np.array([0, 1, 1, 1, 1]),
        groups=2,
    )
    assert at_risk[0].tolist() == [1e9, 0.0, 0.0]
    np.testing.assert_allclose(at_risk[1], [1.0, 1.0, 0.7], rtol=1e-15)


def test_all_who_are_at_risk_leave_while_others_have_not_come(
    rng: np.random.Generator,
) -> None:
    entry = np.array([-np.inf, -np.inf, 4.0])
    duration = np.array([3.0, 3.0, 5.0])
    for _ in range(50):
        weight = rng.random(3)
        table = et.event_table(entry, duration, np.ones(3, bool), weight)
        assert table.at_risk.tolist() == table.events.tolist()
        assert et.survival(table).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_weights_and_times_may_be_of_any_size(
    size: float, rng: np.random.Generator
) -> None:
    duration = rng.integers(1, 8, 30).astype(float)
    event = rng.random(30) < 0.5
    weight = rng.integers(1, 4, 30).astype(float)
    plain = et.event_table(_never_late(duration), duration, event, weight)
    mean, error = et.restricted_mean(plain, until=6.0)
    heavy = et.event_table(_never_late(duration), duration, event, weight * size)
    np.testing.assert_allclose(et.survival(heavy), et.survival(plain), rtol=1e-13)
    np.testing.assert_allclose(et.greenwood(heavy) * size, et.greenwood(plain))
    lower, _ = et.log_log_interval(et.survival(heavy), et.greenwood(heavy), level=0.95)
    assert np.all((lower >= 0) & (lower <= 1))
    long = et.event_table(_never_late(duration), duration * size, event, weight)
    found = et.restricted_mean(long, until=6.0 * size)
    assert found[0] == pytest.approx(mean * size, rel=1e-12, abs=0)
    assert found[1] == pytest.approx(error * size, rel=1e-12, abs=0)


def test_the_size_of_the_weights_of_times_is_nothing_to_the_test(
    rng: np.random.Generator,
) -> None:
    d = rng.integers(0, 3, (2, 6)).astype(float)
    n = d + rng.integers(2, 9, (2, 6)).astype(float)
    plain = et.log_rank(d, n, np.ones(6))
    heavy = et.log_rank(d, n, np.full(6, 1e200))
    assert heavy.statistic == pytest.approx(plain.statistic, rel=1e-12)
    assert heavy.degrees_of_freedom == 1


def test_an_interval_next_to_one_reaches_its_ends_without_overflow() -> None:
    S = np.array([1 - 2.0**-53, 0.5])
    lower, upper = et.log_log_interval(S, np.array([0.5, 0.01]), level=0.95)
    assert (lower[0], upper[0]) == (0.0, 1.0)
    stretch = np.exp(stats.norm.ppf(0.975) * 0.1 / np.log(2))
    np.testing.assert_allclose(lower[1], 0.5**stretch, rtol=1e-13)
    np.testing.assert_allclose(upper[1], 0.5 ** (1 / stretch), rtol=1e-13)


def test_weights_of_times_count_by_their_ratios_at_any_size() -> None:
    events = np.array([[1.0, 0.0, 2.0, 1.0], [0.0, 2.0, 1.0, 1.0]])
    at_risk = np.array([[9.0, 7.0, 6.0, 1.0], [9.0, 8.0, 5.0, 2.0]])
    weight = np.array([3.0, 2.0, 0.5, 1.0])
    plain = et.log_rank(events, at_risk, weight)
    for size in (1e-3, 7.0, 1e200):
        found = et.log_rank(events, at_risk, weight * size)
        assert found.statistic == pytest.approx(plain.statistic, rel=1e-12, abs=0)
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk[0] / n
    excess = weight @ (events[0] - share * d)
    spread = weight**2 * d * (n - d) / (n - 1) * share * (1 - share)
    known = excess**2 / spread.sum()
    assert plain.statistic == pytest.approx(known, rel=1e-12, abs=0)


@pytest.mark.parametrize("first", [1.0, 0.1, 3.0])
def test_where_all_who_are_left_leave_nothing_is_left(first: float) -> None:
    # Sums of tenths leave rounding behind, whatever the first of them is.
    duration = np.arange(1.0, 9.0)
    weight = np.array([first, 0.1, 0.2, 0.3, 0.7, 0.1, 0.6, 0.3])
    event = np.ones(8, np.bool_)
    table = et.event_table(_never_late(duration), duration, event, weight)
    np.testing.assert_allclose(table.at_risk, np.cumsum(weight[::-1])[::-1], rtol=1e-13)
    assert table.at_risk[-1] == table.events[-1]
    assert et.survival(table)[-1] == 0.0
    assert et.greenwood(table)[-1] == np.inf


@pytest.mark.parametrize("size", [1.0, 2.0, 0.25])
def test_one_weight_for_all_is_a_weight_for_each(size: float) -> None:
    duration = np.array([2.0, 2.0, 3.0, 5.0, 5.0])
    event = np.array([True, False, True, True, False])
    entry = np.array([0.0, 1.0, 2.0, 2.5, 0.5])
    for start in (entry, np.broadcast_to(-np.inf, 5), np.broadcast_to(1.5, 5)):
        one = et.event_table(start, duration, event, np.broadcast_to(size, 5))
        each = et.event_table(np.array(start), duration, event, np.full(5, size))
        for found, known in (
            (one.at_risk, each.at_risk),
            (one.events, each.events),
            (one.censored, each.censored),
        ):
            assert found.tolist() == known.tolist()
    none = np.zeros(0)
    empty = et.event_table(
        np.broadcast_to(-np.inf, 0),
        none,
        np.zeros(0, np.bool_),
        np.broadcast_to(1.0, 0),
    )
    assert empty.time.size == 0


def test_an_interval_about_nearly_all_is_as_wide_as_its_error() -> None:
    S = np.array([1 - 1e-9, 0.5, 1 - 1e-9])
    lower, upper = et.log_log_interval(S, np.array([0.01, 0.01, 1e-18]), level=0.95)
    # Its error is a hundred million times what was lost: nothing is excluded.
    assert (lower[0], upper[0]) == (0.0, 1.0)
    z = 1.959963984540054
    for at, log_S, error in ((1, np.log(0.5), 0.1 / np.log(2)), (2, -1e-9, 1.0)):
        stretch = np.exp(z * error)
        assert lower[at] == pytest.approx(np.exp(log_S * stretch), rel=1e-8)
        assert upper[at] == pytest.approx(np.exp(log_S / stretch), rel=1e-8)
    assert 1 - lower[2] == pytest.approx(1e-9 * np.exp(z), rel=1e-6)


def test_who_weighs_nothing_adds_nothing() -> None:
    duration, weight = np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 0.0])
    event = np.array([True, False, False])
    table = et.event_table(_never_late(duration), duration, event, weight)
    assert table.at_risk.tolist() == [3.0, 1.0, 0.0]
    np.testing.assert_allclose(et.survival(table), 1 / 3, rtol=1e-15)
    np.testing.assert_allclose(et.greenwood(table), 2 / 3, rtol=1e-15)


def test_one_customer_may_stand_for_several() -> None:
    one = np.array([4.0]), np.array([True]), np.broadcast_to(2.5, 1)
    table = et.event_table(np.broadcast_to(-np.inf, 1), *one)
    assert table.at_risk.tolist() == table.events.tolist() == [2.5]


def test_who_ends_on_the_day_of_a_common_entry_was_never_at_risk() -> None:
    duration, event = np.array([2.0, 3.0, 5.0]), np.array([False, True, False])
    for entry in (np.broadcast_to(2.0, 3), np.full(3, 2.0)):
        table = et.event_table(entry, duration, event, np.ones(3))
        assert table.at_risk.tolist() == [0.0, 2.0, 1.0]


def test_weights_of_one_and_a_half_at_risk_leave_the_variance_of_a_half() -> None:
    events, at_risk = np.array([[0.5], [0.0]]), np.array([[1.0], [0.5]])
    found = et.log_rank(events, at_risk, np.ones(1))
    # 1/6 more than expected; the variance is 0.5 * 1 / 0.5 * 2/3 * 1/3.
    assert found.statistic == pytest.approx(1 / 36 / (2 / 9), rel=1e-12)
