"""Splits by time: no label is open when the next fold begins."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.snapshots import cutoff_folds, with_fold

JANUARY = dt.datetime(2024, 1, 1)


def _snapshots(step: int = 30, count: int = 8, horizon: int = 60) -> dict[str, Any]:
    cutoffs = [JANUARY + dt.timedelta(days=step * k) for k in range(count)]
    return {
        "customer_id": [1, 2] * count,
        "cutoff": [day for day in cutoffs for _ in range(2)],
        "label_end": [
            day + dt.timedelta(days=horizon) for day in cutoffs for _ in range(2)
        ],
    }


def test_no_label_of_one_fold_is_open_when_the_next_begins(
    eager_frame: Any, columns_of: Any
) -> None:
    test = JANUARY + dt.timedelta(days=180)
    calibrate = JANUARY + dt.timedelta(days=90)
    out = columns_of(
        with_fold(
            eager_frame(_snapshots()),
            test_from=test.date(),
            calibrate_from=calibrate.date(),
        )
    )
    folds = np.array(out["fold"])
    assert folds[::2].tolist() == [
        *["train"] * 2,
        "embargo",
        *["calibrate"] * 2,
        "embargo",
        *["test"] * 2,
    ]
    # Both rows of a cut-off are always in one fold.
    assert (folds[::2] == folds[1::2]).all()


def test_an_embargo_takes_the_nearest_cutoffs_away() -> None:
    import pandas as pd

    test = JANUARY + dt.timedelta(days=180)
    out = with_fold(pd.DataFrame(_snapshots()), test_from=test, embargo=31)
    assert (out["fold"] == "train").sum() == 2 * 3


def test_an_embargo_stands_before_the_test_as_before_the_calibration() -> None:
    import pandas as pd

    ask: dict[str, Any] = {
        "test_from": JANUARY + dt.timedelta(days=210),
        "calibrate_from": JANUARY + dt.timedelta(days=90),
    }
    snapshots = pd.DataFrame(_snapshots())
    plain, waiting = with_fold(snapshots, **ask), with_fold(snapshots, **ask, embargo=1)
    # Labels last 60 days and cut-offs stand 30 apart: one cut-off before each fold.
    for fold in ("train", "calibrate"):
        lost = (plain["fold"] == fold) & (waiting["fold"] != fold)
        assert lost.sum() == 2
        assert set(waiting.loc[lost, "fold"]) == {"embargo"}
        last = snapshots.loc[plain["fold"] == fold, "cutoff"].max()
        assert set(snapshots.loc[lost, "cutoff"]) == {last}


def test_the_folds_of_a_search_only_look_back(eager_frame: Any) -> None:
    table = _snapshots()
    folds = cutoff_folds(eager_frame(table))
    assert len(folds) == 6
    for learn, judge in folds:
        closed = max(table["label_end"][row] for row in learn)
        assert closed <= min(table["cutoff"][row] for row in judge)


def test_scikit_learn_takes_them_as_they_are() -> None:
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    snapshots = pd.DataFrame(_snapshots())
    search = GridSearchCV(
        LogisticRegression(), {"C": [0.1, 1.0]}, cv=cutoff_folds(snapshots)
    )
    search.fit(snapshots[["customer_id"]], snapshots["customer_id"] == 1)
    assert search.best_score_ == 1


def test_an_empty_fold_is_refused() -> None:
    import pandas as pd

    snapshots = pd.DataFrame(_snapshots(count=2))
    with pytest.raises(NotEnoughDataError, match="fold 'train', got none among"):
        with_fold(snapshots, test_from=JANUARY + dt.timedelta(days=30))
    with pytest.raises(NotEnoughDataError, match="fold 'train'"):
        cutoff_folds(snapshots)


def test_a_calibration_after_the_test_is_refused() -> None:
    import pandas as pd

    snapshots = pd.DataFrame(_snapshots())
    later = JANUARY + dt.timedelta(days=30)
    with pytest.raises(InvalidValueError, match="'calibrate_from': 2024"):
        with_fold(snapshots, test_from=JANUARY, calibrate_from=later)
