"""How mean amounts are spread over customers, and how a spend model expects them."""

import numpy as np
from scipy.special import betainc

from ..._check import MOST_REPEATS, instance, whole
from ..._frames import native, numbers, nw, read_eager, refuse, table
from ...errors import NotEnoughDataError
from ...typing import HISTORY, HistoryColumns, IntoDataFrameT
from ..models.gamma_gamma import GammaGamma
from ..models.histories import known_id
from ..models.spend_columns import spending_rules

__all__ = ["spend_fit"]

_INSIDE = 0.99  # the last bin is open: a few large spenders would hide all others


def spend_fit(
    customers: IntoDataFrameT,
    *,
    spend: GammaGamma,
    n_bins: int = 30,
    columns: HistoryColumns = HISTORY,
) -> IntoDataFrameT:
    """Compare the mean amounts of customers with those that Gamma-Gamma expects.

    Parameters
    ----------
    customers
        One row per customer with ``frequency`` and ``monetary_value``; those who came
        back are compared.
    spend
        The fitted model.
    n_bins
        How many bins of equal width up to the 99% quantile; the last has no upper end.
    columns
        The names of the columns.

    Returns
    -------
    DataFrame
        One row per bin: ``lower`` and ``upper`` amount (missing for the last), and the
        ``actual`` and ``expected`` share of customers.

    Raises
    ------
    NotEnoughDataError
        If no customer came back.
    InvalidValueError
        If an amount is missing or not above zero.

    Notes
    -----
    Given ``x`` purchases of mean ``m``, ``x m / (v + x m)`` follows a beta distribution
    with parameters ``p x`` and ``q``, so that shares are exact.

    References
    ----------
    Fader and Hardie (2013), "The Gamma-Gamma model of monetary value",
    brucehardie.com note 025.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> spend = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> spend_fit(customers, spend=spend, n_bins=4).round(3)
         lower    upper  actual  expected
    0    0.000   43.728   0.773     0.766
    1   43.728   87.457   0.174     0.188
    2   87.457  131.185   0.036     0.032
    3  131.185      NaN   0.017     0.015
    """
    instance("spend", spend, GammaGamma)
    count = whole("n_bins", n_bins, at_least=2, at_most=MOST_REPEATS)
    instance("columns", columns, HistoryColumns)
    frame = read_eager(customers, columns.spend)
    rules = spending_rules(columns.spend, sign="positive")(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    repeat = frame.filter(nw.col(columns.frequency) > 0)
    x, amount = (numbers(repeat, column) for column in columns.spend)
    if x.size == 0:
        raise NotEnoughDataError(
            needed="a customer who came back",
            got="none",
            remedy="Observe for longer.",
        )
    edges = np.linspace(0.0, float(np.quantile(amount, _INSIDE)), count + 1)[:-1]
    seen, weight = np.unique(x, return_counts=True)
    sums = seen[:, None] * edges
    below = (
        weight
        / x.size
        @ betainc(spend.p * seen[:, None], spend.q, sums / (spend.v + sums))
    )
    bins = np.searchsorted(edges, amount, side="right") - 1
    return native(
        table(
            frame,
            {
                "lower": edges,
                "upper": np.append(edges[1:], np.nan),
                "actual": np.bincount(bins, minlength=count) / x.size,
                "expected": np.diff(below, append=1.0),
            },
        ),
        customers,
    )
