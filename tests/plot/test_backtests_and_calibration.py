"""The lines of a backtest and of a calibration are at the numbers they stand for."""

from dataclasses import replace
from typing import Any

import numpy as np
from every_plot import SCORE
from said_by_plots import drawn, said

import crmkit as ck
from crmkit import plot


def tried(*scores: ck.clv.BacktestScore) -> ck.clv.Backtest:
    return ck.clv.Backtest(horizon_days=91, scores=scores)


def lines(axes: Any) -> list[list[list[float]]]:
    return [np.asarray(line.get_xydata()).tolist() for line in axes.get_lines()]


def test_a_forecast_without_an_error_is_drawn_at_0() -> None:
    scores = [
        replace(SCORE, cutoff=f"2024-0{month}-28", bias=bias)
        for month, bias in ((1, 0.25), (2, 0.0), (3, -0.5))
    ]
    axes: Any = plot.backtest_errors(tried(*scores), title="finding")
    assert [[0, 0.25], [1, 0], [2, -0.5]] in lines(axes)
    assert said(axes) == "BG/NBD misses least: by 25% on average"


def test_the_line_of_a_perfect_forecast_ends_at_the_largest_mean() -> None:
    low = ((0.1, 0.2), (0.3, 0.25))
    one = replace(SCORE, calibration=low)
    other = replace(one, model="another", calibration=((0.0, 0.0), (0.125, 0.5)))
    assert lines(plot.calibration_by_tenth(tried(one)))[0] == [[0, 0], [0.3, 0.3]]
    both = lines(plot.calibration_by_tenth(tried(one, other)))
    assert both[0] == [[0, 0], [0.5, 0.5]]
    # All cutoffs of a model count alike.
    later = replace(one, cutoff="2024-02-28", calibration=((0.3, 0.4), (0.5, 0.75)))
    mean = lines(plot.calibration_by_tenth(tried(one, later)))[1]
    np.testing.assert_allclose(mean, [[0.2, 0.3], [0.4, 0.5]], rtol=1e-12, atol=0)


def test_the_line_of_a_perfect_risk_ends_at_the_largest_risk_or_rate() -> None:
    columns = {"mean_risk": [0.1, 0.3], "churn_rate": [0.2, 0.25], "n_customers": 5}
    axes = drawn(plot.calibration_line, columns)
    assert lines(axes) == [[[0, 0], [0.3, 0.3]], [[0.1, 0.2], [0.3, 0.25]]]
    assert said(axes) == "Forecast churn of 20%, observed 22%"
    columns["churn_rate"] = [0.4, 0.2]
    assert lines(drawn(plot.calibration_line, columns))[0] == [[0, 0], [0.4, 0.4]]
