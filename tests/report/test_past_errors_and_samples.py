"""Which dates and customers the ranges of the page are learnt from, at each limit."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from crmkit._dates import date_of
from crmkit._frames import read_eager
from crmkit.clv import BgNbd, Forecast, ModelError, PastError, Ranges
from crmkit.errors import ConvergenceError, NotEnoughDataError
from crmkit.fits import Interval
from crmkit.report import Question
from crmkit.report.findings import forecast_check, purchase_models, value_ahead_range
from crmkit.report.findings.expected_sums import expected_sums
from crmkit.report.findings.found_values import FanPoint, ModelLine
from crmkit.report.findings.held_back import HeldBack
from crmkit.report.intake.prepare import prepare_log

END = dt.date(2020, 6, 30)
LAST = (END - dt.date(1970, 1, 1)).days
MODEL = BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
NAMES = ("BG/NBD", "MBG/NBD", "Pareto/NBD")


def _asked(
    first: int, weeks: float, monkeypatch: pytest.MonkeyPatch, *, refused: bool = False
) -> tuple[ModelError | None, list[tuple[int, list[int]]]]:
    """Return what is learnt, with the days and spans asked for, counted from the end.

    Each day is another error, of as many purchases as it is before the end.
    """
    told: list[tuple[int, list[int]]] = []

    def fit(_log: object, *, cutoffs: list[Any], lead_days: list[int], **_: Any) -> Any:
        (cutoff,) = cutoffs
        before = LAST - (cutoff - dt.date(1970, 1, 1)).days
        told.append((before, lead_days))
        if refused:
            raise NotEnoughDataError(needed="more", got="less", remedy="-")
        one = PastError(
            cutoff=cutoff.isoformat(),
            lead_days=lead_days[0],
            horizon=lead_days[0] / 7,
            purchases=float(before),
            value=1.0,
        )
        return ModelError(errors=(one,), time_unit="week")

    monkeypatch.setattr(value_ahead_range, "fit_model_error", fit)
    log = pd.DataFrame({"customer_id": [1]})
    frame = read_eager(log, ())
    found = value_ahead_range.past_errors(
        cast("Any", SimpleNamespace(day=np.array([first, LAST]), frame=frame)),
        log,
        chosen=cast("Any", SimpleNamespace(fit=None)),
        question=Question(source="", observation_period_end=END, horizon_weeks=weeks),
    )
    return found, told


@pytest.mark.parametrize(
    ("weeks", "leads"),
    [
        (52.0, [91, 182, 364]),
        (361 / 7, [91, 182, 364]),
        (360.9 / 7, [91, 182]),
        (179 / 7, [91, 182]),
        (178.9 / 7, [91]),
        (88 / 7, [91]),
        (87.9 / 7, [87]),
        (4.0, [28]),
    ],
)
def test_past_forecasts_look_ahead_a_quarter_a_half_and_a_year_of_the_horizon(
    weeks: float, leads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, told = _asked(LAST - 5_000, weeks, monkeypatch)
    # Six dates, a quarter apart, the last as long before the end as the shortest span.
    expected = [leads[0] + 91 * at for at in range(5, -1, -1)]
    assert told == [(before, leads) for before in expected]


@pytest.mark.parametrize(
    ("span", "dates"), [(181, 0), (182, 1), (272, 1), (273, 2), (636, 5), (637, 6)]
)
def test_a_past_forecast_has_a_quarter_of_log_before_it(
    span: int, dates: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, told = _asked(LAST - span, 52.0, monkeypatch)
    assert [before for before, _ in told] == [91 * at for at in range(dates, 0, -1)]
    if found is None:
        assert dates == 0
    else:
        assert [each.purchases for each in found.errors] == [b for b, _ in told]
        assert found.time_unit == "week"


def test_dates_of_too_little_data_are_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, told = _asked(LAST - 400, 52.0, monkeypatch, refused=True)
    assert found is None
    assert [before for before, _ in told] == [273, 182, 91]


def _history(n: int, **columns: Any) -> pd.DataFrame:
    usual = {"customer_id": np.arange(n), "frequency": 2.0, "monetary_value": 3.0}
    return pd.DataFrame(usual | columns)


def _ranged(
    history: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    *,
    worth: float = 50.0,
    errors: ModelError | None = None,
) -> tuple[value_ahead_range.ValueRanges, pd.DataFrame, dict[str, Any]]:
    """Return the ranges, and the customers and the options of what was drawn."""
    told: list[tuple[Any, dict[str, Any]]] = []

    def drawn(customers: Any, **options: Any) -> Forecast:
        told.append((customers, options))
        return cast(
            "Forecast",
            SimpleNamespace(
                value=worth,
                interval=lambda _of: Interval(lower=30.0, upper=90.0, level=0.95),
                path=[
                    SimpleNamespace(
                        value=10.0 * at,
                        resampled_value=Interval(
                            lower=7.0 * at, upper=14.0 * at, level=0.95
                        ),
                    )
                    for at in (1, 2, 3)
                ],
            ),
        )

    monkeypatch.setattr(value_ahead_range, "forecast", drawn)
    found = value_ahead_range.value_ranges(
        cast("Any", read_eager(history, ())),
        history,
        purchases=cast("Any", None),
        spend=cast("Any", None),
        errors=errors,
        question=Question(
            source="", observation_period_end=END, horizon_weeks=26.0, margin=0.4
        ),
        total=lambda weeks: 4.0 * np.array(weeks),
        whole=120.0,
    )
    ((customers, options),) = told
    return found, customers, options


def test_the_ends_drawn_are_scaled_to_what_is_expected_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, _, options = _ranged(_history(3), monkeypatch)
    points = [(0.0, 0.0, 0.0), (26.0, 18.2, 36.4), (52.0, 36.4, 72.8)]
    points += [(78.0, 54.6, 109.2), (120.0, 72.0, 216.0)]
    for at, (point, (expected, lower, upper)) in enumerate(
        zip(found.fan, points, strict=True)
    ):
        assert point.weeks == 6.5 * at
        assert point.expected == pytest.approx(expected, rel=1e-12)
        assert point.lower == pytest.approx(lower, rel=1e-12)
        assert point.upper == pytest.approx(upper, rel=1e-12)
    assert (options["horizon"], options["margin"]) == (26.0, 0.4)
    assert options["discount_rate"] == pytest.approx(
        1.1 ** (7 / 365.2425) - 1, rel=1e-12
    )
    assert options["ranges"] == Ranges(
        n_draws=200, until=(6.5, 13.0, 19.5), model_error=ModelError(time_unit="week")
    )
    assert options["rng"].random() == np.random.default_rng(1).random()


def test_what_is_drawn_to_be_worth_nothing_has_no_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, _, _ = _ranged(_history(3), monkeypatch, worth=0.0)
    last = FanPoint(weeks=26.0, expected=120.0, lower=0.0, upper=0.0)
    assert found.fan[-1] == last
    small, _, _ = _ranged(_history(3), monkeypatch, worth=0.5)
    assert small.fan[-1] == FanPoint(
        weeks=26.0, expected=120.0, lower=7_200.0, upper=21_600.0
    )


def test_of_more_than_2500_customers_with_a_spend_a_sample_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Repeat customers who brought nothing are worth nothing; one order may be free.
    few = _history(
        2_504,
        frequency=[0.0, 1.0, 1.0, 2.0, 0.0, *[5.0] * 2_499],
        monetary_value=[0.0, 0.0, -1.0, 0.5, -1.0, *[3.0] * 2_499],
    )
    _, all_of_them, _ = _ranged(few.drop(2_503).drop(2_502), monkeypatch)
    kept = [0, 3, 4, *range(5, 2_502)]
    assert all_of_them["customer_id"].tolist() == kept
    _, some, _ = _ranged(_history(2_501), monkeypatch)
    drawn = np.random.default_rng(1).choice(2_501, 2_500, replace=False)
    assert some["customer_id"].tolist() == sorted(drawn.tolist())


@pytest.mark.parametrize(
    ("weeks", "shown"),
    [
        (0.9, [0]),
        (3.6, [0, 1, 2, 3]),
        (25.9, list(range(26))),
        (26.0, list(range(0, 27, 2))),
        (39.0, list(range(0, 40, 3))),
        (41.9, [*range(0, 40, 3), 41]),
    ],
)
def test_a_chart_of_many_weeks_shows_some_and_the_last(
    weeks: float, shown: list[int]
) -> None:
    assert forecast_check._shown(weeks) == shown


def _held_back(frame: pd.DataFrame) -> HeldBack:
    return HeldBack(cut=date_of(LAST - 21), history=cast("Any", read_eager(frame, ())))


def test_a_check_counts_the_weeks_the_tenths_and_the_best_fifth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    n = 23
    frame = pd.DataFrame(
        {
            "frequency": np.arange(n) % 4 + 1.0,
            "recency": 6.0,
            "T": 6.0 + np.arange(n),
            "monetary_value": 3.0 + np.arange(n)[::-1],
            "holdout_frequency": rng.integers(0, 4, n),
            "holdout_total_amount": rng.random(n).round(2) * 100,
        }
    )
    spend = SimpleNamespace(expected_spend=lambda x, mean: mean + x)
    monkeypatch.setattr(forecast_check, "fit_spend", lambda _: spend)
    monkeypatch.setattr(forecast_check, "expected_spend", lambda _, x, mean: mean + x)
    cut = LAST - 21
    check = forecast_check.check_forecast(
        _held_back(frame),
        cut + np.array([1, 7, 7, 8, 14, 15, 21]),
        frame,
        fit=lambda _: MODEL,
        question=Question(source="", observation_period_end=END),
    )
    found = check.holdout
    assert found is not None
    history = [frame[name].to_numpy() for name in ("frequency", "recency", "T")]
    expected = MODEL.expected_purchases(*history, horizon=3.0)
    paid = expected * (frame["monetary_value"] + frame["frequency"]).to_numpy()
    came = frame["holdout_total_amount"].to_numpy()
    assert (found.weeks, found.n_customers) == (3.0, n)
    assert found.predicted_purchases == pytest.approx(expected.sum(), rel=1e-12)
    assert found.predicted_amount == pytest.approx(paid.sum(), rel=1e-12)
    assert found.actual_purchases == frame["holdout_frequency"].sum()
    assert found.actual_amount == pytest.approx(came.sum(), rel=1e-12)
    assert [(at.week, at.actual) for at in found.by_week] == [
        (0, 0), (1, 3), (2, 5), (3, 7),
    ]  # fmt: skip
    ahead = expected_sums(MODEL, (history[0], history[1], history[2]), None)
    weeks = [at.predicted for at in found.by_week]
    np.testing.assert_allclose(weeks[1:], ahead.until([1, 2, 3]), rtol=1e-12)
    best = np.argsort(-paid)
    # 23 customers: three tenths of three come first, then seven of two.
    sizes = [3, 3, 3, *[2] * 7]
    places = np.split(best, np.cumsum(sizes)[:-1])
    assert [at.rank for at in found.by_decile] == list(range(1, 11))
    assert [at.n_customers for at in found.by_decile] == sizes
    for at, rows in zip(found.by_decile, places, strict=True):
        assert at.predicted_amount == pytest.approx(paid[rows].sum(), rel=1e-12)
        assert at.actual_amount == pytest.approx(came[rows].sum(), rel=1e-12)
    fifth = came[best[:5]].sum()
    assert found.actual_amount_of_top_fifth == pytest.approx(fifth, rel=1e-12)


@pytest.mark.parametrize("key", purchase_models.MODELS)
def test_a_fit_without_a_maximum_has_a_penalty_of_one_customer(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    fitted, customers = MODEL, pd.DataFrame()

    def fit(_customers: object, **options: Any) -> Any:
        told.append(options)
        if len(told) < needed:
            raise ConvergenceError(key, fit=None)
        return fitted

    monkeypatch.setitem(purchase_models._FITS, key, (key, cast("Any", fit)))
    tried: list[dict[str, Any]] = [
        {"time_unit": "week"}, {"time_unit": "week", "penalty": 1.0},
    ]  # fmt: skip
    for needed in (1, 2):
        told.clear()
        assert purchase_models.fit_named(key, customers) is fitted
        assert told == tried[:needed]
    needed = 3
    told.clear()
    with pytest.raises(NotEnoughDataError, match="differ in how often"):
        purchase_models.fit_named(key, customers)
    assert told == tried


@pytest.mark.parametrize(
    ("scores", "best", "asked", "found"),
    [
        ([-1.0, -2.0], "MBG/NBD", "auto", ("mbg_nbd", "best")),
        ([-1.0, None], "Pareto/NBD", "auto", ("pareto_nbd", "only")),
        ([-1.0], "Pareto/NBD", "auto", ("pareto_nbd", "only")),
        ([], None, "auto", ("bg_nbd", "only")),
        ([-1.0, -2.0], "MBG/NBD", "pareto_nbd", ("pareto_nbd", "asked")),
    ],
)
def test_a_model_is_best_where_two_could_be_scored(
    scores: list[float | None],
    best: str | None,
    asked: Any,
    found: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [
        ModelLine(name=str(at), log_score=score, bias=0.0, mean_absolute_error=1.0)
        for at, score in enumerate(scores)
    ]
    tried = SimpleNamespace(
        lines=tuple(lines),
        best=best,
        fitted={"Pareto/NBD": MODEL},
        n_customers=17,
    )
    differ = SimpleNamespace(signal_share=0.25, found=lambda: True)
    spend = SimpleNamespace(rank_correlation=0.3, p_value=0.02)
    monkeypatch.setattr(purchase_models, "compared_models", lambda *_: tried)
    monkeypatch.setattr(purchase_models, "heterogeneity", lambda _: differ)
    monkeypatch.setattr(purchase_models, "spend_independence", lambda _: spend)
    chosen = purchase_models.choose_model(
        asked, pd.DataFrame(), cast("Any", None), pd.DataFrame()
    )
    assert (chosen.key, chosen.models.reason) == found
    names = dict(zip(purchase_models.MODELS, NAMES, strict=True))
    assert chosen.models.chosen == names[found[0]]
    assert chosen.early is (MODEL if found[0] == "pareto_nbd" else None)
    about = (chosen.models.spend_correlation, chosen.models.spend_p_value)
    assert about == (0.3, 0.02)
    assert (chosen.models.n_compared, chosen.models.signal_share) == (17, 0.25)


def test_models_are_compared_on_ten_thousand_customers_drawn_with_a_seed() -> None:
    drawn = (purchase_models.MOST_REFITTED, purchase_models.SAMPLE_SEED)
    assert drawn == (10_000, 1)
    day = pd.Timestamp(END) - pd.to_timedelta(np.arange(30) % 17, unit="D")
    log = pd.DataFrame({"customer_id": np.arange(30) % 11, "date": day, "amount": 2.0})
    question = Question(source="", observation_period_end=END)
    prepared = prepare_log(log, question=question)
    assert prepared.sample(11, seed=1) is prepared
    some = prepared.sample(10, seed=1)
    kept = sorted(np.random.default_rng(1).choice(11, 10, replace=False).tolist())
    assert some.groups.ids.to_list() == kept
    assert some.day.size == sum(each % 11 in kept for each in range(30))
