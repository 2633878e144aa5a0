"""How much better a ranking by uplift is than treating at random."""

from dataclasses import dataclass

import numpy as np

from ..._check import MOST_REPEATS, fraction, random_source, whole
from ...fits import Interval, JsonResult, checked, resampled_interval_of, told
from ...kernels.base.intervals import bootstrap, percentile_interval
from ...kernels.targeting import uplift as kernel
from ...typing import IntArray, IntoDataFrame, Progress
from .randomised_outcomes import read_randomised

__all__ = ["QiniArea", "qini"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class QiniArea(JsonResult):
    """The area between the Qini curve of a ranking and treating at random.

    Attributes
    ----------
    area
        Outcomes gained per customer, averaged over all shares treated; 0 for a random
        ranking. It is not divided by the area of a perfect ranking, which is unknown.
    effect
        The mean outcome of the treated minus that of the control group.
    n_treated, n_control
        Customers in each group.
    resampled
        The bootstrap interval of the area over customers.
    """

    area: float
    effect: float
    n_treated: int
    n_control: int
    resampled: Interval

    def interval(self, *, level: float | None = None) -> Interval:
        """Return the bootstrap interval of the area; None is the level it has."""
        return resampled_interval_of(
            self.resampled, level, remedy="Measure it again with that level=."
        )


def qini(
    customers: IntoDataFrame,
    *,
    rng: np.random.Generator,
    n_resamples: int = 999,
    level: float = 0.95,
    uplift_col: str = "uplift",
    treated_col: str = "treated",
    outcome_col: str = "retained",
    progress: Progress | None = None,
) -> QiniArea:
    """Measure how much better a ranking is than treating at random (Qini).

    Parameters
    ----------
    customers
        One row per customer of a randomised campaign.
    rng
        The source of randomness of the bootstrap.
    n_resamples, level
        The number of resamples, and the confidence level of the interval.
    uplift_col
        The predicted effect, or any score: higher first.
    treated_col
        Whether the customer was treated: true and false, or 1 and 0.
    outcome_col
        What happened, where more is better: retained (0 or 1), or money.
    progress
        Is called with the number of resamples done and of all; None for silence.

    Returns
    -------
    QiniArea
        The area with its interval, and the mean effect.

    Raises
    ------
    NotEnoughDataError
        If one of the groups is empty.

    Notes
    -----
    The curve is 0 at cuts above which one of the groups is still empty, since nothing
    can be compared there. So if the treatment has no effect, the area of any ranking is
    0 on average over all random assignments, and it is exactly 0 if all outcomes are
    equal. If there is an effect, a small bias remains in small campaigns: the effect
    above the first cuts is not counted there.

    References
    ----------
    Radcliffe (2007), "Using control groups to target on predicted lift".

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> effect, treated = rng.random(4000), rng.random(4000) < 0.5
    >>> retained = rng.random(4000) < 0.4 + 0.5 * effect * treated
    >>> campaign = pd.DataFrame(
    ...     {"uplift": effect, "treated": treated, "retained": retained}
    ... )
    >>> found = qini(campaign, rng=rng, n_resamples=100)
    >>> found.interval().lower > 0, round(found.effect, 2)
    (True, 0.24)
    """
    inside = fraction("level", level)
    repeats = whole("n_resamples", n_resamples, at_least=2, at_most=MOST_REPEATS)
    read = read_randomised(
        customers,
        uplift_col=uplift_col,
        treated_col=treated_col,
        outcome_col=outcome_col,
    )

    room = read.room()

    def area(times: IntArray) -> float:
        sums = read.sums(times, room)
        return kernel.area(sums[0] + sums[1], kernel.qini_curve(*sums))

    # The ranking is that of every resample: only running sums are made anew.
    draws = bootstrap(
        lambda drawn: np.asarray(area(drawn)),
        units=read.score.size,
        resamples=told(range(repeats), progress),
        rng=random_source(rng),
    )
    lower, upper = percentile_interval(draws, level=inside)
    treated, outcome = read.treated > 0, read.outcome
    return QiniArea(
        area=area(np.ones(read.score.size, dtype=np.int64)),
        effect=float(outcome[treated].mean() - outcome[~treated].mean()),
        n_treated=int(treated.sum()),
        n_control=int((~treated).sum()),
        resampled=Interval(lower=float(lower), upper=float(upper), level=inside),
    )
