"""What treating the top of a ranking would have added, cut by cut."""

import numpy as np

from ..._frames import native, table
from ...kernels.targeting import uplift as kernel
from ...typing import IntoDataFrameT
from .randomised_outcomes import read_randomised

__all__ = ["uplift_curve"]


def uplift_curve(
    customers: IntoDataFrameT,
    *,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    outcome_col: str = "retained",
) -> IntoDataFrameT:
    """Summarise what treating the top of a ranking would have added.

    The groups must have been assigned at random: otherwise the curve shows who was
    chosen, not what the treatment did.

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    uplift_col
        The predicted effect, or any score: higher first.
    treated_col
        Whether the customer was treated: true and false, or 1 and 0.
    outcome_col
        What happened, where more is better: retained (0 or 1), or money.

    Returns
    -------
    DataFrame
        One row per cut between different scores: ``share_targeted``, ``uplift`` (the
        outcomes added if all above the cut were treated) and ``qini`` (the outcomes
        added to the treated customers above the cut). Both are 0 at cuts above which
        one of the groups is still empty. Equal scores are never separated.

    Raises
    ------
    NotEnoughDataError
        If one of the groups is empty.

    References
    ----------
    Radcliffe (2007), "Using control groups to target on predicted lift"; Gutierrez and
    Gerardy (2017), "Causal inference and uplift modelling".

    See Also
    --------
    qini : The area between the Qini curve and treating at random.

    Examples
    --------
    >>> import pandas as pd
    >>> campaign = pd.DataFrame(
    ...     {
    ...         "uplift": [0.9, 0.9, 0.1, 0.1],
    ...         "treated": [1, 0, 1, 0],
    ...         "retained": [1, 0, 1, 1],
    ...     }
    ... )
    >>> uplift_curve(campaign)
       share_targeted  uplift  qini
    0             0.0     0.0   0.0
    1             0.5     2.0   1.0
    2             1.0     2.0   1.0
    """
    read = read_randomised(
        customers,
        uplift_col=uplift_col,
        treated_col=treated_col,
        outcome_col=outcome_col,
    )
    sums = read.sums(np.ones(read.score.size))
    count = sums[0] + sums[1]
    columns = {
        "share_targeted": count / count[-1],
        "uplift": kernel.uplift_curve(*sums),
        "qini": kernel.qini_curve(*sums),
    }
    return native(table(read.frame, columns), customers)
