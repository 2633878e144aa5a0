"""Long work tells how far it has come, and is silent by default."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.datasets import load_cdnow_sample


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.steps.append((done, total))


def clusters(progress: Any) -> Any:
    values = pd.DataFrame({"x": np.arange(40.0) % 20 + 100 * (np.arange(40) > 19)})
    return ck.segments.fit_clusters(
        values,
        value_cols=["x"],
        n_clusters=(2, 3),
        n_resamples=2,
        rng=np.random.default_rng(1),
        progress=progress,
    )


def test_each_step_is_told_and_changes_no_answer() -> None:
    heard = Heard()
    assert clusters(heard) == clusters(None)
    assert heard.steps == [(0, 2), (1, 2), (2, 2)]


def test_a_choice_of_models_tells_each_model() -> None:
    heard = Heard()
    log = load_cdnow_sample()
    ck.clv.model_choice(
        log[log["amount"] > 0],
        purchases={"NBD": ck.clv.fit_nbd},
        spend={},
        cutoffs=["1997-09-30"],
        horizon_days=91,
        progress=heard,
    )
    assert heard.steps == [(0, 1), (1, 1)]


def test_a_backtest_of_churn_tells_each_cutoff() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    cutoff = np.repeat(pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01"]), 90)
    snapshots = pd.DataFrame(
        {
            "cutoff": cutoff,
            "label_end": cutoff + pd.Timedelta(days=90),
            "inactivity": rng.exponential(60, 270),
            "churned": rng.random(270) < 0.4,
        }
    )
    heard = Heard()
    ck.churn.churn_backtest(snapshots, estimator=LogisticRegression(), progress=heard)
    assert heard.steps == [(0, 2), (1, 2), (2, 2)]


def test_an_error_of_the_callback_stops_the_work() -> None:
    def stop(done: int, total: int) -> None:
        if done == 1 < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clusters(stop)


def test_silence_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    clusters(None)
    assert capsys.readouterr() == ("", "")
