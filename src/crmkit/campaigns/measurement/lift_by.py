"""Response of contacted customers compared with a control group, by any columns."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction
from ..._frames import flag_rules, numbers, nw, read, refuse
from ...kernels.base.intervals import two_sided_p
from ...kernels.campaigns.ratio_limits import newcombe, rate_ratio_limits
from ...typing import FloatArray, IntoFrameT
from .sums_by_group import N_ROWS, groups_of, summary_by_group, sums_by_group

__all__ = ["lift_by"]

_TREATED, _BOUGHT, _BOTH = "crmkit_treated", "crmkit_bought", "crmkit_both"


def lift_by(
    customers: IntoFrameT,
    *,
    by: str | Sequence[str] | None = None,
    treated_col: str = "treated",
    responded_col: str = "responded",
    level: float = 0.95,
) -> IntoFrameT:
    """Compare the response of treated customers with a control group, by any columns.

    Parameters
    ----------
    customers
        One row per customer assigned to a campaign, treated or control, reached or not.
        A lazy frame is counted in its engine.
    by
        The column or columns that make a group; None compares all customers at once.
    treated_col
        Whether the customer was assigned to the campaign, at random.
    responded_col
        Whether the customer bought or responded afterwards, in both groups.
    level
        The confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted): ``n_treated``,
        ``n_control``, ``treated_rate``, ``control_rate``; ``added_rate``, the first
        minus the second, and ``lift``, the first divided by the second, each with
        ``_lower`` and ``_upper``; ``n_added``, the responses that the campaign added
        among the treated; ``p_value`` of no difference; ``comparison``:
        ``"control group"``, or ``"no control group"`` where nothing can be compared and
        all columns that compare are missing. Where one group has no response, ``lift``
        has no finite upper limit: it is infinite, as is ``lift`` without a response in
        the control group; without any response at all ``lift`` is missing.

    Raises
    ------
    InvalidValueError
        If a group or a flag is missing, or a flag is neither 0 nor 1.

    References
    ----------
    Newcombe (1998), "Interval estimation for the difference between independent
    proportions"; Katz et al. (1978), "Obtaining confidence intervals for the risk ratio
    in cohort studies".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> mailing = pd.DataFrame({
    ...     "treated": [1] * 200 + [0] * 100,
    ...     "responded": [1] * 40 + [0] * 160 + [1] * 10 + [0] * 90,
    ... })
    >>> found = campaigns.lift_by(mailing)
    >>> found[["added_rate", "added_rate_lower", "lift", "n_added"]].round(3)
       added_rate  added_rate_lower  lift  n_added
    0         0.1             0.011   2.0     20.0
    """
    groups = groups_of(by)
    inside = fraction("level", level)
    flags = [treated_col, responded_col]
    opened = read(customers, [*groups, *flags])
    refuse(opened, [rule for name in flags for rule in flag_rules(opened, name)])
    treated, bought = (nw.col(name).cast(nw.Float64) for name in flags)
    sums = {_TREATED: treated, _BOUGHT: bought, _BOTH: treated * bought}
    summed = sums_by_group(opened, groups, sums)
    n, k = numbers(summed, _TREATED), numbers(summed, _BOTH)
    n2, k2 = numbers(summed, N_ROWS) - n, numbers(summed, _BOUGHT) - k
    columns = _compared(k, n, k2, n2, inside)
    return summary_by_group(opened, customers, summed, groups, columns)


def _compared(
    k: FloatArray, n: FloatArray, k2: FloatArray, n2: FloatArray, level: float
) -> dict[str, np.ndarray]:
    both = (n > 0) & (n2 > 0)
    many, rest = np.maximum(n, 1.0), np.maximum(n2, 1.0)
    p, q = k / many, k2 / rest
    lower, upper = newcombe(k, many, k2, rest, level=level)
    least, most = rate_ratio_limits(k, many, k2, rest, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = p / q
    compared = {
        "added_rate": p - q,
        "added_rate_lower": lower,
        "added_rate_upper": upper,
        "lift": lift,
        "lift_lower": least,
        "lift_upper": most,
        "n_added": n * (p - q),
        "p_value": _p_value(k, many, k2, rest),
    }
    return {
        "n_treated": n.astype(np.int64),
        "n_control": n2.astype(np.int64),
        "treated_rate": np.where(n > 0, p, np.nan),
        "control_rate": np.where(n2 > 0, q, np.nan),
        **{name: np.where(both, value, np.nan) for name, value in compared.items()},
        "comparison": np.where(both, "control group", "no control group"),
    }


def _p_value(
    k: FloatArray, n: FloatArray, k2: FloatArray, n2: FloatArray
) -> FloatArray:
    """Return the p-value of the score test: one rate in both groups if no effect."""
    shared = (k + k2) / (n + n2)
    error = np.sqrt(shared * (1 - shared) * (1 / n + 1 / n2))
    return two_sided_p((k / n - k2 / n2) / np.where(error > 0, error, 1.0))
