"""Whether customers differ in how often they buy, beyond what chance does."""

from dataclasses import dataclass

from ..._check import typed
from ..._frames import read_eager
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.base.cells import group
from ...kernels.purchases.count_dispersion import count_dispersion
from ...typing import HISTORY, HistoryColumns, IntoDataFrame
from ..value.opened_customers import proved

__all__ = ["Heterogeneity", "heterogeneity"]

_UNSURE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Heterogeneity(JsonResult):
    """How far customers differ in their purchase counts, beyond chance.

    Attributes
    ----------
    n_customers
        How many customers.
    rate
        Repeat purchases per unit of ``T`` of all of them together.
    statistic
        Pearson's dispersion: the sum of squared distances between counts and what one
        rate for all expects, each over its expectation. Without differences it is near
        ``n_customers - 1``.
    z
        The statistic less its expectation, in its standard deviations.
    p_value
        The chance of as large a spread if all customers buy at one rate.
    signal_share
        The share of the spread of counts that is not chance, from 0 to 1. Near 0 a
        ranking by any score of the purchase history is a ranking by luck.
    """

    n_customers: int
    rate: float
    statistic: float
    z: float
    p_value: float
    signal_share: float

    @typed
    def found(self, *, level: float = 0.95) -> bool:
        """Return whether the differences are more than chance, at a level."""
        return self.p_value < 1 - level

    def __str__(self) -> str:
        """Show the measure as sentences."""
        share = (
            f"{self.signal_share:.0%} of the spread of purchase counts is more than "
            f"chance (p = {self.p_value:.2g}, {self.n_customers:,} customers)."
        )
        if self.p_value < _UNSURE:
            return share
        return f"{share} No difference between customers was found: a ranking is noise."


@typed
def heterogeneity(
    customers: IntoDataFrame, *, columns: HistoryColumns = HISTORY
) -> Heterogeneity:
    """Measure whether customers differ in how often they buy.

    If all buy at one rate and stay, counts scatter as Poisson counts do. A spread
    beyond that means that rates differ, or that some have left: both make a ranking
    worth having. Without it, tiers and top lists of a fitted model sort customers by
    luck. A fit of purchases keeps the same p-value as ``difference_p_value`` of its
    report, and its print says so.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it. One-time buyers belong in it.
    columns
        The names of the columns read.

    Returns
    -------
    Heterogeneity
        The share of the spread that is more than chance, with its test.

    Raises
    ------
    NotEnoughDataError
        If fewer than two customers were observed for some time, or none came back.

    Notes
    -----
    The statistic is Pearson's. For small expectations ``m`` its variance given the
    total ``N`` of counts, ``2 (n - 1) + sum(1 / m) - (n**2 + 2 n - 2) / N`` (Haldane
    1937), exceeds that of chi-squared. The p-value is the larger of the normal tail
    with that variance and the tail of chi-squared.

    References
    ----------
    Haldane (1937), "The exact value of the moments of the distribution of chi-squared
    used as a test of goodness of fit, when expectations are small", Biometrika 29.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> measured = heterogeneity(customers)
    >>> measured.found(), measured.signal_share
    (True, 0.78)
    """
    history = proved(read_eager(customers, columns.history), columns)
    # Distinct histories, as in a fit: sums in their order, not in that of the rows.
    cells = group((history.frequency, history.T))
    count, time = cells.columns
    found = count_dispersion(count, time, cells.weights)
    if found is None:
        n = cells.weights * (time > 0)
        raise NotEnoughDataError(
            needed="two customers observed for some time, and repeat purchases",
            got=f"{n.sum():,.0f} and {n @ count:,.0f}",
            remedy="Observe for longer.",
        )
    return Heterogeneity(
        n_customers=round(found.n),
        rate=found.rate,
        statistic=found.statistic,
        z=found.z,
        p_value=found.p_value,
        signal_share=found.signal_share,
    )
