"""Splits by time: what a model learns from has ended before it is judged."""

import numpy as np

from .._check import typed, whole
from .._dates import day_number, iso_text
from .._frames import (
    EagerFrame,
    day_numbers,
    native,
    read_eager,
    refuse,
    require_dates,
    with_arrays,
)
from ..errors import InvalidValueError, NotEnoughDataError
from ..typing import Day, IntArray, IntoDataFrame, IntoDataFrameT

__all__ = ["cutoff_folds", "with_fold"]


@typed
def with_fold(
    snapshots: IntoDataFrameT,
    *,
    test_from: Day,
    calibrate_from: Day | None = None,
    embargo: int = 0,
    output_col: str = "fold",
) -> IntoDataFrameT:
    """Add the fold of each snapshot, by time and never by row.

    A snapshot may be learned from only if its label window had ended when the next fold
    began: on the day of the first test cut-off a label still open was not known.

    Parameters
    ----------
    snapshots
        Rows of ``make_snapshots``.
    test_from
        Snapshots with this cut-off or a later one are ``"test"``.
    calibrate_from
        Where given, snapshots from this cut-off on, whose labels end before the test,
        are ``"calibrate"``.
    embargo
        Further days to leave between the end of a label and the next fold.
    output_col
        The column added: ``"train"``, ``"calibrate"``, ``"test"`` or ``"embargo"``.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    InvalidValueError
        If the calibration begins after the test.
    NotEnoughDataError
        If a fold is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> snapshots = pd.DataFrame(
    ...     {
    ...         "cutoff": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-04-01"]),
    ...         "label_end": pd.to_datetime(["2024-04-01", "2024-05-01", "2024-07-01"]),
    ...     }
    ... )
    >>> with_fold(snapshots, test_from="2024-04-01")["fold"].tolist()
    ['train', 'embargo', 'test']
    """
    frame, cutoff, label_end = _opened(snapshots)
    wait = whole("embargo", embargo)
    test = day_number("test_from", test_from)
    begin = (
        test if calibrate_from is None else day_number("calibrate_from", calibrate_from)
    )
    if begin > test:
        raise InvalidValueError(
            subject="argument 'calibrate_from'",
            found=f"{iso_text(begin)}, after the test begins on {iso_text(test)}",
            remedy="Calibrate on earlier snapshots than those of the test.",
        )
    fold = np.full(cutoff.shape, "embargo", dtype="<U9")
    fold[label_end + wait <= begin] = "train"
    if calibrate_from is not None:
        fold[(cutoff >= begin) & (label_end + wait <= test)] = "calibrate"
    fold[cutoff >= test] = "test"
    expected = ["train", "test", *(["calibrate"] if calibrate_from is not None else [])]
    for name in expected:
        if not np.any(fold == name):
            raise _empty(name, cutoff)
    return native(with_arrays(frame, {output_col: fold}), snapshots)


def cutoff_folds(
    snapshots: IntoDataFrame, *, embargo: int = 0
) -> tuple[tuple[IntArray, IntArray], ...]:
    """Return (learn, judge) row numbers for each cut-off that has a past.

    It is what scikit-learn calls ``cv``: pass it to ``GridSearchCV`` or
    ``cross_val_score``, and every fold is judged on a later cut-off.

    Parameters
    ----------
    snapshots
        Rows of ``make_snapshots``, several cut-offs.
    embargo
        Further days to leave between the end of a label and the next cut-off.

    Returns
    -------
    tuple
        One pair of row numbers, in the order of the frame, per cut-off with closed
        labels before it.

    Raises
    ------
    NotEnoughDataError
        If no cut-off has a closed label before it.

    Examples
    --------
    >>> import pandas as pd
    >>> snapshots = pd.DataFrame(
    ...     {
    ...         "cutoff": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-04-01"]),
    ...         "label_end": pd.to_datetime(["2024-04-01", "2024-05-01", "2024-07-01"]),
    ...     }
    ... )
    >>> [(learn.tolist(), judge.tolist()) for learn, judge in cutoff_folds(snapshots)]
    [([0], [2])]
    """
    _, cutoff, label_end = _opened(snapshots)
    wait = whole("embargo", embargo)
    folds = [
        (np.flatnonzero(label_end + wait <= day), np.flatnonzero(cutoff == day))
        for day in np.unique(cutoff)
    ]
    closed = tuple((learn, judge) for learn, judge in folds if learn.size)
    expected = "train"
    if not closed:
        raise _empty(expected, cutoff)
    return closed


def _opened(snapshots: IntoDataFrame) -> tuple[EagerFrame, IntArray, IntArray]:
    columns = ("cutoff", "label_end")
    frame = read_eager(snapshots, columns)
    for name in columns:
        dated, rules = require_dates(frame, name)
        refuse(dated, rules)
    return frame, day_numbers(frame, "cutoff"), day_numbers(frame, "label_end")


def _empty(fold: str, cutoff: IntArray) -> NotEnoughDataError:
    known = ", ".join(iso_text(int(day)) for day in np.unique(cutoff)[:6])
    return NotEnoughDataError(
        needed=f"snapshots for the fold {fold!r}",
        got=f"none among the cut-offs {known}",
        remedy="Add cut-offs further apart than the label window, or move the test.",
    )
