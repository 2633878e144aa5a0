"""What the treatment added in each part of a ranking by uplift."""

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, whole
from ..._frames import native, table
from ...errors import NotEnoughDataError
from ...typing import IntoDataFrameT
from .randomised_outcomes import read_randomised

__all__ = ["uplift_by_percentile"]


def uplift_by_percentile(
    customers: IntoDataFrameT,
    *,
    n_groups: int = 10,
    level: float = 0.95,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    outcome_col: str = "retained",
) -> IntoDataFrameT:
    """Summarise what the treatment added in each part of a ranking by uplift.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    n_groups
        The number of parts of nearly equal size. Equal scores stay together, so there
        may be fewer.
    level
        The confidence level of the intervals.
    uplift_col
        The predicted effect, or any score: higher first.
    treated_col
        Whether the customer was treated: true and false, or 1 and 0.
    outcome_col
        What happened, where more is better: retained (0 or 1), or money.

    Returns
    -------
    DataFrame
        One row per part, highest scores first: ``group`` from 1, ``n_treated``,
        ``n_control``, ``mean_score``, ``treated_mean``, ``control_mean``; ``effect``,
        the difference of the two, with ``_lower`` and ``_upper`` (Welch).

    Raises
    ------
    NotEnoughDataError
        If a part has fewer than two customers of a group.

    See Also
    --------
    uplift_curve, qini

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame({
    ...     "uplift": [0.9] * 8 + [0.1] * 8,
    ...     "treated": [1, 1, 1, 1, 0, 0, 0, 0] * 2,
    ...     "retained": [1, 1, 1, 0, 0, 1, 0, 0] + [1, 0, 1, 0] * 2,
    ... })
    >>> found = uplift_by_percentile(campaign, n_groups=2)
    >>> found[["group", "treated_mean", "control_mean", "effect"]]
       group  treated_mean  control_mean  effect
    0      1          0.75          0.25     0.5
    1      2          0.50          0.50     0.0
    """
    parts = whole("n_groups", n_groups, at_least=1)
    inside = fraction("level", level)
    read = read_randomised(
        customers,
        uplift_col=uplift_col,
        treated_col=treated_col,
        outcome_col=outcome_col,
    )
    # Each block of equal scores goes where its middle is, so none is separated.
    starts = np.concatenate([[0], read.ends[:-1] + 1])
    middle = (starts + read.ends) / 2 / read.score.size
    part = np.unique((middle * parts).astype(np.int64), return_inverse=True)[1]
    group = np.repeat(part, read.ends - starts + 1)
    treated, y = read.treated > 0, read.outcome
    stats = []
    for rows in (treated, ~treated):
        n = np.bincount(group[rows], minlength=part.max() + 1)
        if n.min() < 2:
            raise NotEnoughDataError(
                needed="2 customers or more of each group in each part",
                got=f"{int(n.min())} in part {int(np.argmin(n)) + 1}",
                remedy="Pass a smaller n_groups.",
            )
        mean = np.bincount(group[rows], y[rows], minlength=n.size) / n
        off = (y[rows] - mean[group[rows]]) ** 2
        error = np.bincount(group[rows], off, minlength=n.size) / (n - 1) / n
        stats.append((n, mean, error))
    (n, mean, error), (n2, mean2, error2) = stats
    both = error + error2
    freedom = both**2 / np.maximum(error**2 / (n - 1) + error2**2 / (n2 - 1), 1e-300)
    half = stdtrit(np.maximum(freedom, 1.0), 0.5 + inside / 2) * np.sqrt(both)
    size = np.bincount(group)
    columns = {
        "group": np.arange(1, n.size + 1),
        "n_treated": n,
        "n_control": n2,
        "mean_score": np.bincount(group, read.score) / size,
        "treated_mean": mean,
        "control_mean": mean2,
        "effect": mean - mean2,
        "effect_lower": mean - mean2 - half,
        "effect_upper": mean - mean2 + half,
    }
    return native(table(read.frame, columns), customers)
