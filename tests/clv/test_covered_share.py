"""The share of customers in their intervals counts each customer once."""

import numpy as np

import crmkit as ck
from crmkit._check.history_proof import ProvenHistory
from crmkit.clv import BgNbd
from crmkit.clv.checking import backtest


def test_all_or_none_or_some_are_inside() -> None:
    model = BgNbd(r=1.0, alpha=1e9, a=1.0, b=1.0)  # no purchase in a day, ever
    x = np.zeros(4)
    history = ProvenHistory(x, x, np.full(4, 9.0))
    score = backtest.BacktestScore(
        model="m",
        cutoff="2024-01-31",
        n_customers=4,
        predicted=0.0,
        actual=0.0,
        bias=None,
        mean_absolute_error=0.0,
        gini=None,
        calibration=(),
    )
    for actual, expected in (
        ([0.0, 0, 0, 0], 1.0),
        ([0.0, 3, 0, 2], 0.5),
        ([1.0, 3, 1, 2], 0.0),
    ):
        past = backtest._Past(
            cutoff="2024-01-31",
            customers=ck.datasets.load_cdnow_sample(),
            history=history,
            span=1.0,
            actual=np.array(actual),
            last_period=x,
        )
        rng = np.random.default_rng(1)
        covered = backtest._covered(score, model, history, past, rng)
        assert covered.coverage == expected
